"""Describe the loader for Meltano Hub, in `hub/target-duckdb-bulk.yml`: `python3 tasks.py hub`.

Settings and capabilities are the loader's own; the texts of the Hub's page are here.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from scripts.clean_environment import clean_environment

LOADER = Path(__file__).resolve().parents[2] / "loader"

NAME = "target-duckdb-bulk"

_SPOKEN = """\
import json
from target_duckdb_bulk.__main__ import CAPABILITIES
from target_duckdb_bulk.settings import described
print(json.dumps([CAPABILITIES, described()]))
"""

_PAGE = {
    "definition": "loads records of any tap into a [DuckDB](https://duckdb.org/) file, in bulk and "
    "in one transaction for all streams",
    "description": "Bulk loads into a DuckDB file",
    "domain_url": "https://duckdb.org/",
    "keywords": ["bulk", "database"],
    "label": "DuckDB in bulk",
    "logo_url": "/assets/logos/loaders/duckdb.png",  # the Hub has it, for target-duckdb
    "maintenance_status": "beta",
    "quality": "unknown",  # given by the Hub's maintainers
}


def loader_definition(repository: str, variant: str, versions: list[str]) -> dict[str, Any]:
    """Describe the loader as Meltano Hub does.

    Args:
        repository: Its address.
        variant: The Hub's name for whoever maintains it.
        versions: Of Python.
    """
    said = subprocess.run(  # noqa: S603
        [sys.executable, "-c", _SPOKEN],
        cwd=LOADER,
        env=clean_environment(),
        stdout=subprocess.PIPE,
        check=True,
    )
    capabilities, settings = json.loads(said.stdout)
    return {
        **_PAGE,
        "capabilities": sorted(capabilities),
        "executable": NAME,
        "name": NAME,
        "namespace": NAME.replace("-", "_"),
        "pip_url": NAME,
        "repo": repository,
        "settings": [_setting(one) for one in settings],
        "settings_group_validation": [["path"]],
        "supported_python_versions": versions,
        "variant": variant,
    }


def _setting(described: dict[str, Any]) -> dict[str, Any]:
    setting = {
        "name": described["name"],
        "kind": described["type"],
        "label": described["name"].replace("_", " ").capitalize(),
        "description": described["description"],
    }
    if described["default"] != "":
        setting["value"] = described["default"]
    return setting
