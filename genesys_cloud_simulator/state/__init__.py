"""The state of a running simulator."""
