"""The commands of the tutorial that test the connection test what Meltano selects."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.warehouses.conftest import ROOT, RUN_SECONDS, DuckDB, succeeded

if TYPE_CHECKING:
    from pathlib import Path

    from tests.warehouses.conftest import Meltano

pytestmark = [pytest.mark.warehouses, pytest.mark.timeout(300)]

CONVERSATIONS = "tap-genesys-conversations"


def test_each_selected_stream_is_tested(
    meltano: Meltano, config: dict[str, Any], tmp_path: Path
) -> None:
    # Meltano passes on no selection in a project that has not run, unless it was listed.
    tutorial = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
    commands = re.findall(
        rf"meltano --environment=production ((?:select|invoke) {CONVERSATIONS} .*?) >", tutorial
    )
    assert [one.split()[0] for one in commands] == ["select", "invoke"]
    settings = meltano.environment(DuckDB(tmp_path / "none.duckdb"), config)
    environment = {name: settings[name] for name in settings if not name.endswith("__SELECT")}
    for command in commands:
        done = succeeded(meltano.command(*command.split()), RUN_SECONDS, env=environment)
    extractors = yaml.safe_load((ROOT / "meltano.yml").read_text())["plugins"]["extractors"]
    (selected,) = [one["select"] for one in extractors if one["name"] == CONVERSATIONS]
    count = len(selected)
    assert f"Connection test passed: {count} of {count} streams usable" in done.stderr
