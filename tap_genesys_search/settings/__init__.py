"""The settings: their schema, and the reading of their values."""
