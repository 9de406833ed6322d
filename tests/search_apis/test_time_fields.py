"""What a run learns of the fields that date transcripts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tap_genesys_search.search_apis.transcripts.fields import TIME_FIELDS
from tap_genesys_search.search_apis.transcripts.times import (
    ACCEPTED,
    MIXED,
    OTHER_FIELD,
    REFUSED,
    TIME_FIELD,
    TimeFields,
    warn_of_other_times,
)
from tests.support.scripted_searches import DAY, START, day

FIRST, SECOND = TIME_FIELDS


def dated(**fields: timedelta) -> dict[str, Any]:
    return {name: (START + after).isoformat() for name, after in fields.items()}


def times(first: str, other: str | None = None) -> TimeFields:
    fields = TimeFields()
    fields.take({TIME_FIELD: first, OTHER_FIELD: other})
    return fields


@pytest.mark.parametrize("other", [None, REFUSED, ACCEPTED, MIXED])
def test_what_is_learnt_is_known_to_the_next_run(other: str | None) -> None:
    fields = times(SECOND, other)
    assert fields.in_order == (SECOND, FIRST)
    assert fields.learnt == {TIME_FIELD: SECOND} | ({OTHER_FIELD: other} if other else {})
    assert (fields.are_mixed, fields.is_other_refused) == (other == MIXED, other == REFUSED)
    assert not fields.is_found


def test_state_that_is_not_understood_teaches_nothing() -> None:
    for fields in (times("endTime", MIXED), TimeFields()):
        assert (fields.learnt, fields.in_order, fields.other) == ({}, TIME_FIELDS, None)
    assert times(FIRST, "perhaps").learnt == {TIME_FIELD: FIRST}


@pytest.mark.parametrize(
    ("before", "field", "is_other_refused", "first", "other"),
    [
        (None, FIRST, False, FIRST, None),
        (ACCEPTED, FIRST, False, FIRST, ACCEPTED),
        (ACCEPTED, SECOND, False, SECOND, None),
        (ACCEPTED, SECOND, True, SECOND, REFUSED),
        (None, FIRST, True, FIRST, REFUSED),
        (MIXED, SECOND, True, FIRST, MIXED),
    ],
)
def test_field_that_finds_transcripts_comes_first_unless_both_do(
    before: str | None, field: str, first: str, other: str | None, *, is_other_refused: bool
) -> None:
    fields = times(FIRST, before)
    fields.found(field, is_other_refused=is_other_refused)
    assert (fields.first, fields.other) == (first, other)
    assert fields.is_found == (before != MIXED)


@pytest.mark.parametrize(
    ("before", "known", "after"),
    [
        (None, ACCEPTED, ACCEPTED),
        (REFUSED, ACCEPTED, ACCEPTED),
        (MIXED, ACCEPTED, MIXED),
        (MIXED, REFUSED, REFUSED),
        (ACCEPTED, MIXED, MIXED),
    ],
)
def test_mixture_stays_one_until_the_other_field_is_refused(
    before: str | None, known: str, after: str
) -> None:
    fields = times(FIRST, before)
    fields.note_other(known)
    assert fields.other == after


@pytest.mark.parametrize(
    ("after", "is_within"),
    [
        (timedelta(0), True),
        (DAY - timedelta(milliseconds=1), True),
        (DAY, False),
        (timedelta(milliseconds=-1), False),
    ],
)
def test_transcript_lies_in_the_window_that_its_time_says(
    after: timedelta, *, is_within: bool
) -> None:
    by_first, by_second = dated(**{FIRST: after}), dated(**{SECOND: after})
    assert times(FIRST).is_within(by_first, day(0)) == is_within
    assert times(SECOND).is_within(by_second, day(0)) == is_within
    assert times(FIRST, MIXED).is_within(by_second, day(0)) == is_within
    # A time that is not searched by says nothing, nor does none.
    assert times(FIRST).is_within(by_second, day(0))
    assert times(FIRST, MIXED).is_within({}, day(0))
    both = {**dated(**{SECOND: 2 * DAY}), **by_first}
    assert times(FIRST, MIXED).is_within(both, day(0)) == is_within


def test_transcripts_that_are_all_of_other_times_are_said(
    caplog: pytest.LogCaptureFixture,
) -> None:
    late = dated(**{FIRST: 2 * DAY, SECOND: 3 * DAY})
    warn_of_other_times([late, dated(**{SECOND: DAY})], day(0))
    assert caplog.messages == []
    warn_of_other_times([late, {}], day(0))
    assert caplog.messages == [
        (
            f"Window {day(0)}: 2 transcripts found, none dated within it by conversationStartTime "
            "or startTime. Check whether the platform searches by another field"
        )
    ]
