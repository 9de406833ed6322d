"""Killed runs that write batches: the files that were named before the last state hold each row."""

from __future__ import annotations

import json
import math
import random
import subprocess
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from genesys_cloud_simulator import Org, Simulator
from tap_genesys_search.search_apis import SEARCH_APIS
from tests.reliability.pipeline import TAP
from tests.reliability.test_kill import APIS, RUNNING_SECONDS, tap_config
from tests.reliability.test_kill_tables import APART, SHARE, catalog_of_all
from tests.support.batched import batches_below, records_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.reliability.conftest import Figures

pytestmark = [pytest.mark.reliability, pytest.mark.timeout(3600)]

KILLS_A_ROUND = 5
TITLE = "Killed runs with batches"

Rows = dict[tuple[Any, ...], dict[str, Any]]


def test_killed_runs_leave_the_rows_of_a_run_that_was_not(
    kills: int, tmp_path: Path, figures: Figures
) -> None:
    rng = random.Random("kill:batches")  # noqa: S311 - not for security
    tally: Counter[str] = Counter({"Runs killed": 0})
    wanted = math.ceil(kills / SHARE)
    number = 0
    while tally["Runs killed"] < wanted:
        api = tuple(SEARCH_APIS)[number % len(SEARCH_APIS)]
        number += 1
        org = Org(seed=rng.randrange(1000), days=8, interactions=APIS[api] // 10)
        simulator = Simulator(
            org, requests_per_minute=100_000, query_seconds=rng.uniform(0.05, 0.2)
        )
        with simulator.running() as url:
            disturbed, calm = (tmp_path / f"{number}-{kind}" for kind in ("killed", "calm"))
            for folder in (disturbed, calm):
                config = {
                    **tap_config(simulator, url, api),
                    **batches_below(folder, batch_size=rng.choice((200, 2_000))),
                    "aggregate_granularity": "P1D",
                }
                folder.mkdir()
                (folder / "tap.json").write_text(json.dumps(config))
                (folder / "catalog.json").write_text(json.dumps(catalog_of_all(config)))
            found: Rows = {}
            for _ in range(KILLS_A_ROUND):
                tally["Runs killed"] += load(disturbed, found, rng.uniform(0, RUNNING_SECONDS))
            tally["Files written"] += sum(1 for _ in disturbed.glob("*.json.gz"))
            assert not load(disturbed, found)
            expected: Rows = {}
            assert not load(calm, expected)
        assert found == expected
        tally["Orgs loaded to the end"] += 1
        tally["Rows in them"] += len(expected)
    for name, value in tally.items():
        figures(TITLE, name, value)
    figures(TITLE, "… missing or different", 0)


def load(folder: Path, found: Rows, kill_after: float | None = None) -> bool:
    """Run the tap from the last state, and take the rows as a target that upserts does.

    Args:
        folder: Has the configurations and the last state.
        found: Gets the rows.
        kill_after: Seconds from the first line on; None leaves the run alone.

    Returns:
        Whether the run was killed.
    """
    state = folder / "state.json"
    if not state.exists():
        state.write_text("{}")
    options: list[str | Path] = [
        "--config",
        folder / "tap.json",
        "--catalog",
        folder / "catalog.json",
    ]
    with (
        (folder / "lines").open("wb") as lines,
        (folder / "stderr").open("wb") as stderr,
        subprocess.Popen([TAP, *options, "--state", state], stdout=lines, stderr=stderr) as tap,
    ):
        if kill_after is not None:
            while tap.poll() is None and not (folder / "lines").stat().st_size:
                with suppress(subprocess.TimeoutExpired):
                    tap.wait(0.01)
            with suppress(subprocess.TimeoutExpired):
                tap.wait(kill_after)
            tap.kill()
    assert tap.returncode == 0 or kill_after is not None, (folder / "stderr").read_text()
    keys: dict[str, list[str]] = {}
    for line in (folder / "lines").read_bytes().splitlines(keepends=True):
        if not line.endswith(b"\n"):
            break
        message = json.loads(line)
        if message["type"] == "SCHEMA":
            keys[message["stream"]] = message["key_properties"]
        if message["type"] == "STATE":
            state.write_text(json.dumps(message["value"]))
        stream = message.get("stream")
        if stream not in APART:
            for row in records_of(message):
                found[(stream, *(str(row[key]) for key in keys[stream]))] = row
    return tap.returncode != 0
