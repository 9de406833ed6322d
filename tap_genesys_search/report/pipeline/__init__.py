"""The view of the extraction: searches, their completeness, and how fresh each stream is."""
