"""What tests that expect no warning do not count as one."""

from __future__ import annotations

from types import MappingProxyType

NO_END_OF_LIFE = MappingProxyType({"PYTHONWARNINGS": "ignore:Python 3."})
"""Variable without which the SDK warns, in each run, of a Python that has reached its end of life
or soon will."""
