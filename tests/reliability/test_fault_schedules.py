"""Runs under schedules of faults: complete, or stopped by an error that says why; never less."""

from __future__ import annotations

import math
import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from genesys_cloud_simulator import Fault, Org
from genesys_cloud_simulator.faults.generate import random_schedule
from genesys_cloud_simulator.faults.kinds import FAULT_KINDS
from tests.reliability.faulty_run import Examiner, find_truth, run_schedule
from tests.support.running_simulator import running_simulator

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.reliability.conftest import Figures

pytestmark = [pytest.mark.reliability, pytest.mark.timeout(3600)]

OPERATIONS: dict[str, tuple[str, ...]] = {
    "interaction_search": ("token", "submit", "poll"),
    "conversation_jobs": (
        "token",
        "job_submit",
        "job_status",
        "job_results",
        "job_delete",
        "availability",
    ),
    "conversation_query": ("token", "query"),
    "transcript_search": ("token", "transcripts"),
}
SUBMISSIONS = {
    "interaction_search": "submit",
    "conversation_jobs": "job_submit",
    "conversation_query": "query",
    "transcript_search": "transcripts",
}
ORG = Org(seed=29, days=4, interactions=300)
UNCOUNTED = {"conversation_jobs"}
"""Answers no total, so a page that leaves out records can't be noticed; nor one that overlaps the
page before it, if it does so in the same way again."""
SPARE = {"conversation_query": 10}
"""Its totals may be a few off, so a page that leaves out a few records is noticed only where the
next reading shows them."""
HIDING = {"inserted_record", "overlapping_page", "short_page", "vanished_record"}
"""Faults that leave out records."""


@pytest.fixture(scope="module")
def tally(figures: Figures) -> Iterator[dict[str, Counter[str]]]:
    """What happened, in all search APIs."""
    counters: dict[str, Counter[str]] = {
        "schedules": Counter(
            dict.fromkeys(("Schedules run", *(f"… {api}" for api in OPERATIONS)), 0)
        ),
        "kinds": Counter(),
    }
    yield counters
    for name, number in counters["schedules"].items():
        figures("Fault schedules", name, number)
    for name, number in sorted(counters["kinds"].items()):
        figures("Fault schedules, faults that struck", name, number)


@pytest.mark.parametrize("api", OPERATIONS)
def test_run_under_faults_is_complete_or_says_why_and_the_next_one_goes_on(
    api: str, schedule_count: int, tally: dict[str, Counter[str]]
) -> None:
    broken = []
    with running_simulator(ORG) as running:
        examiner = Examiner(find_truth(running.simulator, api), SPARE.get(api, 0))
        for name, options, faults in schedules(api, math.ceil(schedule_count / len(OPERATIONS))):
            config = {**running.config, "search_api": api, **options}
            outcome = run_schedule(running, config, faults)
            count = tally["schedules"]
            count["Schedules run"] += 1
            count[f"… {api}"] += 1
            count["Runs complete in spite of them"] += outcome.first.error is None
            count["Runs stopped by a clear error"] += outcome.first.error is not None
            count["Requests"] += outcome.requests
            tally["kinds"].update(fault.kind for fault in outcome.struck)
            problems = examiner.problems(outcome)
            count["Rules broken"] += len(problems)
            broken += [f"{name}: {problem} {options} {faults}" for problem in problems]
    assert not broken, "\n".join(broken)


def test_every_kind_of_fault_has_struck(tally: dict[str, Counter[str]]) -> None:
    if not tally["kinds"]:
        pytest.skip("no schedule was run")
    assert tally["kinds"].keys() == set(FAULT_KINDS)


def schedules(api: str, random_count: int) -> Iterator[tuple[str, dict[str, Any], Sequence[Fault]]]:
    """Make up what strikes an API: its name, the settings of the run, the faults."""
    for seed in range(random_count):
        rng = random.Random(f"{api}:{seed}")  # noqa: S311 - not for security
        faults = [
            shortened(noticeable(fault, api), rng)
            for fault in random_schedule(rng.randrange(10**9), OPERATIONS[api], sizes_mb=(70, 70))
            if not (api in UNCOUNTED and fault.kind == "short_page")
        ]
        yield f"{api} {seed}", draw_settings(rng), faults
    for name, fault in hand_made(api):
        rng = random.Random(f"{api}:{name}")  # noqa: S311 - not for security
        yield f"{api} {name}", draw_settings(rng), [fault]


def draw_settings(rng: random.Random) -> dict[str, Any]:
    return {
        "window_hours": rng.choice((12, 24)),
        "page_size": rng.choice((10, 20, 50)),
        "max_records_per_search": rng.choice((30, 50_000, 50_000, 50_000)),
        "max_concurrent_searches": rng.randint(1, 4),
        "request_timeout_seconds": 1,
        "poll_timeout_seconds": 1,
        "max_retries": 2,
    }


def noticeable(fault: Fault, api: str) -> Fault:
    """Let a page that nothing but another reading tells of not come again in the same way."""
    is_silent = (api in UNCOUNTED and fault.kind == "overlapping_page") or (
        api in SPARE and fault.kind in HIDING
    )
    return replace(fault, times=1) if is_silent else fault


def shortened(fault: Fault, rng: random.Random) -> Fault:
    """Let a fault take less time than a real one."""
    return replace(
        fault,
        retry_after_seconds=rng.choice((0, 0, 0, 1)),
        seconds=0 if fault.kind == "dripping_body" else fault.seconds,
    )


def hand_made(api: str) -> Iterator[tuple[str, Fault]]:
    """List faults that no random schedule has."""
    on: Any = SUBMISSIONS[api]
    moment = ORG.start + timedelta(days=2, hours=10, minutes=7)
    forms: tuple[Any, ...] = ("seconds", "date", "none")
    for form in forms:
        yield (
            f"a wait of days, by {form}",
            Fault("rate_limited", on=on, nth=2, retry_after=form, retry_after_seconds=999_999),
        )
    yield "a bad second", Fault("server_error", on=on, times=None, touching=moment)
    yield "an answer that takes too long", Fault("slow_answer", on=on, nth=3, seconds=1.5)
    yield "an answer that drips too long", Fault("dripping_body", on=on, nth=2, seconds=0.3)
    yield "no login at all", Fault("server_error", on="token", times=None)
    if api in {"interaction_search", "conversation_jobs"}:
        yield "an endless search", Fault("endless_pending", nth=2)
        yield "only endless searches", Fault("endless_pending", times=None)
