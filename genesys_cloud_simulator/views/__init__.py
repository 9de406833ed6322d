"""Conversations, transcripts and user status as APIs show them at one moment."""
