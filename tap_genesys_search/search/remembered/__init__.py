"""What the state remembers of earlier runs: open conversations, and facets that may vanish."""
