from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from tap_genesys_search.errors import SearchFailedError
from tap_genesys_search.streams.aggregates.query import CONVERSATION_PATH, ORIGIN, AggregateQuery
from tap_genesys_search.windows.window import Window

HALF_HOUR = timedelta(minutes=30)
DAY = timedelta(days=1)
ASKED = Window(datetime(2026, 1, 5, tzinfo=timezone.utc), datetime(2026, 1, 6, tzinfo=timezone.utc))


def query(**changes: Any) -> AggregateQuery:
    given = {
        "path": CONVERSATION_PATH,
        "granularity": HALF_HOUR,
        "group_by": ("queueId", "mediaType"),
        "metrics": ("tHandle", "nOffered"),
    }
    return AggregateQuery(**{**given, **changes})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


def windows(start: str, end: str, longest: timedelta = DAY, **changes: Any) -> list[str]:
    return [
        f"{window.start:%m-%dT%H:%M}/{window.end:%m-%dT%H:%M}"
        for window in query(**changes).windows(at(start), at(end), longest)
    ]


def answer(**changes: Any) -> dict[str, Any]:
    data = {
        "interval": "2026-01-05T10:00:00.000Z/2026-01-05T10:30:00.000Z",
        "metrics": [{"metric": "nOffered", "stats": {"count": 3}}],
        **changes,
    }
    return {"results": [{"group": {"queueId": "q-1"}, "data": [data]}]}


# Intervals.


def test_intervals_are_days_of_whole_spans() -> None:
    assert windows("2026-01-05", "2026-01-07") == [
        "01-05T00:00/01-06T00:00",
        "01-06T00:00/01-07T00:00",
    ]
    # The first span is taken as a whole, the last one is left until it has passed.
    assert windows("2026-01-05T10:15", "2026-01-06T07:59") == [
        "01-05T10:00/01-06T00:00",
        "01-06T00:00/01-06T07:30",
    ]
    assert windows("2026-01-05T10:15", "2026-01-05T10:29") == []


def test_intervals_are_as_short_as_windows_are_set() -> None:
    assert windows("2026-01-05", "2026-01-05T12:00", timedelta(hours=6)) == [
        "01-05T00:00/01-05T06:00",
        "01-05T06:00/01-05T12:00",
    ]
    assert windows("2026-01-05", "2026-01-05T01:00", timedelta(minutes=1)) == [
        "01-05T00:00/01-05T00:30",
        "01-05T00:30/01-05T01:00",
    ]
    assert windows("2026-01-05", "2026-01-05T12:00", timedelta(days=30)) == [
        "01-05T00:00/01-05T12:00"
    ]


def test_longer_spans_are_intervals_of_their_own() -> None:
    assert windows("2026-01-07", "2026-01-20", granularity=7 * DAY) == [
        "01-05T00:00/01-12T00:00",
        "01-12T00:00/01-19T00:00",
    ]


@pytest.mark.parametrize("granularity", [HALF_HOUR, timedelta(hours=8), DAY, 7 * DAY])
def test_spans_do_not_depend_on_the_start(granularity: timedelta) -> None:
    for start in ("2026-01-07T03:14", "2026-01-07T16:00", "2026-01-08"):
        for window in query(granularity=granularity).windows(at(start), at("2026-02-09"), DAY):
            assert (window.start - ORIGIN) % granularity == timedelta(0)
            assert window.length % granularity == timedelta(0)


# Requests.


def test_body() -> None:
    window = Window(at("2026-01-05"), at("2026-01-06"))
    assert query().body(window) == {
        "interval": "2026-01-05T00:00:00.000Z/2026-01-06T00:00:00.000Z",
        "granularity": "PT30M",
        "groupBy": ["queueId", "mediaType"],
        "metrics": ["tHandle", "nOffered"],
    }
    assert query().body(window, ["u-1", "u-2"])["filter"] == {
        "type": "or",
        "predicates": [
            {"dimension": "userId", "value": "u-1"},
            {"dimension": "userId", "value": "u-2"},
        ],
    }


# Answers.


def test_rows() -> None:
    ((keys, figures),) = query().rows(answer(), ASKED)
    assert keys[1:] == (
        "2026-01-05T10:00:00.000Z",
        "2026-01-05T10:30:00.000Z",
        "PT30M",
        "nOffered",
        None,
        "q-1",
        None,
    )
    assert len(keys[0]) == 32
    assert figures == {"count": 3}


