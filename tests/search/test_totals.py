"""What a run adds up for its progress and its last line."""

from __future__ import annotations

import re
import time
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import pytest

from tap_genesys_search.search.listeners.totals import RunTotals
from tap_genesys_search.search.listeners.window_log import ConnectionTestLog, WindowLog
from tap_genesys_search.windows.grid import Grid
from tap_genesys_search.windows.plan import WindowPlan
from tests.support.scripted_searches import DAY, START

if TYPE_CHECKING:
    from collections.abc import Iterator


class Stopwatch:
    """The time that a run takes, as a test says."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def stopwatch(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stopwatch]:
    stopwatch = Stopwatch()
    with monkeypatch.context() as patched:
        patched.setattr(time, "monotonic", stopwatch)
        yield stopwatch


@pytest.fixture(autouse=True)
def _lines(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", "tap-genesys-search")


def four_days() -> WindowPlan:
    return WindowPlan(START, START + 4 * DAY, Grid(START, DAY))


def audit(status: str = "completed", *, total: int | None = 5, extracted: int = 5) -> Any:
    return {
        "status": status,
        "total_matching_records": total,
        "extracted_records": extracted,
        "window_start": "2026-01-05",
        "window_end": "2026-01-06",
        "search_api": "interaction_search",
        "latency_ms": 1250,
        "error": None,
    }


def last_line(totals: RunTotals, caplog: pytest.LogCaptureFixture, **written: int) -> str:
    totals.log_done(1200, written)
    return caplog.messages[-1]


def test_figures_of_a_run_in_its_middle(stopwatch: Stopwatch) -> None:
    totals, plan = RunTotals(), four_days()
    stopwatch.now += 7
    totals.expect([plan])
    before = totals.figures(300, {})
    assert (before.windows_done, before.windows, before.records) == (0, 4, 0)
    assert (before.seconds, before.seconds_left) == (7, None)

    stopwatch.now += 30
    plan.take()
    totals.search_done(audit(), None)
    figures = totals.figures(299, {"interactions": 5, "users": 2})
    assert (figures.windows_done, figures.windows, figures.records) == (1, 4, 7)
    assert figures.requests_left == 299
    assert figures.seconds == 37
    # A quarter of the days took 30 s.
    assert figures.seconds_left == pytest.approx(90)


def test_no_time_is_left_when_all_is_done_and_none_is_known_without_a_plan() -> None:
    totals, plan = RunTotals(), four_days()
    assert totals.figures(1, {}).seconds_left is None
    totals.expect([])
    assert (totals.figures(1, {}).windows, totals.figures(1, {}).seconds_left) == (0, None)
    totals.expect([plan])
    for _ in range(4):
        plan.take()
    totals.search_done(audit(), None)
    assert totals.figures(1, {}).seconds_left is None


def test_windows_of_several_plans_are_added_up() -> None:
    totals = RunTotals()
    totals.expect([four_days(), four_days()])
    assert totals.figures(1, {}).windows == 8
    totals.expect([four_days()])
    assert totals.figures(1, {}).windows == 4


def test_last_line_adds_up_what_windows_found(
    stopwatch: Stopwatch, caplog: pytest.LogCaptureFixture
) -> None:
    totals = RunTotals()
    totals.expect([four_days()])
    totals.complete_until = datetime(2026, 1, 7, tzinfo=timezone.utc)
    totals.search_done(audit(total=1500, extracted=1400), None)
    totals.search_done(audit("split", total=9000, extracted=9000), None)
    totals.search_done(audit("incomplete", total=600, extracted=500), None)
    stopwatch.now += 1234.56
    assert last_line(totals, caplog, interactions=1900, users=1, queues=0) == (
        "Done: 1,900 of 2,100 interactions found in 2 windows (1 of them incomplete, see "
        "search_audits), 1,901 records of 2 streams written, 1,200 requests in 1,234.6 s, "
        "complete until 2026-01-07T00:00:00.000Z"
    )


def test_window_without_a_total_leaves_the_sum_open(caplog: pytest.LogCaptureFixture) -> None:
    totals = RunTotals()
    totals.expect([four_days()])
    totals.search_done(audit(total=None), None)
    totals.search_done(audit(), None)
    line = last_line(totals, caplog, interactions=1)
    assert line.startswith("Done: 10 interactions found in 2 windows, 1 record of 1 stream written")
    assert line.endswith(" s, nothing complete")


@pytest.mark.parametrize(
    ("windows", "found"),
    [
        (0, "0 interactions found in 0 windows,"),
        (1, "5 of 5 interactions found in 1 window,"),
        (2, "10 of 10 interactions found in 2 windows, each counted in every window that finds"),
    ],
)
def test_what_several_windows_count_is_said_where_there_are_several(
    windows: int, found: str, caplog: pytest.LogCaptureFixture
) -> None:
    totals = RunTotals()
    totals.finds_again = True
    totals.complete_until = START
    for _ in range(windows):
        totals.search_done(audit(), None)
    assert last_line(totals, caplog).startswith(f"Done: {found}")


def test_run_without_searches_counts_no_windows(caplog: pytest.LogCaptureFixture) -> None:
    line = last_line(RunTotals(), caplog, users=236)
    assert re.fullmatch(r"Done: 236 records of 1 stream written, 1,200 requests in 0\.\d s", line)


def test_run_that_fails_says_what_it_did_unless_that_is_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    nothing = RunTotals()
    nothing.log_unfinished(3, {"search_audits": 1, "users": 0})
    assert caplog.messages == []
    nothing.log_unfinished(3, {"search_audits": 1, "users": 2})
    assert caplog.messages[0].startswith("Not finished: 3 records of 2 streams written, 3 requests")

    searched = RunTotals()
    searched.search_done(audit("failed", total=None, extracted=0), None)
    searched.log_unfinished(3, {})
    assert caplog.messages[1].startswith("Not finished: 0 records of 0 streams written, 3 requests")


@pytest.mark.parametrize(
    ("changes", "level", "line"),
    [
        ({}, "DEBUG", "Window 1 of 4, 2026-01-05/2026-01-06: 5 of 5 interactions in 1.2 s"),
        (
            {"total_matching_records": None},
            "DEBUG",
            "Window 1 of 4, 2026-01-05/2026-01-06: 5 of uncounted interactions in 1.2 s",
        ),
        (
            {"status": "split", "error": "POST /query answered 500"},
            "WARNING",
            "Window 2026-01-05/2026-01-06 fails, so it is halved: POST /query answered 500",
        ),
        (
            {"status": "split", "total_matching_records": None},
            "INFO",
            "Window 2026-01-05/2026-01-06 is too much for one search: shortened",
        ),
        (
            {"status": "split", "total_matching_records": 2000},
            "INFO",
            (
                "Window 2026-01-05/2026-01-06 matches 2000 interactions, too many for one search: "
                "shortened"
            ),
        ),
    ],
)
def test_each_window_has_a_line(
    changes: dict[str, Any], level: str, line: str, caplog: pytest.LogCaptureFixture
) -> None:
    WindowLog(four_days()).search_done({**audit(), **changes}, None)
    assert [(one.levelname, one.getMessage()) for one in caplog.records] == [(level, line)]


def test_windows_are_numbered_and_those_that_are_split_are_not(
    caplog: pytest.LogCaptureFixture,
) -> None:
    log = WindowLog(four_days())
    for status in ("completed", "split", "completed"):
        log.search_done(audit(status), None)
    numbers = [line.split(",")[0] for line in caplog.messages if " of 4" in line]
    assert numbers == ["Window 1 of 4", "Window 2 of 4"]


@pytest.mark.parametrize(
    ("total", "extracted", "found"),
    [
        (1, 1, "1 interaction"),
        (0, 0, "0 interactions"),
        (2000, 50, "2000 interactions"),
        (None, 50, "at least 50 interactions"),
        (None, 0, "an uncounted number"),
    ],
)
def test_connection_test_says_how_many_interactions_there_are(
    total: int | None, extracted: int, found: str, caplog: pytest.LogCaptureFixture
) -> None:
    ConnectionTestLog().search_done(audit(total=total, extracted=extracted), None)
    assert caplog.messages == [f"{found} in window 2026-01-05/2026-01-06 by interaction_search"]
