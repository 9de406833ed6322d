"""The routes of the APIs, a module for each."""
