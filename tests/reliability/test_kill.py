"""Runs killed at random moments: after them the database holds the org, each interaction once."""

from __future__ import annotations

import json
import math
import random
import signal
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from genesys_cloud_simulator import Org, Simulator
from genesys_cloud_simulator.timestamps import to_milliseconds
from genesys_cloud_simulator.views.transcripts import generate_transcript
from tests.reliability.pipeline import Kill, Run, last_state, run_pipeline, write_configs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.reliability.conftest import Figures

pytestmark = [pytest.mark.reliability, pytest.mark.timeout(4 * 3600)]

# How many interactions, so that a run takes some seconds. Half of them have a transcript.
APIS = {
    "interaction_search": 12_000,
    "conversation_jobs": 12_000,
    "conversation_query": 12_000,
    "transcript_search": 24_000,
}
DAYS = 32
KILLS_A_ROUND = 10
# The tap's first line comes after about a second; later kills count from it, on any machine.
STARTING_SECONDS = 1.0
RUNNING_SECONDS = 3.0
STARTING_SHARE = 0.15
# Of the orgs, half are first loaded in their middle, which leaves a gap before and after.
MIDDLE_DAYS = (12, 20)
SIGKILLED = -signal.SIGKILL


@dataclass(frozen=True)
class Loaded:
    """What the database holds.

    Attributes:
        rows: Interactions.
        ids: Their ids.
        audited: Interactions extracted, by the audits of the completed searches.
        repeated: Facets and audits whose keys are there more than once.
    """

    rows: int
    ids: set[str]
    audited: int
    repeated: int


@pytest.fixture(scope="module")
def tally(figures: Figures) -> Iterator[Counter[str]]:
    """What happened in all rounds of all search APIs."""
    counter: Counter[str] = Counter()
    yield counter
    for name, number in counter.items():
        figures("Killed runs", name, number)


@pytest.mark.parametrize("api", APIS)
def test_killed_runs_lose_nothing_and_load_nothing_twice(
    api: str, kills: int, loader: Path, tmp_path: Path, tally: Counter[str]
) -> None:
    rng = random.Random(f"kill:{api}")  # noqa: S311 - not for security
    wanted = math.ceil(kills / len(APIS))
    killed = 0
    for number in range(wanted + 1):
        if killed >= wanted:
            break
        folder = tmp_path / str(number)
        folder.mkdir()
        org = Org(seed=rng.randrange(1000), days=DAYS, interactions=APIS[api])
        simulator = Simulator(
            org, requests_per_minute=100_000, query_seconds=rng.uniform(0.05, 0.3)
        )
        with simulator.running() as url:
            config = tap_config(simulator, url, api)
            if number % 2:
                load_middle(folder, loader, config, org)
                tally["… of which had a gap before what was loaded"] += 1
            write_configs(folder, config, loader_config(folder))
            killed += load_with_kills(folder, loader, rng, tally)
        compare(read_database(folder), expected_ids(simulator, api), tally)
    assert killed >= wanted


def tap_config(simulator: Simulator, url: str, api: str) -> dict[str, Any]:
    return {
        "client_id": simulator.client_id,
        "client_secret": simulator.client_secret,
        "auth_url": url,
        "api_url": url,
        "search_api": api,
        "start_date": f"{simulator.org.start:%Y-%m-%d}",
        "end_date": f"{simulator.org.end:%Y-%m-%d}",
        "poll_interval_seconds": 0.05,
        "requests_per_minute": 100_000,
        # So that each conversation is in one audit.
        "conversation_matching": "started",
    }


def load_middle(folder: Path, loader: Path, config: dict[str, Any], org: Org) -> None:
    """Load the days in the middle of an org, in a run that nothing disturbs."""
    start, end = (f"{org.start + timedelta(days=days):%Y-%m-%d}" for days in MIDDLE_DAYS)
    middle = {**config, "start_date": start, "end_date": end}
    write_configs(folder, middle, loader_config(folder))
    run = run_pipeline(folder, loader)
    assert (run.tap_code, run.loader_code) == (0, 0), run.said


