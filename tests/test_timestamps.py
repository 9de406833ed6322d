from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from tap_genesys_search.timestamps import (
    as_platform_timestamp,
    format_timestamp,
    parse_timestamp,
    read_moment,
    utc_now,
)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-01", datetime(2026, 3, 1, tzinfo=timezone.utc)),
        ("2026-03-01T09:30:00", datetime(2026, 3, 1, 9, 30, tzinfo=timezone.utc)),
        ("2026-03-01 09:30:00", datetime(2026, 3, 1, 9, 30, tzinfo=timezone.utc)),
        ("2026-03-01T09:30:00Z", datetime(2026, 3, 1, 9, 30, tzinfo=timezone.utc)),
        ("2026-03-01T09:30:00.127Z", datetime(2026, 3, 1, 9, 30, 0, 127_000, tzinfo=timezone.utc)),
        ("2026-03-01T10:30:00.5+01:00", datetime(2026, 3, 1, 9, 30, 0, 500_000, timezone.utc)),
        ("2026-02-28T23:30:00-10:00", datetime(2026, 3, 1, 9, 30, tzinfo=timezone.utc)),
        (" 2026-03-01T09:30:00Z\n", datetime(2026, 3, 1, 9, 30, tzinfo=timezone.utc)),
    ],
)
def test_reads_iso_8601_as_utc(text: str, moment: datetime) -> None:
    read = parse_timestamp(text)

    assert read == moment
    assert read.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2026-02-30", "2026-13-01", "2026-03-01T25:00:00Z", "01.03.2026"]
)
def test_refuses_what_is_no_date(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_timestamp(text)


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2026, 3, 1, tzinfo=timezone.utc), "2026-03-01T00:00:00.000Z"),
        (datetime(2026, 3, 1, 9, 5, 7, 4_999, timezone.utc), "2026-03-01T09:05:07.004Z"),
        (datetime(2026, 12, 31, 23, 59, 59, 999_999, timezone.utc), "2026-12-31T23:59:59.999Z"),
    ],
)
def test_writes_milliseconds_and_never_rounds_up(moment: datetime, text: str) -> None:
    assert format_timestamp(moment) == text


def test_writes_the_year_with_four_digits() -> None:
    # What .NET systems write for no date at all.
    assert format_timestamp(datetime.min.replace(tzinfo=timezone.utc)) == "0001-01-01T00:00:00.000Z"


@pytest.mark.parametrize("text", ["2026-03-01T09:30:00.000Z", "1999-12-31T23:59:59.999Z"])
def test_reads_what_it_writes(text: str) -> None:
    assert format_timestamp(parse_timestamp(text)) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1_767_604_353, "2026-01-05T09:12:33.000Z"),
        (1_767_604_353_127, "2026-01-05T09:12:33.127Z"),
        (1_767_604_353_127.0, "2026-01-05T09:12:33.127Z"),
        (1_767_604_353.5, "2026-01-05T09:12:33.500Z"),
        ("1767604353.25", "2026-01-05T09:12:33.250Z"),
        (10**9, "2001-09-09T01:46:40.000Z"),
        (10**13 - 1, "2286-11-20T17:46:39.999Z"),
        ("2026-01-05T09:12:33Z", "2026-01-05T09:12:33Z"),
    ],
)
def test_reads_counts_of_seconds_and_milliseconds_too(value: object, text: str) -> None:
    assert as_platform_timestamp(value) == text
    assert read_moment(value) == parse_timestamp(text)


@pytest.mark.parametrize(
    "value",
    [
        *(None, True, 0, -1, 10**9 - 1, 10**10, 10**12 - 1, 10**13, 10**400, float("nan"), [], {}),
        *("", "17676043531", "\u0661" * 10, "1767604353127.5", "-1767604353"),
    ],
)
def test_refuses_what_is_no_moment(value: object) -> None:
    assert as_platform_timestamp(value) is None


def test_now_is_the_present_moment_in_utc() -> None:
    before = datetime.now(timezone.utc)

    now = utc_now()

    assert before <= now <= datetime.now(timezone.utc)
    assert now.tzinfo is timezone.utc
