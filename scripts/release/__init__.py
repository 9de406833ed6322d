"""Builds the distributions of a version, checks them, and installs them as a user does."""
