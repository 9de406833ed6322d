"""Programs of the repository, run by `tasks.py`; not part of the package."""
