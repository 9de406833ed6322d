"""Rows of the streams, read from the documents of the platform."""
