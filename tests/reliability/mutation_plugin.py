"""How tests look for a mutant: in an order that finds it soon, and past what is cached."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest

_caches: dict[int, Any] = {}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the tests of a file one after another, as they share a simulator; thorough ones last.

    mutmut gives them with the fastest first.
    """
    files = {item.path: position for position, item in reversed(list(enumerate(items)))}
    items.sort(key=lambda item: (item.get_closest_marker("thorough") is not None, files[item.path]))


def pytest_collection_finish() -> None:
    """Find the functions of the tap that keep what they have returned."""
    tap = [module for name, module in sys.modules.items() if name.startswith("tap_genesys_search")]
    named = (value for module in tap for value in vars(module).values())
    _caches.update((id(value), value) for value in named if hasattr(value, "cache_clear"))


def pytest_runtest_setup() -> None:
    """Let them forget it: else of all tests only the first one meets a mutant in what they call."""
    for cached in _caches.values():
        cached.cache_clear()
