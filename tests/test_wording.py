from __future__ import annotations

import pytest

from tap_genesys_search.wording import counted, did_you_mean, duration, grouped, listed


@pytest.mark.parametrize(
    ("count", "words", "written"),
    [
        (0, ("window",), "0 windows"),
        (1, ("window",), "1 window"),
        (2_000, ("window",), "2000 windows"),
        (1, ("entry", "entries"), "1 entry"),
        (3, ("entry", "entries"), "3 entries"),
    ],
)
def test_what_is_counted_has_its_number(count: int, words: tuple[str, ...], written: str) -> None:
    assert counted(count, *words) == written


def test_large_numbers_are_grouped_for_people() -> None:
    assert [grouped(count, "record") for count in (1, 12_345)] == ["1 record", "12,345 records"]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (59.4, "59 s"),
        (90, "1 min"),
        (3_599, "59 min"),
        (3_600, "1 h"),
        (8_100, "2 h 15 min"),
        (200_000, "2 days 7 h"),
        (90_000, "1 day 1 h"),
        (86_401, "1 day"),
    ],
)
def test_length_of_time_has_two_units_at_most(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_what_was_meant_is_named_where_it_is_close() -> None:
    assert did_you_mean("page_sise", ["page_size", "fields"]) == ": did you mean 'page_size'?"
    assert did_you_mean("zzz", ["page_size", "fields"]) == ""


def test_list_of_names_from_outside_stays_one_short_line() -> None:
    assert listed([], 2) == ""
    assert listed(["a", "b"], 2) == "a, b"
    assert listed(["a", "b", "c"], 2) == "a, b, and 1 more"
    assert listed(["it\n's", "ü" * 99], 2) == "it\\n's, " + r"\xfc" * 16
