"""Date ranges cut into windows, one search each."""
