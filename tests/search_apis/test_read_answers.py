"""What all search APIs read alike: counts, facets, pages of a sane size."""

from __future__ import annotations

import math

import pytest

from tap_genesys_search.errors import SearchFailedError
from tap_genesys_search.search_apis.conversations.query_requests import read_answer as read_query
from tap_genesys_search.search_apis.interaction_search import read_page
from tap_genesys_search.search_apis.page import Page, answered_facets, check_size, read_count
from tap_genesys_search.search_apis.transcripts.requests import read_answer as read_transcripts


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
