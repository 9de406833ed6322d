"""Bookmarks: where a run goes on, and what it may have lost (nothing)."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from itertools import groupby
from typing import TYPE_CHECKING, Any

import pytest

from genesys_cloud_simulator import Org
from tap_genesys_search.errors import StateError
from tap_genesys_search.timestamps import parse_timestamp
from tests.support.singer_run import catalog_of, run_tap

if TYPE_CHECKING:
    from genesys_cloud_simulator import Simulator

STREAMS = ("interactions", "interaction_facets", "search_audits")


@pytest.fixture(scope="module")
def org() -> Org:
    return Org(seed=7, days=7, interactions=350)


def bookmark(stream: str, moment: str) -> dict[str, Any]:
    return {"bookmarks": {stream: {"replication_key": "any", "replication_key_value": moment}}}


def bookmarks(moment: str) -> dict[str, Any]:
    return {
        "bookmarks": {
            stream: {"replication_key": "any", "replication_key_value": moment}
            for stream in STREAMS
        }
    }


def window_starts(run: Any) -> list[str]:
    return [audit["window_start"] for audit in run.records("search_audits")]


@pytest.mark.thorough
def test_the_state_moves_once_a_window_and_in_order(config: dict[str, Any]) -> None:
    moments = []
    for message in run_tap(config).messages:
        if message["type"] == "STATE":
            values = {
                state.get("replication_key_value")
                for state in message["value"]["bookmarks"].values()
            }
            assert len(values) == 1
            moments.append(values.pop())
    # Before the facets of a window the state says which they are, and does not move.
    assert [moment for moment, _ in groupby(moments) if moment] == [
        f"2026-01-{day:02d}T00:00:00.000Z" for day in range(6, 13)
    ]


@pytest.mark.thorough
def test_state_never_runs_ahead_of_what_is_written(config: dict[str, Any], org: Org) -> None:
    written: set[str] = set()
    moved_to: list[str] = []
    for message in run_tap({**config, "page_size": 20}).messages:
        if message["type"] == "RECORD" and message["stream"] == "interactions":
            written.add(message["record"]["id"])
        if message["type"] == "STATE":
            value = message["value"]["bookmarks"]["interactions"].get("replication_key_value")
            if not value:
                continue
            covered = set(org.ids_between(org.start, parse_timestamp(value)))
            assert written >= covered
            if value not in moved_to:  # the state before a window's facets does not move
                assert written == covered
                moved_to.append(value)
    assert len(moved_to) == 7


@pytest.mark.thorough
def test_a_run_cut_off_anywhere_and_resumed_from_its_last_state_loses_nothing(
    config: dict[str, Any], org: Org
) -> None:
    everything = set(org.ids_between(org.start, org.end))
    messages = run_tap({**config, "window_hours": 48}).messages
    for cut in range(0, len(messages), 61):
        written = messages[:cut]
        states = [message["value"] for message in written if message["type"] == "STATE"]
        seen = {
            message["record"]["id"]
            for message in written
            if message.get("stream") == "interactions" and message["type"] == "RECORD"
        }
        rest = run_tap({**config, "window_hours": 48}, state=states[-1] if states else None)
        assert seen | set(rest.ids()) == everything


@pytest.mark.thorough
def test_a_second_run_sends_no_request_and_keeps_the_state(
    config: dict[str, Any], simulator: Simulator
) -> None:
    first = run_tap(config)
    simulator.log.requests.clear()
    second = run_tap(config, state=first.states()[-1])
    assert simulator.requests == []
    assert second.counts().keys() & {("RECORD", stream) for stream in STREAMS} == set()
    assert second.bookmarks() == first.bookmarks()


def test_an_end_before_the_state_is_named(
    config: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    early = {**config, "end_date": "2026-01-08"}
    run = run_tap(early, state=bookmarks("2026-01-10T00:00:00Z"))
    assert run.ids() == []
    assert (
        "Nothing new to search from 2026-01-10T00:00:00.000Z on: end_date 2026-01-08T00:00:00.000Z "
        "is before it"
    ) in caplog.messages


@pytest.mark.thorough
def test_a_later_end_date_reads_only_what_is_new(config: dict[str, Any], org: Org) -> None:
    first = run_tap({**config, "end_date": "2026-01-08"})
    second = run_tap(config, state=first.states()[-1])
    assert not set(first.ids()) & set(second.ids())
    assert first.ids() + second.ids() == list(org.ids_between(org.start, org.end))


def test_a_state_without_bookmarks_starts_at_the_start_date(config: dict[str, Any]) -> None:
    run = run_tap(config, state={"bookmarks": {}})
    assert window_starts(run)[0] == "2026-01-05T00:00:00.000Z"


def test_a_start_date_after_the_bookmark_wins(config: dict[str, Any]) -> None:
    run = run_tap({**config, "start_date": "2026-01-10"}, state=bookmarks("2026-01-07T00:00:00Z"))
    assert window_starts(run)[0] == "2026-01-10T00:00:00.000Z"


def test_lookback_reads_again_what_lies_behind_the_bookmark(config: dict[str, Any]) -> None:
    run = run_tap({**config, "lookback_hours": 36}, state=bookmarks("2026-01-10T00:00:00Z"))
    # From midnight on, so that the window is the same in every run.
    assert window_starts(run)[0] == "2026-01-08T00:00:00.000Z"


def test_lookback_never_reaches_behind_the_start_date(config: dict[str, Any]) -> None:
    run = run_tap({**config, "lookback_hours": 9e9}, state=bookmarks("2026-01-10T00:00:00Z"))
    assert window_starts(run)[0] == "2026-01-05T00:00:00.000Z"


@pytest.mark.parametrize("first", ["0001-01-01", "0001-01-02T12:00:00Z", "1970-01-01T00:00:00Z"])
def test_bookmark_before_all_data_reads_everything(config: dict[str, Any], first: str) -> None:
    run = run_tap({**config, "lookback_hours": 48}, state=bookmarks(first))
    assert run.error is None
    assert run.ids() == run_tap(config).ids()


def test_lookback_never_moves_a_bookmark_back(config: dict[str, Any]) -> None:
    run = run_tap({**config, "lookback_hours": 72}, state=bookmarks("2026-01-10T00:00:00Z"))
    moments = [
        state["bookmarks"]["interactions"]["replication_key_value"] for state in run.states()
    ]
    assert min(map(parse_timestamp, moments)) == datetime(2026, 1, 10, tzinfo=timezone.utc)


@pytest.mark.thorough
def test_a_stream_selected_later_is_read_from_the_start(config: dict[str, Any]) -> None:
    first = run_tap(config, deselect=("interaction_facets",))
    second = run_tap(config, state=first.states()[-1])
    assert window_starts(second)[0] == "2026-01-05T00:00:00.000Z"
    assert second.records("interaction_facets")


def test_the_stream_that_is_behind_decides_where_a_run_starts(config: dict[str, Any]) -> None:
    state = bookmarks("2026-01-11T00:00:00Z")
    state["bookmarks"].update(bookmark("interactions", "2026-01-09T00:00:00Z")["bookmarks"])
    assert window_starts(run_tap(config, state=state))[0] == "2026-01-09T00:00:00.000Z"


def test_a_bookmark_that_is_no_date_is_refused_by_name(
    config: dict[str, Any], simulator: Simulator
) -> None:
    run = run_tap(config, state=bookmark("interactions", "yesterday"))
    assert isinstance(run.error, StateError)
    assert "'interactions'" in str(run.error)
    assert "yesterday" in str(run.error)
    assert simulator.requests == []


def test_no_window_is_closed_before_its_end_has_come(config: dict[str, Any]) -> None:
    now = datetime.now(timezone.utc)
    run = run_tap(
        {
            **config,
            "start_date": (now - timedelta(days=1)).isoformat(),
            "end_date": (now + timedelta(days=30)).isoformat(),
        }
    )
    assert run.error is None
    assert parse_timestamp(run.bookmarks()["interactions"]) <= datetime.now(timezone.utc)
    # To the second in which the platform last said what time it is.
    assert parse_timestamp(run.bookmarks()["interactions"]) >= now - timedelta(seconds=5)


@pytest.mark.thorough
def test_a_full_refresh_reads_everything_again(config: dict[str, Any], org: Org) -> None:
    first = run_tap(config)
    catalog = catalog_of("interactions", **config)
    for entry in catalog["streams"]:
        if entry["tap_stream_id"] == "interactions":
            entry["replication_method"] = "FULL_TABLE"
            for metadata in entry["metadata"]:
                if not metadata["breadcrumb"]:
                    metadata["metadata"]["forced-replication-method"] = "FULL_TABLE"
    run = run_tap(config, state=first.states()[-1], catalog=catalog)
    assert run.ids() == list(org.ids_between(org.start, org.end))


@pytest.mark.thorough
@pytest.mark.parametrize("selected", STREAMS)
def test_a_single_stream_goes_on_where_it_left_off(config: dict[str, Any], selected: str) -> None:
    others = tuple(stream for stream in STREAMS if stream != selected)
    first = run_tap({**config, "end_date": "2026-01-08"}, deselect=others)
    assert first.bookmarks() == {selected: "2026-01-08T00:00:00.000Z"}
    second = run_tap(config, state=first.states()[-1], deselect=others)
    assert second.bookmarks() == {selected: "2026-01-12T00:00:00.000Z"}
    key = "id" if selected == "interactions" else "search_id"
    assert not {record[key] for record in first.records(selected)} & {
        record[key] for record in second.records(selected)
    }
    assert second.records(selected)
