"""Faults of platform and network, and when they strike."""
