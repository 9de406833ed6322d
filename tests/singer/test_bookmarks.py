"""Bookmarks, without a run around them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from tap_genesys_search.errors import StateError
from tap_genesys_search.singer.bookmarks import CLOCK_TOLERANCE, WindowBookmark
from tap_genesys_search.timestamps import format_timestamp
from tap_genesys_search.windows.coverage import Coverage
from tap_genesys_search.windows.window import Window

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


def span(first: int, last: int) -> Window:
    return Window(MOMENT + timedelta(days=first), MOMENT + timedelta(days=last))


def test_state_says_which_spans_are_complete_and_its_bookmark_is_the_end_of_the_last() -> None:
    written = bookmark(replication_key_value="2026-01-05T00:00:00.000Z", search_api="auto")
    written.write_coverage(Coverage((span(-4, -2), span(-1, 0))), "timestamp")
    written.keep_search_api("conversation_jobs")
    assert written.stream_state == {
        "replication_key": "timestamp",
        "replication_key_value": "2026-01-06T00:00:00.000Z",
        "complete": [
            {"start": "2026-01-02T00:00:00.000Z", "end": "2026-01-04T00:00:00.000Z"},
            {"start": "2026-01-05T00:00:00.000Z", "end": "2026-01-06T00:00:00.000Z"},
        ],
        "search_api": "conversation_jobs",
    }
    assert written.coverage(MOMENT).spans == (span(-4, -2), span(-1, 0))
    assert written.search_api == "conversation_jobs"


def test_state_in_which_nothing_is_complete_any_more_has_no_bookmark() -> None:
    emptied = bookmark(replication_key_value="2026-01-05T00:00:00.000Z", search_api="auto")
    emptied.write_coverage(Coverage(), "timestamp")
    assert emptied.stream_state == {"search_api": "auto"}


@pytest.mark.parametrize("complete", [None, []])
def test_plain_bookmark_is_complete_from_the_start_on(complete: object) -> None:
    plain = bookmark(replication_key_value="2026-01-06", complete=complete)
    assert plain.coverage(MOMENT - timedelta(days=3)).spans == (span(-3, 0),)


def test_plain_bookmark_before_the_start_says_nothing_of_what_lies_before_it() -> None:
    (only,) = (
        bookmark(replication_key_value="2026-01-06").coverage(MOMENT + timedelta(days=1)).spans
    )
    assert only.end == MOMENT
    assert only.length <= timedelta(seconds=1)


def test_bookmark_moved_by_hand_counts() -> None:
    complete = [
        {"start": "2026-01-01", "end": "2026-01-03"},
        {"start": "2026-01-04", "end": "2026-01-06"},
    ]
    for moment, spans in (
        ("2026-01-05", (span(-5, -3), span(-2, -1))),
        ("2026-01-02", (span(-5, -4),)),
        ("2026-01-08", (span(-5, -3), span(-2, 2))),
    ):
        moved = bookmark(replication_key_value=moment, complete=complete)
        assert moved.coverage(MOMENT).spans == spans


@pytest.mark.parametrize(
    "spans",
    [
        7,
        "2026",
        [7],
        [{}],
        [{"start": "2026-01-01"}],
        [{"start": 1, "end": 2}],
        [{"start": "2026-01-05", "end": "2026-01-02"}],
    ],
)
def test_spans_that_can_t_be_read_are_named_with_their_stream(spans: object) -> None:
    with pytest.raises(
        StateError, match=r"The state of stream 'interactions' has .* for 'complete'"
    ):
        bookmark(replication_key_value="2026-01-06", complete=spans).coverage(MOMENT)


@pytest.mark.parametrize("value", ["yesterday", 5, ["2026"], "", "99999-01-01"])
def test_bookmark_that_is_no_date_is_named_with_its_stream(value: object) -> None:
    with pytest.raises(StateError) as failed:
        _ = bookmark(replication_key_value=value).moment
    assert str(failed.value) == (
        f"The state of stream 'interactions' has {str(value)!r} for a bookmark, which is not an "
        "ISO 8601 date. Correct or remove it and run again"
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
