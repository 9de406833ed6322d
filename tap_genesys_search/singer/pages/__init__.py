"""Maps, flattening and batches, done a page at a time."""