def loader_config(folder: Path) -> dict[str, Any]:
    """Configure it as meltano.yml does, but for batches small enough to confirm often."""
    return {
        "path": str(folder / "loaded.duckdb"),
        "default_target_schema": "genesys",
        "batch_size_rows": 500,
    }


def expected_ids(simulator: Simulator, api: str) -> set[str]:
    org = simulator.org
    if api != "transcript_search":
        return set(org.ids_between(org.start, org.end))
    moment = to_milliseconds(simulator.moment)
    made = (
        generate_transcript(interaction, moment)
        for interaction in org.interactions_between(org.start, org.end)
    )
    return {str(transcript["transcriptId"]) for transcript in made if transcript}


def load_with_kills(folder: Path, loader: Path, rng: random.Random, tally: Counter[str]) -> int:
    """Load an org by runs that are killed and, after enough of them, by one that is not.

    Returns:
        How many were killed.
    """
    for killed in range(KILLS_A_ROUND):
        before = last_state(folder)
        run = run_pipeline(folder, loader, draw_kill(rng))
        check_lines(run)
        if (run.tap_code, run.loader_code) == (0, 0):
            tally["Runs that ended before their kill"] += 1
            return killed
        assert run.tap_code in {0, SIGKILLED}, run.said
        count_kill(run, tally, moved=last_state(folder) != before)
        if run.loader_code != SIGKILLED:
            # It may only fail for a line that the kill has cut.
            assert run.loader_code == 0 or is_cut(run), run.said
    run = run_pipeline(folder, loader)
    check_lines(run)
    assert (run.tap_code, run.loader_code) == (0, 0), run.said
    return KILLS_A_ROUND


def draw_kill(rng: random.Random) -> Kill:
    running = rng.random() >= STARTING_SHARE
    seconds = rng.uniform(0, RUNNING_SECONDS if running else STARTING_SECONDS)
    return Kill(seconds, running, loader_too=rng.random() < 0.5)


def count_kill(run: Run, tally: Counter[str], *, moved: bool) -> None:
    tally["Runs killed"] += 1
    tally["… the tap alone"] += run.loader_code != SIGKILLED
    tally["… tap and loader at once"] += run.loader_code == SIGKILLED
    tally["… before the first record"] += not any(b'"RECORD"' in line for line in run.lines)
    tally["… in the middle of a line"] += is_cut(run)
    tally["… after the loader had confirmed a further state"] += moved


def is_cut(run: Run) -> bool:
    return bool(run.lines) and not run.lines[-1].endswith(b"\n")


def check_lines(run: Run) -> None:
    """See that all lines are messages, but for the last one where a kill has cut it."""
    for line in run.lines[: -1 if is_cut(run) else None]:
        assert json.loads(line)["type"] in {"SCHEMA", "RECORD", "STATE"}


def read_database(folder: Path) -> Loaded:
    with duckdb.connect(str(folder / "loaded.duckdb"), read_only=True) as connection:

        def number(query: str) -> int:
            return int(connection.execute(query).fetchall()[0][0])

        return Loaded(
            rows=number("select count(*) from genesys.interactions"),
            ids={
                row[0]
                for row in connection.execute("select id from genesys.interactions").fetchall()
            },
            audited=number(
                "select sum(extracted) from (select max(extracted_records) as extracted "
                "from genesys.search_audits where status = 'completed' group by search_id)"
            ),
            repeated=number(
                "select count(*) - count(distinct (search_id, facet, bucket_key)) "
                "from genesys.interaction_facets"
            )
            + number(
                "select count(*) - count(distinct (search_id, started_at)) "
                "from genesys.search_audits"
            ),
        )


def compare(loaded: Loaded, expected: set[str], tally: Counter[str]) -> None:
    tally["Orgs loaded to the end"] += 1
    tally["Interactions in them"] += len(expected)
    tally["… missing in the database"] += len(expected - loaded.ids)
    tally["… loaded twice"] += loaded.rows - len(loaded.ids)
    tally["… that no org has"] += len(loaded.ids - expected)
    assert loaded.ids == expected
    assert loaded.rows == len(expected)
    assert loaded.audited == len(expected)
    assert loaded.repeated == 0
