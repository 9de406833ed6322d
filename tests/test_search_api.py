"""What all search APIs read alike: refusals of too much, and counts."""

from __future__ import annotations

import math

import pytest

from tap_genesys_search.errors import RequestError, TooManyMatchesError
from tap_genesys_search.search_apis.conversation_query import read_answer as read_query
from tap_genesys_search.search_apis.interaction_search import read_page
from tap_genesys_search.search_apis.search_api import read_count, too_large_is_too_many
from tap_genesys_search.search_apis.transcript_search import read_answer as read_transcripts


def refuse(message: str, status: int) -> None:
    with too_large_is_too_many():
        raise RequestError("POST /x answered", status=status, platform_message=message)


@pytest.mark.parametrize(
    ("message", "status"),
    [
        ("Result set is larger than result limit of 50000", 400),
        ("The search matches more records than the maximum", 400),
        ("The interval must not be longer than 31 days", 400),
        ("The date range is too long", 400),
        ("dateRange exceeds 31 days", 400),
        ("Time span may not exceed 7 days", 400),
        ("The timespan is greater than 7 days", 400),
        ("Query exceeds 50000", 400),
        ("The query exceeds 50,000. Narrow it", 400),
        ("Too many rows", 400),
        ("Result set too large", 413),
        ("Request Entity Too Large", 413),
        ("", 413),
    ],
)
def test_refusal_of_too_much_is_told_whatever_its_words(message: str, status: int) -> None:
    with pytest.raises(TooManyMatchesError):
        refuse(message, status)


@pytest.mark.parametrize(
    ("message", "status"),
    [
        ("pageSize must be at most 1000 records", 400),
        ("The maximum page size is 100 results", 400),
        ("paging.page_size exceeds the limit of records", 400),
        ("maxPageSize exceeded: too many results", 413),
        ("At most 100 records per page", 400),
        ("Query exceeds 10 predicates", 400),
        ("Query exceeds 10,000 predicates", 400),
        ("Unrecognized field 'pageSze' in query", 400),
        ("Too many filters", 400),
        ("Too many requests: throttled, browser limit", 400),
        ("interval is not valid", 400),
        ("", 400),
        ("The date range is too long", 403),
        ("Result set is larger than result limit", 500),
    ],
)
def test_other_refusals_stay_what_they_are(message: str, status: int) -> None:
    with pytest.raises(RequestError) as refused:
        refuse(message, status)
    assert not isinstance(refused.value, TooManyMatchesError)


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
