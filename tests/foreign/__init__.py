"""Programs of others, unmodified, as clients of the simulator."""
