"""The order of tests that look for a mutant: mutmut's, which begins with the fastest, by files."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the tests of a file one after another, as they share a simulator; thorough ones last."""
    files = {item.path: position for position, item in reversed(list(enumerate(items)))}
    items.sort(key=lambda item: (item.get_closest_marker("thorough") is not None, files[item.path]))
