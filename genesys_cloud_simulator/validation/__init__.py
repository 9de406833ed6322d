"""Reading request bodies, as strictly as the platform does."""
