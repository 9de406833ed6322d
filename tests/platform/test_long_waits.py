"""Waits for a rate limit are said aloud, and one that lets next to nothing through ends the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tap_genesys_search.errors import RequestError
from tests.support.scripted_platform import Answer, FakeClock, ScriptedPlatform, token_answer

if TYPE_CHECKING:
    from collections.abc import Iterator

NOTHING_LEFT = {
    "inin-ratelimit-count": "1",
    "inin-ratelimit-allowed": "1",
    "inin-ratelimit-reset": "60",
}


@pytest.fixture(autouse=True)
def infos(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    with caplog.at_level("INFO", "tap-genesys-search.budget"):
        yield


def waits(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [one.getMessage() for one in caplog.records if one.getMessage().startswith("Waiting")]


def ask(platform: ScriptedPlatform, times: int, **settings: object) -> None:
    client = platform.client(**settings)
    for _ in range(times):
        client.call("GET", "/api/v2/things")


def test_limit_that_lets_one_request_a_minute_through_ends_the_run_in_a_line(
    platform: ScriptedPlatform,
    clock: FakeClock,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sleep = clock.sleep
    monkeypatch.setattr(clock, "sleep", lambda seconds: sleep(seconds + 0.1))  # as threads do
    platform.script(Answer({}, headers=NOTHING_LEFT))
    began = clock.now
    with pytest.raises(
        RequestError, match=r"rate limit has let \d+ requests through in 1\d minutes\. .*run again"
    ):
        ask(platform, 1_000)
    assert 600 <= clock.now - began < 1_000
    said = waits(caplog)
    assert len(said) >= 9
    assert all("the platform's rate limit is used up" in one for one in said)


def test_wait_for_the_own_budget_is_said_once_a_minute(
    platform: ScriptedPlatform, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    began = clock.now
    ask(platform, 31, requests_per_minute=2)
    said = waits(caplog)
    minutes = (clock.now - began) / 60
    assert minutes - 2 <= len(said) <= minutes + 1
    assert "as many were sent in this minute as may be" in said[0]


def test_wait_that_the_platform_asks_for_is_said(
    platform: ScriptedPlatform, caplog: pytest.LogCaptureFixture
) -> None:
    platform.script(Answer({}, 429, {"Retry-After": "45"}), Answer({}))
    platform.script_tokens(token_answer())
    ask(platform, 1)
    assert "45" in caplog.text


def test_short_waits_are_not_worth_a_line(
    platform: ScriptedPlatform, caplog: pytest.LogCaptureFixture
) -> None:
    ask(platform, 40, requests_per_minute=10, spread_requests=True)
    assert waits(caplog) == []


def test_run_that_asks_little_is_not_ended_by_a_limit_that_others_use(
    platform: ScriptedPlatform, clock: FakeClock
) -> None:
    platform.script(
        Answer({}, headers={**NOTHING_LEFT, "inin-ratelimit-reset": "12"}),
    )
    client = platform.client()
    for _ in range(40):
        client.call("GET", "/api/v2/things")
        clock.sleep(40)
