from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support import File

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def file(tmp_path: Path) -> File:
    return File(tmp_path / "warehouse.duckdb")
