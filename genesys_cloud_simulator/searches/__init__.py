"""How searches and jobs proceed, and their limits."""
