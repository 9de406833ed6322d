"""What comes after the end of a conversation is read, however long ago it started."""

from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug.serving import WSGIRequestHandler

from tests.support.open_conversations_server import Elsewhere, settling_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_httpserver import HTTPServer

    from tests.support.singer_run import SingerRun

LONG = "c-00000"


class Nights:
    """Nightly runs against a server whose clock is moved.

    Attributes:
        server: The server. It has a conversation that started on 2 March.
        now: The time on the server.
    """

    def __init__(self, server: Elsewhere) -> None:
        self.server = server
        self.now = server.day
        self.server.config["lookback_hours"] = 48
        self.server.begin(1)

    def run(self, day: float, *before: SingerRun, select: Sequence[str] = ()) -> SingerRun:
        """Run the tap some days after 2 March, with the state of an earlier run."""
        self.now = self.server.day + timedelta(days=day)
        return self.server.run(day, state_of(before[0]) if before else None, select=select)

    def end(self, moment: str) -> None:
        self.server.conversations[LONG]["conversationEnd"] = moment

    def wrap_up(self, tag: str) -> None:
        self.server.conversations[LONG]["externalTag"] = tag


@pytest.fixture
def nights(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> Nights:
    caplog.set_level("INFO")
    nights = Nights(Elsewhere(httpserver))

    def date_of_answers(*_: object) -> str:
        return format_datetime(nights.now, usegmt=True)

    monkeypatch.setattr(WSGIRequestHandler, "date_time_string", date_of_answers)
    return nights


def state_of(run: SingerRun) -> dict[str, Any]:
    return run.states()[-1]


def tags(run: SingerRun) -> list[object]:
    """The tags in the rows that a run wrote of the long conversation."""
    rows = [row for row in run.records("conversations") if row["conversation_id"] == LONG]
    return [row.get("external_tag") for row in rows]


@pytest.mark.parametrize("streams", [("conversations",), ("conversations", "interactions")])
def test_conversation_that_has_ended_comes_again_until_the_lookback_is_over(
    nights: Nights, streams: tuple[str, ...], caplog: pytest.LogCaptureFixture
) -> None:
    first = nights.run(9, select=streams)
    nights.end("2026-03-11T23:00:00.000Z")
    caplog.clear()
    ended = nights.run(10, first, select=streams)
    assert tags(ended) == [None]
    assert list(settling_in(state_of(ended))) == [LONG]
    assert "Conversations still open: 0." in caplog.text
    nights.wrap_up("a day later")
    wrapped_up = nights.run(11, ended, select=streams)
    assert tags(wrapped_up) == ["a day later"]
    nights.wrap_up("almost two days later")
    last = nights.run(12, wrapped_up, select=streams)
    assert tags(last) == ["almost two days later"]
    assert settling_in(state_of(last)) == {}
    asked = len(nights.server.asked)
    assert tags(nights.run(13, last, select=streams)) == []
    assert len(nights.server.asked) == asked


def test_end_in_the_window_that_started_it_is_asked_for_once_no_window_reads_it(
    nights: Nights,
) -> None:
    # It starts on 2 March at midnight and ends on 3 March: the run up to 5 March reads 3 March on.
    nights.end("2026-03-03T22:00:00.000Z")
    first = nights.run(2)
    assert settling_in(state_of(first)) == {}  # the next run reads its window again
    second = nights.run(3, first, select=["conversations"])
    nights.wrap_up("late")
    third = nights.run(3.5, second, select=["conversations"])
    assert tags(third) == ["late"]


def test_conversation_that_ends_within_its_window_is_not_remembered(
    nights: Nights,
) -> None:
    nights.end("2026-03-02T23:00:00.000Z")
    for days in (1, 2, 3, 4):
        assert settling_in(state_of(nights.run(days))) == {}


def test_without_a_lookback_nothing_comes_after_the_end(nights: Nights) -> None:
    nights.server.config["lookback_hours"] = 0
    first = nights.run(9)
    nights.end("2026-03-11T23:00:00.000Z")
    assert settling_in(state_of(nights.run(10, first))) == {}


def test_stream_selected_later_gets_what_came_late(nights: Nights) -> None:
    both = ("conversations", "interactions")
    first = nights.run(9, select=both)
    nights.end("2026-03-11T23:00:00.000Z")
    second = nights.run(10, first, select=both)
    nights.wrap_up("a day later")
    third = nights.run(11, second, select=["interactions"])
    last = nights.run(20, third, select=both)
    assert tags(last) == ["a day later"]


def test_what_ended_long_before_the_run_is_not_asked_for(nights: Nights) -> None:
    nights.end("2026-03-11T23:00:00.000Z")
    nights.now += timedelta(days=20)
    assert settling_in(state_of(nights.server.run(9))) == {}
