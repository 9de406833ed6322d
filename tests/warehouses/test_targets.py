"""Targets of others, from PyPI, fed by a plain pipe: those of the table in docs/warehouses.md."""

from __future__ import annotations

import csv
import json
import sqlite3
import subprocess
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from scripts.clean_environment import installing_environment
from tap_genesys_search.tap import TapGenesysSearch
from tests.support.singer_run import SingerRun, catalog_of, run_tap

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = [pytest.mark.warehouses, pytest.mark.timeout(900)]

UV = Path(sys.executable).with_name("uv")
THIRD_DAY = "2026-01-07"

Counts = dict[str, int]
"""Stream to the number of its rows."""


def rows_of_jsonl(folder: Path) -> Counts:
    return {
        file.stem: len(file.read_text(encoding="utf-8").splitlines())
        for file in folder.glob("*.jsonl")
    }


def rows_of_csv(folder: Path) -> Counts:
    counts: Counter[str] = Counter()
    for file in folder.glob("*.csv"):
        with file.open(encoding="utf-8", newline="") as lines:
            counts[file.name.partition("-")[0]] += sum(1 for _ in csv.DictReader(lines))
    return dict(counts)


def rows_of_sqlite(folder: Path) -> Counts:
    with sqlite3.connect(folder / "warehouse.db") as database:
        names = database.execute("select name from sqlite_master where type = 'table'").fetchall()
        return {
            name: database.execute(f'select count(*) from "{name}"').fetchone()[0]
            for (name,) in names
        }


@dataclass(frozen=True)
class Target:
    """A target of others.

    Attributes:
        package: Its name on PyPI.
        command: What starts it.
        python: The version of Python that it runs on.
        config: Its settings; `{folder}` is where it may write.
        rows: Counts what it has written there.
        upserts: Whether what comes again replaces what was there.
    """

    package: str
    command: str
    python: str
    config: dict[str, Any]
    rows: Callable[[Path], Counts]
    upserts: bool


TARGETS = [
    Target(
        "target-jsonl",
        "target-jsonl",
        "3.11",
        {"destination_path": "{folder}", "do_timestamp_file": False},
        rows_of_jsonl,
        upserts=False,
    ),
    Target(
        "meltanolabs-target-csv",
        "target-csv",
        "3.11",
        {"output_path": "{folder}", "file_naming_scheme": "{stream_name}-{timestamp}.csv"},
        rows_of_csv,
        upserts=False,
    ),
    Target(
        "target-sqlite",
        "target-sqlite",
        "3.9",
        {"database": "{folder}/warehouse", "batch_size": 5000},
        rows_of_sqlite,
        upserts=True,
    ),
]


def install(package: str, python: str, folder: Path) -> Path:
    """Install a package in an environment of its own, and return where its commands are.

    A test whose target needs a Python that this machine lacks is skipped.
    """
    find = [str(UV), "python", "find", "--no-python-downloads", python]
    if subprocess.run(
        find, check=False, capture_output=True, env=installing_environment()
    ).returncode:
        pytest.skip(f"{package} needs Python {python}")
    for command in (
        ("venv", "--python", python, folder),
        ("pip", "install", "--python", folder / "bin" / "python", package, "setuptools<80"),
    ):
        subprocess.run([UV, *command], env=installing_environment(), check=True)
    return folder / "bin"


def load(command: Path, config: dict[str, Any], run: SingerRun, folder: Path) -> str:
    """Feed a run's messages to a target or mapper, and return what that writes."""
    assert run.error is None
    file = folder / "config.json"
    file.write_text(json.dumps(config).replace("{folder}", str(folder / "loaded")))
    (folder / "loaded").mkdir(exist_ok=True)
    lines = "".join(f"{json.dumps(message)}\n" for message in run.messages)
    done = subprocess.run(
        [command, "--config", file], input=lines, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def expected(runs: list[SingerRun], *, upserts: bool) -> Counts:
    """Count the records of all runs; where they are upserted, each key once."""
    keys: defaultdict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for run in runs:
        names = {
            one["stream"]: one["key_properties"] for one in run.messages if one["type"] == "SCHEMA"
        }
        for one in run.messages:
            if one["type"] == "RECORD":
                key = tuple(one["record"][name] for name in names[one["stream"]])
                keys[one["stream"]].append(key)
    return {name: len({*found} if upserts else found) for name, found in keys.items()}


def run_everything(config: dict[str, Any], state: dict[str, Any] | None = None) -> SingerRun:
    streams = TapGenesysSearch(config=config).streams
    return run_tap(config, catalog=catalog_of(*streams, **config), state=state)


@pytest.fixture
def config(config: dict[str, Any]) -> dict[str, Any]:
    return {**config, "aggregate_granularity": "P1D", "facets": ["mediaType"]}


@pytest.mark.parametrize("target", TARGETS, ids=[one.package for one in TARGETS])
@pytest.mark.parametrize("depth", [0, 2])
def test_two_nights_load(
    config: dict[str, Any], tmp_path: Path, target: Target, depth: int
) -> None:
    if depth:
        config = {**config, "flattening_enabled": True, "flattening_max_depth": depth}
    command = install(target.package, target.python, tmp_path / "venv") / target.command
    first = run_everything({**config, "end_date": THIRD_DAY})
    second = run_everything(config, first.states()[-1])
    for run in (first, second):
        load(command, target.config, run, tmp_path)
    rows = {name: count for name, count in target.rows(tmp_path / "loaded").items() if count}
    assert rows == expected([first, second], upserts=target.upserts)


def test_a_mapper_in_between_keeps_each_column(config: dict[str, Any], tmp_path: Path) -> None:
    command = install("meltano-map-transform", "3.11", tmp_path / "venv") / "meltano-map-transform"
    run = run_everything({**config, "end_date": THIRD_DAY})
    flat = {"stream_maps": {}, "flattening_enabled": True, "flattening_max_depth": 2}
    mapped = [json.loads(line) for line in load(command, flat, run, tmp_path).splitlines()]
    columns = {
        one["stream"]: {*one["schema"]["properties"]} for one in mapped if one["type"] == "SCHEMA"
    }
    assert columns == {
        one["stream"]: {*one["schema"]["properties"]}
        for one in run.messages
        if one["type"] == "SCHEMA"
    }
    assert all({*one["record"]} <= columns[one["stream"]] for one in mapped if "record" in one)
    written = SingerRun(mapped)
    assert expected([written], upserts=False) == expected([run], upserts=False)
