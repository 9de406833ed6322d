"""Runs of all tables, lookups and aggregates under faults: no row is lost, and none is invented."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any, get_args

import pytest

from genesys_cloud_simulator import Fault, Org
from genesys_cloud_simulator.faults.generate import random_schedule
from genesys_cloud_simulator.faults.kinds import OPERATIONS, PageFaultKind
from tap_genesys_search.errors import TapGenesysSearchError
from tap_genesys_search.records.conversations.tables import CONVERSATION_TABLES
from tap_genesys_search.tap import TapGenesysSearch
from tests.reliability.faulty_run import Examiner, find_truth, run_schedule
from tests.reliability.test_fault_schedules import HIDING, SPARE
from tests.support.running_simulator import running_simulator
from tests.support.singer_run import run_tap

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from genesys_cloud_simulator.faults.kinds import FaultKind
    from tests.reliability.conftest import Figures
    from tests.reliability.faulty_run import Outcome, Truth
    from tests.support.singer_run import SingerRun

pytestmark = [pytest.mark.reliability, pytest.mark.timeout(3600)]

SCHEDULES = 100
ORG = Org(seed=31, days=2, interactions=60)
STRUCK = {*OPERATIONS} - {"any", "submit", "poll", "query", "transcripts"}
"""What a run by conversation jobs asks for."""

# They change what the rows are, or how many there are, and an API without a total can't tell; or
# they are tens of megabytes, which the schedules of searches have.
CHANGING = {
    "duplicate_ids",
    "gzip_bomb",
    "hostile_values",
    "late_record",
    "missing_id",
    "missing_timestamp",
    "overlapping_page",
    "oversized_body",
    "shifting_total",
    "short_page",
}
ATTRIBUTES = "participant_attributes"
TITLE = "Fault schedules with all tables"

Rows = dict[tuple[str, ...], dict[str, Any]]


def test_rows_of_a_faulty_run_and_the_next_one_are_those_of_a_calm_one(figures: Figures) -> None:
    tally: Counter[str] = Counter()
    with running_simulator(ORG) as running:
        config = {
            **running.config,
            "search_api": "conversation_jobs",
            "aggregate_granularity": "P1D",
            "request_timeout_seconds": 10,
            "poll_timeout_seconds": 1,
            "max_retries": 2,
        }
        calm = run_tap(config, select=all_streams(config))
        assert calm.error is None
        expected = rows(calm)
        assert len({stream for stream, *_ in expected}) > 24
        for seed in range(SCHEDULES):
            outcome = run_schedule(running, config, faults(seed), select=all_streams(config))
            first, second = outcome.first, outcome.second
            place = f"schedule {seed}: {faults(seed)}"
            assert first.error is None or isinstance(first.error, TapGenesysSearchError), place
            assert second.error is None, place
            found = rows(first) | rows(second)
            assert found == expected, place
            tally["Schedules run"] += 1
            tally["Runs complete in spite of them"] += first.error is None
            tally["Runs stopped by a clear error"] += first.error is not None
            tally["Faults that struck"] += len(outcome.struck)
            tally["Rows compared"] += len(found)
    for name, number in tally.items():
        figures(TITLE, name, number)
    figures(TITLE, "… missing or different", 0)


def all_streams(config: dict[str, Any]) -> list[str]:
    return [name for name in TapGenesysSearch(config=config).streams if name != "transcripts"]


def faults(seed: int) -> Sequence[Fault]:
    """Make up faults that a later run can make good."""
    rng = random.Random(f"tables:{seed}")  # noqa: S311 - not for security
    return [
        replace(fault, retry_after_seconds=0, seconds=min(fault.seconds, 0.002))
        for fault in random_schedule(rng.randrange(10**9), STRUCK)
        if fault.kind not in CHANGING
    ]


def rows(run: SingerRun) -> Rows:
    """Take the last row of each key, as a target that upserts does."""
    keys = {
        message["stream"]: message["key_properties"]
        for message in run.messages
        if message["type"] == "SCHEMA" and message["stream"] != "search_audits"
    }
    return {
        (stream, *(str(record[name]) for name in names)): record
        for stream, names in keys.items()
        for record in run.records(stream)
    }


# Pages that are short, repeat or overlap, and records without an id, a time or sound values.
HOSTILE: dict[str, tuple[FaultKind, ...]] = {
    api: tuple(
        kind
        for kind in get_args(PageFaultKind)
        if Fault(kind).strikes(operation) and (api, kind) != ("conversation_jobs", "short_page")
    )
    for api, operation in (("conversation_jobs", "job_results"), ("conversation_query", "query"))
}
SILENT = {
    ("conversation_jobs", "overlapping_page"),
    *(("conversation_query", kind) for kind in HIDING),
}
"""What only another reading tells of: where totals are absent, or may be a few off."""
HOSTILE_SCHEDULES = 60
BUSY = Org(seed=31, days=2, interactions=150)


@pytest.mark.parametrize("api", HOSTILE)
def test_tables_have_all_that_hostile_pages_and_the_next_run_say(
    api: str, figures: Figures
) -> None:
    tally: Counter[str] = Counter()
    broken: list[str] = []
    with running_simulator(BUSY) as running:
        config = {**running.config, "search_api": api, "page_size": 10, "window_hours": 12}
        tables = [
            name
            for name in CONVERSATION_TABLES
            if (api, name) != ("conversation_query", ATTRIBUTES)
        ]
        calm = run_tap(config, select=tables)
        truth = find_truth(running.simulator, api)
        assert len([table for table in tables if calm.records(table)]) > 5
        examiner = Examiner(truth, SPARE.get(api, 0))
        for seed in range(HOSTILE_SCHEDULES):
            struck = hostile_pages(api, seed)
            outcome = run_schedule(running, config, struck, select=tables)
            problems = [
                *examiner.problems(outcome),
                *problems_of_states(outcome, calm, truth),
                *problems_of_second(outcome, calm),
            ]
            broken += [f"{api} {seed}: {problem} {struck}" for problem in problems]
            tally["Schedules run"] += 1
            tally["Runs complete in spite of them"] += outcome.first.error is None
            tally["Runs stopped by a clear error"] += outcome.first.error is not None
            tally["Faults that struck"] += len(outcome.struck)
            tally["Rows written under them"] += sum(
                len(outcome.first.records(table)) for table in tables
            )
    for name, number in tally.items():
        figures(f"Hostile pages with tables, {api}", name, number)
    figures(f"Hostile pages with tables, {api}", "Rules broken", len(broken))
    assert not broken, "\n".join(broken)
    assert tally["Faults that struck"] > HOSTILE_SCHEDULES


def hostile_pages(api: str, seed: int) -> Sequence[Fault]:
    """Make up faults of pages; one that no total tells of must not come again in the same way."""
    rng = random.Random(f"pages:{api}:{seed}")  # noqa: S311 - not for security
    faults = []
    for kind in rng.choices(HOSTILE[api], k=rng.randint(1, 3)):
        times = 1 if (api, kind) in SILENT else rng.choice((1, 2, None))
        faults.append(Fault(kind, nth=rng.randint(1, 6), times=times, shift=rng.randint(1, 9)))
    return faults


def problems_of_states(outcome: Outcome, calm: SingerRun, truth: Truth) -> Iterator[str]:
    """See that each state of a table comes after all rows that it covers."""
    expected = {
        table: rows_by_conversation(calm.records(table), truth) for table in CONVERSATION_TABLES
    }
    if "hostile_values" in outcome.kinds:
        expected[ATTRIBUTES] = Counter()  # others come in their place
    written: dict[str, Counter[str]] = {table: Counter() for table in CONVERSATION_TABLES}
    for message in outcome.first.messages:
        if message["type"] == "RECORD" and message["stream"] in CONVERSATION_TABLES:
            written[message["stream"]] += rows_by_conversation([message["record"]], truth)
        if message["type"] == "STATE":
            for table in CONVERSATION_TABLES:
                state = message["value"]["bookmarks"].get(table, {})
                covered = truth.before(state.get("replication_key_value", ""))
                lost = [one for one in covered if written[table][one] < expected[table][one]]
                if lost:
                    yield f"state of {table} covers {len(lost)} conversations not written"


def rows_by_conversation(records: Sequence[dict[str, Any]], truth: Truth) -> Counter[str]:
    """Count the rows of each conversation, also where a fault took or changed its id."""
    return Counter(
        truth.identify({"timestamp": row["conversation_start"], "id": row["conversation_id"]})
        for row in records
    )


def problems_of_second(outcome: Outcome, calm: SingerRun) -> Iterator[str]:
    """See that the run after it has all rows of what it left."""
    bookmark = outcome.first.bookmarks().get("conversations", "")
    found = rows(outcome.second)
    left = {
        key: row
        for key, row in rows(calm).items()
        if key[0] in CONVERSATION_TABLES and row["conversation_start"] >= bookmark
    }
    if not left.items() <= found.items():
        wrong = [key for key, row in left.items() if found.get(key) != row]
        yield f"the run after it has {len(wrong)} rows missing or different, such as {wrong[0]}"
