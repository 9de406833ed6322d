"""Clocks that are wrong: of this machine, or of one that ran before."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime, parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import pytest

from tap_genesys_search.errors import StateError
from tap_genesys_search.timestamps import format_timestamp, parse_timestamp
from tests.support.raw_server import raw_server, whole
from tests.support.scripted_platform import Answer, ScriptedPlatform, token_answer
from tests.support.singer_run import run_tap

if TYPE_CHECKING:
    from collections.abc import Callable

    from genesys_cloud_simulator import Simulator

MODULES = (
    "settings.parse",
    "platform.http.platform_clock",
    "singer.bookmarks",
    "search.search",
    "platform.client",
)


@pytest.fixture
def move_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Let the tap, but not the platform, take it to be another time."""

    def move(by: timedelta) -> None:
        def now() -> datetime:
            return datetime.now(timezone.utc) + by

        for module in MODULES:
            monkeypatch.setattr(f"tap_genesys_search.{module}.utc_now", now)

    return move


def without_end(config: dict[str, Any]) -> dict[str, Any]:
    start = datetime.now(timezone.utc) - timedelta(hours=30)
    return {**config, "end_date": None, "start_date": format_timestamp(start)}


def test_machine_that_is_ahead_of_the_platform_closes_no_window_that_has_not_passed(
    config: dict[str, Any],
    move_clock: Callable[[timedelta], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    move_clock(timedelta(days=3))
    run = run_tap(without_end(config))
    assert run.error is None
    (bookmark,) = {parse_timestamp(value) for value in run.bookmarks().values()}
    assert abs(datetime.now(timezone.utc) - bookmark) < timedelta(minutes=1)
    assert "clock is ahead of the platform's" in caplog.text


def test_machine_that_is_a_little_ahead_is_not_worth_a_warning_but_closes_nothing_early(
    config: dict[str, Any],
    move_clock: Callable[[timedelta], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    move_clock(timedelta(seconds=50))
    run = run_tap(without_end(config))
    assert run.error is None
    assert "clock" not in caplog.text
    (bookmark,) = {parse_timestamp(value) for value in run.bookmarks().values()}
    assert bookmark <= datetime.now(timezone.utc)


def test_machine_that_is_behind_reads_less_and_loses_nothing(
    config: dict[str, Any], move_clock: Callable[[timedelta], None]
) -> None:
    move_clock(-timedelta(hours=10))
    run = run_tap(without_end(config))
    assert run.error is None
    (bookmark,) = {parse_timestamp(value) for value in run.bookmarks().values()}
    assert bookmark < datetime.now(timezone.utc) - timedelta(hours=9)


@pytest.mark.parametrize("says", ["in the answer", "in its head"])
def test_platform_whose_login_tells_no_time_is_asked_for_it(
    caplog: pytest.LogCaptureFixture, says: str
) -> None:
    present = datetime.now(timezone.utc).replace(microsecond=0) - timedelta(days=3)
    is_in_head = says == "in its head"
    head = f"Date: {format_datetime(present, usegmt=True)}\r\n" if is_in_head else ""
    date = b"{}" if is_in_head else json.dumps({"currentDate": format_timestamp(present)}).encode()
    bodies = {
        "/oauth/token": b'{"access_token": "t", "expires_in": 86400}',
        "/api/v2/date": date,
        "/api/v2/analytics/conversations/details/query": b'{"conversations": [], "totalHits": 0}',
    }

    def answer(request: str) -> list[bytes]:
        path = request.split()[1]
        return [whole(bodies[path], head=head if path == "/api/v2/date" else "")]

    with raw_server(answer) as server:
        config = {"client_id": "client", "client_secret": "secret"}
        urls = {"auth_url": server.url, "api_url": server.url}
        start = format_timestamp(present - timedelta(days=2))
        run = run_tap({**config, **urls, "search_api": "conversation_query", "start_date": start})
    assert run.error is None
    assert {*run.bookmarks().values()} == {format_timestamp(present)}
    assert "clock is ahead of the platform's" in caplog.text
    assert server.requests.count("GET /api/v2/date HTTP/1.1") == 1


def test_platform_that_tells_no_time_at_all_is_asked_once(
    platform: ScriptedPlatform,
) -> None:
    client = platform.client()
    platform.script_tokens(replace(token_answer(), headers={"Date": "never"}))
    platform.script(Answer({"message": "None", "status": 404}, status=404, headers={"Date": "no"}))
    for _ in range(3):
        assert abs(client.platform_time() - datetime.now(timezone.utc)) < timedelta(minutes=1)
    assert [one.path for one in platform.api_requests] == ["/api/v2/date"]


def test_bookmark_that_is_still_to_come_is_an_error_and_not_silence(
    config: dict[str, Any], simulator: Simulator
) -> None:
    future = format_timestamp(datetime.now(timezone.utc) + timedelta(days=2))
    state = {"bookmarks": {"interactions": {"replication_key_value": future}}}
    run = run_tap(config, state=state)
    assert isinstance(run.error, StateError)
    assert future in str(run.error)
    assert "still to come" in str(run.error)
    assert simulator.requests == []


def test_bookmark_of_a_machine_whose_clock_is_some_minutes_ahead_is_fine(
    config: dict[str, Any],
) -> None:
    soon = format_timestamp(datetime.now(timezone.utc) + timedelta(minutes=20))
    state = {
        "bookmarks": {
            stream: {"replication_key_value": soon}
            for stream in ("interactions", "interaction_facets", "search_audits")
        }
    }
    run = run_tap(without_end(config), state=state)
    assert run.error is None
    assert set(run.bookmarks().values()) == {soon}


@pytest.mark.thorough
def test_token_is_kept_by_a_clock_that_does_not_jump(
    config: dict[str, Any], simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    jumps = iter(range(0, 10**6, 3600))
    monkeypatch.setattr(
        "tap_genesys_search.search.search.utc_now",
        lambda: datetime.now(timezone.utc) + timedelta(seconds=next(jumps)),
    )
    assert run_tap(config).error is None
    assert sum(one.operation == "token" for one in simulator.requests) == 1


@pytest.mark.thorough
@pytest.mark.parametrize(
    "date",
    [
        "Mon, 01 Jan 0001 00:00:00 GMT",
        "Mon, 01 Jan 0001 00:00:00 +1400",
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "Fri, 31 Dec 9999 23:59:59 -1400",
        "Thu, 01 Jan 1970 00:00:00 GMT",
    ],
)
def test_platform_that_says_that_it_is_another_age_tells_no_time(
    platform: ScriptedPlatform, date: str
) -> None:
    page = {"conversations": [{"conversationId": "c-1", "conversationStart": "2026-01-05T09:00Z"}]}
    platform.script_tokens(replace(token_answer(), headers={"Date": date}))
    platform.script(
        Answer({"currentDate": parsedate_to_datetime(date).isoformat()}, headers={"Date": date}),
        Answer({**page, "totalHits": 1}, headers={"Date": date}),
    )
    run = platform.run_tap(
        {
            "client_id": "client",
            "client_secret": "secret",
            "auth_url": platform.url,
            "api_url": platform.url,
            "search_api": "conversation_query",
            "start_date": "2026-01-05",
            "end_date": "2026-01-06",
        }
    )
    assert run.error is None
    assert run.ids() == ["c-1"]
    assert set(run.bookmarks().values()) == {"2026-01-06T00:00:00.000Z"}


@pytest.mark.thorough
@pytest.mark.parametrize("api", ["conversation_query", "interaction_search"])
@pytest.mark.parametrize("start", ["0001-01-01", "0001-01-02T00:00:00Z"])
def test_search_from_the_beginning_of_time_ends_in_a_line(
    config: dict[str, Any], api: str, start: str
) -> None:
    settings = {"search_api": api, "start_date": start, "end_date": "0001-01-04"}
    run = run_tap({**config, **settings, "window_hours": 24})
    assert run.error is None or "\n" not in str(run.error)
    assert not isinstance(run.error, OverflowError)
