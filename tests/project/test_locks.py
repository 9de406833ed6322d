"""What several projects of this repository depend on has one version in all their locks."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DUCKDB = re.compile(r'^name = "duckdb"\nversion = "(.+)"$', re.MULTILINE)


def test_duckdb_is_the_same_everywhere() -> None:
    folders = (".", "loader")
    locked = {name: DUCKDB.findall((ROOT / name / "uv.lock").read_text()) for name in folders}
    assert locked["."]
    assert all(versions == locked["."] for versions in locked.values()), locked
