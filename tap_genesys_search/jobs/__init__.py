"""Asynchronous jobs of the platform: submitted, polled, resumed by later runs."""