def test_dimensions_that_were_not_asked_for_are_kept() -> None:
    given = answer()
    given["results"][0]["group"]["userId"] = "u-1"
    ((_, figures),) = query().rows(given, ASKED)
    assert figures == {"count": 3, "userId": "u-1"}


def test_what_is_absent_or_null_is_no_figure() -> None:
    for empty in ({}, {"results": None}, {"results": [{"group": None, "data": None}]}):
        assert list(query().rows(empty, ASKED)) == []
    assert list(query().rows(answer(metrics=None), ASKED)) == []
    ((_, figures),) = query().rows(answer(metrics=[{"metric": "tHandle", "stats": None}]), ASKED)
    assert figures == {}


def test_a_figure_has_the_same_id_in_every_run_and_no_other_one_has() -> None:
    def key(given: dict[str, Any], **changes: Any) -> str:
        ((keys, _),) = query(**changes).rows(given, ASKED)
        return str(keys[0])

    first = key(answer())
    assert key(answer(interval="2026-01-05T10:00:00Z/2026-01-05T10:30:00Z")) == first
    assert key(answer(), metrics=("nOffered",)) == first
    assert key(answer(), group_by=("mediaType", "queueId")) == first
    null_group = answer()
    null_group["results"][0]["group"]["mediaType"] = None
    assert key(null_group) == first
    # What has changed since is the same figure.
    assert key(answer(metrics=[{"metric": "nOffered", "stats": {"count": 4}}])) == first
    other_group = answer()
    other_group["results"][0]["group"] = {"mediaType": "q-1"}
    unasked = answer()
    unasked["results"][0]["group"]["userId"] = "u-1"
    others = [
        key(other_group),
        key(answer(interval="2026-01-05T10:30:00Z/2026-01-05T11:00:00Z")),
        key(answer(metrics=[{"metric": "tHandle", "stats": {}}])),
        key(answer(metrics=[{"metric": "nOffered", "qualifier": "IDLE", "stats": {}}])),
        key(answer(), granularity=DAY),
        key(answer(), group_by=("queueId",)),
        key(unasked),
        key(answer(), path="/api/v2/analytics/users/aggregates/query"),
    ]
    assert len({first, *others}) == 1 + len(others)


@pytest.mark.parametrize(
    "given",
    [
        {"results": "none"},
        {"results": {}},
        {"results": ""},
        {"results": [None]},
        {"results": [{"group": {"queueId": "q-1"}, "data": {}}]},
        answer(metrics={}),
        {"results": [{"group": [], "data": [{}]}]},
        {"results": [{"data": [{"interval": None}]}]},
        answer(interval="2026-01-05"),
        answer(interval="today/tomorrow"),
        answer(metrics=["tHandle"]),
        answer(metrics=[{"stats": {}}]),
        answer(metrics=[{"metric": "tHandle", "stats": 7}]),
    ],
)
def test_results_that_cannot_be_read_fail_the_stream(given: dict[str, Any]) -> None:
    with pytest.raises(SearchFailedError, match="answered results that can't be read"):
        list(query().rows(given, ASKED))


@pytest.mark.parametrize(
    "interval",
    [
        "2026-01-04T23:30:00.000Z/2026-01-05T00:00:00.000Z",
        "2026-01-06T00:00:00.000Z/2026-01-06T00:30:00.000Z",
    ],
)
def test_figures_of_another_interval_fail_the_stream(interval: str) -> None:
    with pytest.raises(SearchFailedError, match=r"where 2026-01-05.* was asked for"):
        list(query().rows(answer(interval=interval), ASKED))


def test_span_that_reaches_over_the_interval_is_read() -> None:
    given = answer(interval="2026-01-04T00:00:00.000Z/2026-01-11T00:00:00.000Z")
    ((keys, _),) = query(granularity=7 * DAY).rows(given, ASKED)
    assert keys[1] == "2026-01-04T00:00:00.000Z"


def test_figure_that_comes_twice_is_one_unless_its_values_differ() -> None:
    given = answer()
    given["results"] *= 2
    assert len({keys for keys, _ in query().rows(given, ASKED)}) == 1
    given["results"][1] = answer(metrics=[{"metric": "nOffered", "stats": {"count": 4}}])[
        "results"
    ][0]
    with pytest.raises(SearchFailedError, match="nOffered twice for one group, with two values"):
        list(query().rows(given, ASKED))
