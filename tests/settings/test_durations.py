from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_genesys_search.settings.durations import format_period, parse_period


@pytest.mark.parametrize(
    ("text", "length", "written"),
    [
        ("PT30M", timedelta(minutes=30), "PT30M"),
        ("PT60M", timedelta(hours=1), "PT1H"),
        ("P1DT12H", timedelta(hours=36), "P1DT12H"),
        ("P1W", timedelta(days=7), "P7D"),
        ("PT24H", timedelta(days=1), "P1D"),
        ("PT90S", timedelta(seconds=90), "PT1M30S"),
        ("P0D", timedelta(0), "P0D"),
    ],
)
def test_reads_and_writes_periods(text: str, length: timedelta, written: str) -> None:
    assert parse_period(text) == length
    assert format_period(length) == written


@pytest.mark.parametrize("text", ["", "P", "PT", "P1M", "P1Y", "30M", "PT30", "P1DT", "PT-1H"])
def test_what_is_no_period(text: str) -> None:
    with pytest.raises(ValueError, match="no period"):
        parse_period(text)


@given(st.integers(0, 10**9).map(lambda seconds: timedelta(seconds=seconds)))
def test_what_is_written_is_read_again(length: timedelta) -> None:
    assert parse_period(format_period(length)) == length
