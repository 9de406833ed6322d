"""What all search APIs read alike: counts, facets, pages of a sane size."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

import pytest

from tap_genesys_search.errors import (
    RUN_AGAIN,
    ReadingError,
    SearchFailedError,
    TooManyMatchesError,
)
from tap_genesys_search.search_apis.conversations.job_counts import started_outside
from tap_genesys_search.search_apis.conversations.query_requests import read_answer as read_query
from tap_genesys_search.search_apis.conversations.query_requests import (
    warn_of_other_days,
)
from tap_genesys_search.search_apis.interaction_search import read_page
from tap_genesys_search.search_apis.page import Page, answered_facets, check_size, read_count
from tap_genesys_search.search_apis.transcripts.fields import count_dated, identity_of
from tap_genesys_search.search_apis.transcripts.requests import check_total
from tap_genesys_search.search_apis.transcripts.requests import read_answer as read_transcripts
from tests.support.scripted_searches import START, day


@pytest.mark.parametrize(
    ("value", "count"),
    [
        (0, 0),
        (20, 20),
        (20.0, 20),
        (-0.0, 0),
        (2**63 - 1, 2**63 - 1),
        (2**63, None),
        (1e300, None),
        (20.5, None),
        (-1, None),
        (-1.0, None),
        (math.inf, None),
        (math.nan, None),
        (True, None),
        (False, None),
        ("20", None),
        (None, None),
        ([20], None),
    ],
)
def test_count_is_a_whole_number_however_it_is_written(value: object, count: int | None) -> None:
    read = read_count(value)
    assert read == count
    assert type(read) is type(count)


def test_each_search_reads_a_total_that_is_written_with_a_fraction() -> None:
    assert read_query({"conversations": [], "totalHits": 20.0}).total == 20
    assert read_transcripts({"results": [], "total": 20.0}).total == 20
    assert read_page({"results": [], "totalMatchingRecords": 20.0}, "/x").total == 20


def test_page_of_far_more_records_than_were_asked_for_is_refused() -> None:
    check_size(Page([{}] * 4000, None, {}))
    with pytest.raises(SearchFailedError) as refused:
        check_size(Page([{}] * 4001, None, {}))
    assert str(refused.value) == (
        "The platform answered 4,001 records on one page, and no more than 4,000 are read. Check "
        "that the address is the platform's, and report it to Genesys support"
    )


def test_more_buckets_than_any_facet_has_are_refused() -> None:
    many = {"queueId": [{}] * 30_000, "mediaType": [{}] * 20_000, "error": "none"}
    assert answered_facets(many).keys() == {"queueId", "mediaType"}
    with pytest.raises(SearchFailedError) as refused:
        answered_facets({**many, "userId": [{}]})
    assert str(refused.value) == (
        "The platform answered 50,001 buckets of facets, and no more than 50,000 are read. Ask for "
        "facets with fewer values"
    )


def test_conversations_that_started_outside_a_window_are_told_by_their_ids() -> None:
    at = {"a": -1, "b": 0, "c": 24 * 3600 - 1, "d": 24 * 3600}
    records: list[dict[str, Any]] = [
        {"conversationId": one, "conversationStart": (START + timedelta(seconds=after)).isoformat()}
        for one, after in at.items()
    ]
    page = Page([*records, {"conversationId": "e"}], None, {})
    assert started_outside(page, day(0)) == {"a", "d"}


def started(*days: float) -> list[dict[str, Any]]:
    return [{"conversationStart": (START + timedelta(days=one)).isoformat()} for one in days]


def test_conversations_that_are_all_of_other_days_are_said(
    caplog: pytest.LogCaptureFixture,
) -> None:
    for records in (
        started(),
        started(-1, 0),
        started(0.9),
        [*started(-1), {}],
        [dict[str, Any]()],
    ):
        warn_of_other_days(records, day(0))
    assert caplog.messages == []
    warn_of_other_days(started(-0.001, 1), day(0))
    assert caplog.messages == [
        (
            f"Window {day(0)}: 2 conversations found, none started on its days, so none is taken. "
            "Check whether the address is the platform's"
        )
    ]


def test_transcript_is_told_by_its_first_id_or_else_by_all_it_holds() -> None:
    assert identity_of({"id": "b", "transcriptId": "a"}) == "a"
    assert identity_of({"transcriptId": None, "id": 7, "communicationId": "c"}) == "7"
    assert identity_of({"b": 1, "a": 2}) == '{"a": 2, "b": 1}'


def test_transcripts_of_a_window_are_those_from_its_start_to_its_very_end() -> None:
    times = [-1, 0, 24 * 3600, 24 * 3600 + 1]
    records = [{"startTime": (START + timedelta(seconds=one)).isoformat()} for one in times]
    assert count_dated([*records, {}, {"startTime": "soon"}], "startTime", day(0)) == 2


def transcripts(count: int, total: int | None) -> Page:
    return Page([{}] * count, total, {})


@pytest.mark.parametrize(
    ("page", "read", "most"),
    [
        (transcripts(5, 5), 0, 5),
        (transcripts(0, 0), 0, 5),
        (transcripts(5, None), 10, 5),
        (transcripts(5, 999), 994, 1000),
        (transcripts(0, 5), 5, 5),
        (transcripts(1, 1001), 0, 1001),
    ],
)
def test_transcripts_that_can_be_paged_through(page: Page, read: int, most: int) -> None:
    check_total(page, read, day(0), most)


@pytest.mark.parametrize(
    ("page", "read", "most", "said", "total"),
    [
        (
            transcripts(5, 6),
            0,
            5,
            "matches 6 transcripts, one search may match 5",
            6,
        ),
        # As many as can be paged through may be cut off there.
        (
            transcripts(5, 1000),
            0,
            1000,
            "matches 1000 transcripts, one search may match 1000",
            1000,
        ),
        (transcripts(1, 5), 5, 5, "has more transcripts than the 5 that it counts", None),
    ],
)
def test_window_of_too_many_transcripts_is_told_by_its_numbers(
    page: Page, read: int, most: int, said: str, total: int | None
) -> None:
    with pytest.raises(TooManyMatchesError) as refused:
        check_total(page, read, day(0), most)
    assert str(refused.value) == f"Window {day(0)} {said}"
    assert refused.value.total == total


def test_total_of_none_beside_transcripts_makes_no_sense() -> None:
    with pytest.raises(ReadingError) as refused:
        check_total(transcripts(2, 0), 0, day(0), 1000)
    assert str(refused.value) == (
        f"Window {day(0)}: the platform answers 2 transcripts on a page, and a total of 0. "
        f"{RUN_AGAIN}"
    )
