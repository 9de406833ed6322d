"""The streams of aggregates."""
