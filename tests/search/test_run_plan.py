"""What a run is going to read, and what it says about it before its first search."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from tap_genesys_search.jobs.job_log import JobLog
from tap_genesys_search.platform.client import PlatformClient
from tap_genesys_search.search.run_plan import RunPlan, warn_of_many
from tap_genesys_search.windows.coverage import Coverage
from tests.support.scripted_platform import make_settings
from tests.support.scripted_searches import DAY, START, ScriptedSearches, day, days

if TYPE_CHECKING:
    from tests.support.scripted_platform import ScriptedPlatform

FAR = datetime(2026, 3, 1, tzinfo=timezone.utc)
HOUR = timedelta(hours=1)


class Data(ScriptedSearches):
    """A search API whose data is complete up to a moment, or always."""

    until: datetime | None = None
    asked = 0

    def available_until(self, job_log: JobLog) -> datetime | None:
        assert isinstance(job_log, JobLog)
        self.asked += 1
        return self.until


@pytest.fixture
def api() -> Data:
    return Data()


def plan(
    api: Data, monkeypatch: pytest.MonkeyPatch, now: datetime = FAR, **changes: Any
) -> RunPlan:
    settings = make_settings(**{"start_date": "2026-01-05", "end_date": "2026-01-09", **changes})
    client = PlatformClient(settings)
    monkeypatch.setattr(client, "platform_time", lambda: now)
    return RunPlan(settings, client, api)


def spans(plan: RunPlan, *complete: Any) -> list[Any]:
    stretches = plan.stretches({"interactions": Coverage(complete)}, JobLog())
    assert all(one.streams == {"interactions"} for one in stretches)
    return [one.span for one in stretches]


def test_all_that_is_not_complete_is_read(
    api: Data, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    assert spans(plan(api, monkeypatch)) == [days(0, 4)]
    assert spans(plan(api, monkeypatch), day(0), day(2)) == [day(1), day(3)]
    assert caplog.messages == []


def test_run_ends_where_the_data_does(
    api: Data, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    api.until = START + 4 * DAY
    assert spans(plan(api, monkeypatch)) == [days(0, 4)]
    assert caplog.messages == []
    api.until = START + 2 * DAY
    assert spans(plan(api, monkeypatch)) == [days(0, 2)]
    api.until -= timedelta(microseconds=1)
    spans(plan(api, monkeypatch, end_date="2026-01-14"))
    spans(plan(api, monkeypatch, end_date="2026-01-13T23:59:59"))
    assert [(one.levelname, one.getMessage()) for one in caplog.records] == [
        (
            level,
            f"The platform's data is complete up to {until}: searching no further",
        )
        for level, until in (
            ("INFO", "2026-01-07T00:00:00.000Z"),
            ("WARNING", "2026-01-06T23:59:59.999Z"),
            ("INFO", "2026-01-06T23:59:59.999Z"),
        )
    ]


def test_run_ends_now_by_the_platforms_clock(
    api: Data, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    a_minute_before = START + 4 * DAY - timedelta(minutes=1)
    assert spans(plan(api, monkeypatch, a_minute_before)) == [days(0, 4 - 1 / 1440)]
    assert caplog.messages == []
    earlier = a_minute_before - timedelta(seconds=1)
    assert spans(plan(api, monkeypatch, earlier + timedelta(milliseconds=7))) == [
        days(0, 4 - 61 / 86_400)
    ]
    assert caplog.messages == [
        (
            "This machine's clock is ahead of the platform's, where it is "
            "2026-01-08T23:58:59.000Z: searching no further"
        )
    ]


def test_nothing_to_read_is_said_and_the_platform_is_not_asked(
    api: Data, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    assert spans(plan(api, monkeypatch), days(0, 4)) == []
    assert spans(plan(api, monkeypatch), days(0, 5)) == []
    assert api.asked == 0
    # By this clock there is something to read, but the platform has no data yet.
    api.until = START
    assert spans(plan(api, monkeypatch)) == []
    assert api.asked == 1
    assert caplog.messages == [
        "Nothing new to search from 2026-01-09T00:00:00.000Z on",
        (
            "Nothing new to search from 2026-01-10T00:00:00.000Z on: end_date "
            "2026-01-09T00:00:00.000Z is before it"
        ),
        "The platform's data is complete up to 2026-01-05T00:00:00.000Z: searching no further",
        "Nothing new to search from 2026-01-05T00:00:00.000Z on",
    ]


def test_first_window_is_that_which_a_run_begins_with(
    api: Data, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = plan(api, monkeypatch)
    assert run.first_window({"interactions": Coverage((day(0),))}) == day(1)
    assert run.first_window({"interactions": Coverage((days(0, 4),))}) is None
    late = plan(
        api, monkeypatch, start_date="2026-01-05T18:00:00Z", end_date="2026-01-05T20:00:00Z"
    )
    (evening,) = spans(late)
    assert late.first_window({"interactions": Coverage()}) == evening
    assert api.asked == 1


def test_windows_are_announced_with_their_number(
    api: Data, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    run = plan(api, monkeypatch, window_hours=12)
    (stretch,) = run.stretches({"interactions": Coverage((days(0, 3),))}, JobLog())
    windows = run.windows(stretch)
    assert (windows.planned, windows.take()) == (2, days(3, 3.5))
    many = plan(api, monkeypatch, window_hours=0.01)
    (stretch,) = many.stretches({"interactions": Coverage()}, JobLog())
    many.windows(stretch)
    assert caplog.messages[0] == (
        "Searching 2026-01-08T00:00:00.000Z to 2026-01-09T00:00:00.000Z, 2 windows, by scripted"
    )
    assert caplog.messages[2].startswith("9,600 windows take 9,600 requests or more")


def test_window_and_what_came_before_it_may_be_read_again(
    api: Data, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = plan(api, monkeypatch, lookback_hours=24)
    assert run.read_again(Coverage((days(0, 2),)), day(2)) == [
        days(0, 0),  # the first cell is whole, and so is the last
        days(1, 2),
        days(2, 2),
        days(2, 3),
    ]


def test_many_windows_say_what_they_cost(
    platform: ScriptedPlatform, caplog: pytest.LogCaptureFixture
) -> None:
    settings = platform.settings(window_hours=0.5, requests_per_minute=100)
    warn_of_many(999, 3, settings)
    assert caplog.messages == []
    warn_of_many(17_520, 3, settings)
    (warning,) = caplog.messages
    assert warning == (
        "17,520 windows take 52,560 requests or more: at requests_per_minute 100 that is 8 h 46 "
        "min or more. A window_hours of more than 0.5 makes fewer windows"
    )
    warn_of_many(1000, 1, settings)
    assert caplog.messages[1].startswith("1,000 windows take 1,000 requests or more")
