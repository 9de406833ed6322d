"""The settings: their schema, and what they are read into."""
