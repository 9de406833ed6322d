"""The lists of users, queues and other reference data."""
