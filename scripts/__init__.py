"""What makes files of this repository, run by `tasks.py`; no part of the package."""
