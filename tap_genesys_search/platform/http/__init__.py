"""Sending a request, and what its answer means."""
