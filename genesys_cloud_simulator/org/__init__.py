"""A generated organisation and its interactions."""
