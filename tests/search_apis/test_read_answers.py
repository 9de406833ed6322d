"""What all search APIs read alike: counts."""

from __future__ import annotations

import math

import pytest

from tap_genesys_search.search_apis.conversations.query_requests import read_answer as read_query
from tap_genesys_search.search_apis.interaction_search import read_page
from tap_genesys_search.search_apis.page import read_count
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
