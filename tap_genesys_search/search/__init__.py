"""A run of searches, in window order. It knows nothing of Singer."""
