"""Meltano writes meltano.yml itself, and leaves in it what the documents tell users to find."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import duckdb
import pytest
import yaml

from scripts.clean_environment import clean_environment, meltano
from scripts.demo import CONVERSATIONS, ENVIRONMENT, read_database, variables_for

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"

pytestmark = pytest.mark.thorough


def test_meltano_adds_the_documented_job_and_schedule_and_changes_nothing_else(
    tmp_path: Path,
) -> None:
    page = (DOCS / "how-to" / "run-every-night.md").read_text(encoding="utf-8")
    (to_paste,) = re.findall(r"```yaml\n(jobs:.*?)```", page, re.DOTALL)
    (added,) = yaml.safe_load(to_paste)["jobs"]
    (scheduled,) = yaml.safe_load(to_paste)["schedules"]
    file = tmp_path / "meltano.yml"
    file.write_text(with_maps(), encoding="utf-8")
    run(tmp_path, "job", "add", added["name"], "--tasks", *added["tasks"])
    schedule = scheduled["name"], "--job", added["name"], "--interval", scheduled["interval"]
    run(tmp_path, "schedule", "add", *schedule)
    assert file.read_text(encoding="utf-8") == with_maps() + to_paste


def test_meltano_reads_the_pasted_job_and_schedule(tmp_path: Path) -> None:
    page = (DOCS / "how-to" / "run-every-night.md").read_text(encoding="utf-8")
    (to_paste,) = re.findall(r"```yaml\n(jobs:.*?)```", page, re.DOTALL)
    (tmp_path / "meltano.yml").write_text(with_maps() + to_paste, encoding="utf-8")
    assert "nightly" in run(tmp_path, "schedule", "list")


def test_the_demo_has_a_pepper_for_the_documented_maps(tmp_path: Path) -> None:
    (tmp_path / "meltano.yml").write_text(with_maps(), encoding="utf-8")
    show = ("--environment", ENVIRONMENT, "config", "print", CONVERSATIONS)
    shown = json.loads(run(tmp_path, *show, variables=variables_for("http://127.0.0.1:8080")))
    assert shown["stream_maps"]
    assert shown["stream_map_config"]["pepper"]


def test_a_demo_that_failed_in_between_is_run_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "simulator.duckdb"
    monkeypatch.setattr("scripts.demo.DATABASE", file)
    assert read_database() is None
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema genesys")
        connection.execute("create table genesys.interactions as select 'one' as id")
    found = read_database()
    assert found
    assert (found.interaction_ids, found.conversation_ids, found.audits) == ({"one"}, set(), [])


def with_maps() -> str:
    """Paste the stream maps where the page on warehouses says."""
    page = (DOCS / "warehouses.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml\n(plugins:\n.*?)```", page, re.DOTALL)
    (above,) = re.findall(r"directly\s+above\s+the\s+line\s+`(# [^`]*)`", page)
    project = (ROOT / "meltano.yml").read_text(encoding="utf-8")
    assert project.count(f"    {above}") == 1
    config = example[example.index("    config:\n") :]
    pasted = project.replace(f"    {above}", f"{config}    {above}")
    (first, *_) = yaml.safe_load(pasted)["plugins"]["extractors"]
    assert first["config"] == yaml.safe_load(example)["plugins"]["extractors"][0]["config"]
    return pasted


def run(folder: Path, *arguments: str, variables: Mapping[str, str] = MappingProxyType({})) -> str:
    done = subprocess.run(
        meltano("--cwd", folder, *arguments),
        env={
            **clean_environment(),
            "MELTANO_DATABASE_URI": f"sqlite:///{folder / 'meltano.db'}",
            **variables,
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
