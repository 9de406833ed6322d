from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from genesys_cloud_simulator.date_formats import is_date_format, parse_date
from genesys_cloud_simulator.faults.searched_range import searched_range
from genesys_cloud_simulator.timestamps import format_timestamp, parse_interval, parse_timestamp

from .api_client import CONVERSATION_AGGREGATES_PATH, USER_AGGREGATES_PATH, page_query, time_range

if TYPE_CHECKING:
    from collections.abc import Callable

    from .api_client import ApiClient

MOMENT = datetime(2026, 1, 5, 9, 12, 33, tzinfo=timezone.utc)
SAME_MOMENT = (
    "2026-01-05T09:12:33Z",
    "2026-01-05T09:12:33",
    "2026-01-05T09:12:33+0000",
    "2026-01-05T09:12:33+00:00",
    "2026-01-05T09:12:33+00",
    "2026-01-05T09:12:33-00:00",
    "2026-01-05T04:12:33-05:00",
    "2026-01-05T04:12:33.0-0500",
    "2026-01-05T04:12:33.000000-05",
    "2026-01-05T14:57:33.000+05:45",
)
# One day, in all forms.
DAYS = tuple(
    f"{start}/{end}"
    for start, end in (
        ("2026-01-07T00:00:00.000Z", "2026-01-08T00:00:00.000Z"),
        ("2026-01-07T00:00:00Z", "2026-01-08T00:00:00Z"),
        ("2026-01-07T00:00:00", "2026-01-08T00:00:00"),
        ("2026-01-07T00:00", "2026-01-08T00:00"),
        ("2026-01-07T00:00:00.000000", "2026-01-08T00:00:00.0"),
        ("2026-01-07T00:00:00+0000", "2026-01-08T00:00:00+0000"),
        ("2026-01-07T00:00:00.000+00:00", "2026-01-08T00:00+00"),
        ("2026-01-06T19:00:00-05:00", "2026-01-08T05:45:00+05:45"),
    )
)


@pytest.mark.parametrize("text", SAME_MOMENT)
def test_reads_every_form_of_a_moment(text: str) -> None:
    assert parse_timestamp(text) == MOMENT


@pytest.mark.parametrize(
    ("text", "microsecond"),
    [
        ("2026-01-05T09:12:33.1Z", 100_000),
        ("2026-01-05T09:12:33.12Z", 120_000),
        ("2026-01-05T09:12:33.127Z", 127_000),
        ("2026-01-05T09:12:33.1279Z", 127_000),
        ("2026-01-05T09:12:33.127999", 127_000),
    ],
)
def test_keeps_milliseconds(text: str, microsecond: int) -> None:
    assert parse_timestamp(text) == MOMENT.replace(microsecond=microsecond)


def test_seconds_may_be_left_out() -> None:
    assert parse_timestamp("2026-01-05T09:12Z") == MOMENT.replace(second=0)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-01-05",
        "2026-01-05 09:12:33Z",
        "2026-01-05T09Z",
        "2026-01-05T09:12:33.1234567Z",
        "2026-01-05T09:12:33.Z",
        "2026-01-05T09:12.5Z",
        "2026-02-30T00:00:00Z",
        "2026-01-05T24:00:00Z",
        "2026-01-05T09:60:00Z",
        "2026-01-05T09:12:33+24:00",
        "2026-01-05T09:12:33+00:60",
        "2026-01-05T09:12:33+0",
        "2026-01-05T09:12:33 00:00",
        "2026-01-05T09:12:33Europe/Berlin",
        "0000-01-05T00:00:00Z",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
        "2026-01-05T09:12:33Z\n",
        "٢٠٢٦-01-05T09:12:33Z",
        "now",
    ],
)
def test_refuses_everything_else(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_timestamp(text)


@pytest.mark.parametrize("text", ["", "2026-01-07T00:00:00Z", "2026-01-07T00:00:00Z/P1D", "a/b/c"])
def test_an_interval_is_two_moments(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_interval(text)


def test_writes_milliseconds_in_utc() -> None:
    moment = datetime(2026, 1, 5, 1, 0, tzinfo=timezone(timedelta(hours=3)))
    assert format_timestamp(moment) == "2026-01-04T22:00:00.000Z"


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("yyyy-MM-dd'T'HH:mm:ss", "2026-01-05T09:12:33"),
        ("yyyy-MM-dd'T'HH:mm:ss'Z'", "2026-01-05T09:12:33Z"),
        ("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", "2026-01-05T09:12:33.000Z"),
        ("yyyy-MM-dd'T'HH:mm:ss.SSSX", "2026-01-05T10:12:33.000+01"),
        ("yyyy-MM-dd'T'HH:mm:ss.SSSZ", "2026-01-05T10:12:33.000+0100"),
        ("yyyy-MM-dd'T'HH:mm:ssXXX", "2026-01-05T10:12:33+01:00"),
        ("yyyy-MM-dd HH:mm:ss", "2026-01-05 09:12:33"),
        ("dd.MM.yyyy HH:mm:ss", "05.01.2026 09:12:33"),
    ],
)
def test_reads_dates_by_their_pattern(pattern: str, text: str) -> None:
    assert is_date_format(pattern)
    assert parse_date(text, pattern) == MOMENT


