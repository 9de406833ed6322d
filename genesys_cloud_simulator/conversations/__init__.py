"""The conversation behind each interaction, generated."""
