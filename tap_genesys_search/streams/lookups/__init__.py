"""The reference tables."""