def test_a_date_alone_is_its_midnight() -> None:
    assert parse_date("2026-01-05", "yyyy-MM-dd") == datetime(2026, 1, 5, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    "pattern", ["", "HH:mm", "yyyy-MM", "yyyy-MM-dd'T", "yyyy-MM-dd dd", "epoch_millis", "EEE, dd"]
)
def test_refuses_patterns_that_name_no_day(pattern: str) -> None:
    assert not is_date_format(pattern)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("yyyy-MM-dd'T'HH:mm:ss", "2026-01-05T09:12:33Z"),
        ("yyyy-MM-dd'T'HH:mm:ssX", "2026-01-05T09:12:33"),
        ("yyyy-MM-dd", "2026-02-30"),
    ],
)
def test_refuses_dates_that_are_not_as_their_pattern(pattern: str, text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_date(text, pattern)


# What requests search.


def bounds(day: str) -> tuple[str, str]:
    start, _, end = day.partition("/")
    return start, end


def transcripts_of(start: str, end: str, **more: Any) -> dict[str, Any]:
    return {
        "query": [
            {
                "type": "DATE_RANGE",
                "fields": ["conversationStartTime"],
                "startValue": start,
                "endValue": end,
                **more,
            }
        ]
    }


BODIES: tuple[Callable[[str], dict[str, Any]], ...] = (
    lambda day: {"interval": day},
    lambda day: page_query(filter=time_range(*bounds(day))),
    lambda day: transcripts_of(*bounds(day)),
)


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("body", BODIES, ids=["interval", "filter", "criteria"])
def test_faults_see_the_range_in_every_form(
    body: Callable[[str], dict[str, Any]], day: str
) -> None:
    expected = tuple(datetime(2026, 1, one, tzinfo=timezone.utc) for one in (7, 8))
    assert searched_range(body(day)) == expected


def test_faults_see_a_range_with_a_format_of_its_own() -> None:
    body = transcripts_of("07.01.2026", "08.01.2026", dateFormat="dd.MM.yyyy")
    assert searched_range(body) == tuple(
        datetime(2026, 1, one, tzinfo=timezone.utc) for one in (7, 8)
    )
    broken = transcripts_of("2026-01-07", "2026-01-08", dateFormat="dd.MM.yyyy")
    assert searched_range(broken) is None


@pytest.mark.thorough
def test_every_search_takes_every_form(shared: ApiClient) -> None:
    answers: dict[str, Callable[[str], Any]] = {
        "query": lambda day: shared.queried(interval=day)["totalHits"],
        "jobs": lambda day: len(shared.job_conversations(interval=day)),
        "interactions": lambda day: shared.page(filter=time_range(*bounds(day)))[
            "totalMatchingRecords"
        ],
        "transcripts": lambda day: shared.found_transcripts(**transcripts_of(*bounds(day)))[
            "total"
        ],
        "aggregates": lambda day: shared.aggregated(
            CONVERSATION_AGGREGATES_PATH, interval=day, metrics=["nOffered"]
        ),
        "user aggregates": lambda day: shared.aggregated(
            USER_AGGREGATES_PATH,
            interval=day,
            metrics=["tSystemPresence"],
            filter={
                "type": "or",
                "predicates": [
                    {
                        "dimension": "userId",
                        "value": shared.send("GET", "/api/v2/users").json()["entities"][0]["id"],
                    }
                ],
            },
        ),
    }
    for name, ask in answers.items():
        expected, *others = [ask(day) for day in DAYS]
        assert expected, name
        for day, other in zip(DAYS[1:], others, strict=True):
            assert other == expected, (name, day)


def test_transcripts_take_a_date_format(shared: ApiClient) -> None:
    expected = shared.found_transcripts(**transcripts_of(*bounds(DAYS[0])))["total"]
    assert expected
    for pattern, written in (
        ("yyyy-MM-dd'T'HH:mm:ss", "%Y-%m-%dT%H:%M:%S"),
        ("yyyy-MM-dd'T'HH:mm:ss.SSSX", "%Y-%m-%dT%H:%M:%S.000Z"),
        ("yyyy-MM-dd", "%Y-%m-%d"),
    ):
        start, end = (f"{datetime(2026, 1, one):{written}}" for one in (7, 8))  # noqa: DTZ001
        body = transcripts_of(start, end, dateFormat=pattern)
        assert shared.found_transcripts(**body)["total"] == expected, pattern
