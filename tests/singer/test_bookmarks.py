"""Bookmarks, without a run around them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from tap_genesys_search.errors import StateError
from tap_genesys_search.singer.bookmarks import CLOCK_TOLERANCE, WindowBookmark
from tap_genesys_search.timestamps import format_timestamp

MOMENT = datetime(2026, 1, 6, tzinfo=timezone.utc)


def bookmark(**state: Any) -> WindowBookmark:
    return WindowBookmark(
        tap_name="tap-genesys-search",
        stream_name="interactions",
        tap_state={"bookmarks": {"interactions": state}} if state else {},
        state_partitioning_keys=(),
    )


def test_bookmark_of_a_first_run_is_none() -> None:
    assert bookmark().moment is None
    assert bookmark().search_api is None


def test_bookmark_is_read_in_utc() -> None:
    assert bookmark(replication_key_value="2026-01-06T01:00:00+01:00").moment == MOMENT


def test_bookmark_moves_with_what_the_next_run_needs() -> None:
    moved = bookmark(replication_key_value="2026-01-05T00:00:00.000Z", search_api="auto")
    moved.move_to(MOMENT, "timestamp", "conversation_jobs")
    assert moved.stream_state == {
        "replication_key": "timestamp",
        "replication_key_value": "2026-01-06T00:00:00.000Z",
        "search_api": "conversation_jobs",
    }
    assert moved.moment == MOMENT
    assert moved.search_api == "conversation_jobs"


def test_first_bookmark_is_where_the_first_window_ends() -> None:
    first = bookmark()
    first.move_to(MOMENT, "window_end", "interaction_search")
    assert first.moment == MOMENT


def test_bookmark_never_moves_back() -> None:
    kept = bookmark(replication_key_value="2026-01-07T00:00:00.000Z")
    kept.move_to(MOMENT, "timestamp", "interaction_search")
    assert kept.stream_state["replication_key_value"] == "2026-01-07T00:00:00.000Z"


@pytest.mark.parametrize("value", ["yesterday", 5, ["2026"], "", "99999-01-01"])
def test_bookmark_that_is_no_date_is_named_with_its_stream(value: object) -> None:
    with pytest.raises(StateError) as failed:
        _ = bookmark(replication_key_value=value).moment
    assert str(failed.value) == (
        f"The state of stream 'interactions' has {str(value)!r} for a bookmark, which is no ISO "
        "8601 date. Correct or remove it and run again"
    )


def test_bookmark_that_is_no_date_is_quoted_no_further_than_it_helps() -> None:
    with pytest.raises(StateError) as failed:
        _ = bookmark(replication_key_value="x" * 1000).moment
    assert "x" * 64 in str(failed.value)
    assert "x" * 65 not in str(failed.value)


def test_bookmark_still_to_come_is_refused_and_one_a_little_ahead_is_not() -> None:
    now = datetime.now(timezone.utc)
    soon = format_timestamp(now + CLOCK_TOLERANCE - timedelta(minutes=1))
    assert bookmark(replication_key_value=soon).moment
    later = format_timestamp(now + CLOCK_TOLERANCE + timedelta(minutes=1))
    with pytest.raises(StateError) as failed:
        _ = bookmark(replication_key_value=later).moment
    assert str(failed.value) == (
        f"The state of stream 'interactions' says that it is complete up to {later}, which is "
        "still to come: a clock is wrong, or was in an earlier run. Set the clock right, or the "
        "bookmark to the last moment known to be complete, and run again"
    )


@pytest.mark.parametrize("kept", [None, 5, ["conversation_jobs"]])
def test_search_api_that_is_no_name_is_none(kept: object) -> None:
    assert bookmark(search_api=kept).search_api is None


def test_what_the_sdk_writes_on_the_way_is_left_out() -> None:
    same = bookmark(replication_key_value="2026-01-05T00:00:00.000Z")
    before = dict(same.stream_state)
    same.increment_state({"timestamp": "2026-01-09"}, replication_key="timestamp")
    same.write_starting_replication_value(None, "INCREMENTAL", "timestamp", {})
    same.write_replication_key_signpost(MOMENT)
    assert same.stream_state == before
