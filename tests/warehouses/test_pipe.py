"""The tap without Meltano, in a pipe with a target."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.singer_run import run_tap
from tests.warehouses.conftest import ROOT, install_plugins
from tests.warehouses.documented import WAREHOUSES

pytestmark = [pytest.mark.warehouses, pytest.mark.timeout(300)]

FIRST_RUN, KEEP_STATE, SECOND_RUN = WAREHOUSES.block("JSON Lines", "bash").splitlines()


@pytest.fixture(scope="module")
def target_jsonl() -> Path:
    install_plugins("tap-genesys-search", "target-jsonl")
    return ROOT / ".meltano" / "loaders" / "target-jsonl" / "venv" / "bin"


def test_a_pipe_loads_and_goes_on(
    target_jsonl: Path, config: dict[str, Any], tmp_path: Path
) -> None:
    path = os.pathsep.join([str(Path(sys.executable).parent), str(target_jsonl), "/usr/bin:/bin"])

    def run(command: str, **settings: Any) -> None:
        (tmp_path / "config.json").write_text(json.dumps({**config, **settings}))
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", command],
            cwd=tmp_path,
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    target = {"destination_path": str(tmp_path), "do_timestamp_file": False}
    (tmp_path / "target.json").write_text(json.dumps(target))
    run(FIRST_RUN, end_date="2026-01-07")
    run(KEEP_STATE)
    run(SECOND_RUN)
    # target-jsonl appends: what had been read again would be there twice.
    lines = (tmp_path / "interactions.jsonl").read_text().splitlines()
    ids = [json.loads(line)["id"] for line in lines]
    assert sorted(ids) == sorted(run_tap(config).ids())
