from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from tap_genesys_search.simulator.timestamps import format_timestamp, parse_timestamp


@pytest.mark.parametrize(
    ("text", "microsecond"),
    [
        ("2026-01-05T09:12:33Z", 0),
        ("2026-01-05T09:12:33.1Z", 100_000),
        ("2026-01-05T09:12:33.12Z", 120_000),
        ("2026-01-05T09:12:33.127Z", 127_000),
    ],
)
def test_reads_up_to_milliseconds(text: str, microsecond: int) -> None:
    expected = datetime(2026, 1, 5, 9, 12, 33, microsecond, tzinfo=timezone.utc)
    assert parse_timestamp(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-01-05",
        "2026-01-05T09:12Z",
        "2026-01-05T09:12:33",
        "2026-01-05 09:12:33Z",
        "2026-01-05T09:12:33+00:00",
        "2026-01-05T09:12:33.123456Z",
        "2026-01-05T09:12:33.Z",
        "2026-02-30T00:00:00Z",
        "2026-01-05T24:00:00Z",
        "0000-01-05T00:00:00Z",
        "2026-01-05T09:12:33Z\n",
        "٢٠٢٦-01-05T09:12:33Z",
        "now",
    ],
)
def test_refuses_everything_else(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_timestamp(text)


def test_writes_milliseconds_in_utc() -> None:
    moment = datetime(2026, 1, 5, 1, 0, tzinfo=timezone(timedelta(hours=3)))
    assert format_timestamp(moment) == "2026-01-04T22:00:00.000Z"
