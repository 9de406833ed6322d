"""Which facets later ones supersede, and how many the state remembers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tap_genesys_search.search.remembered import counted_facets
from tap_genesys_search.search.remembered.counted_facets import (
    CHARACTERS_OF_A_FACET,
    Counted,
    CountedFacets,
    read_counted,
)
from tap_genesys_search.windows.coverage import Coverage
from tests.support.scripted_searches import days

if TYPE_CHECKING:
    from tap_genesys_search.windows.window import Window

ALL = Coverage((days(-100, 100),))


def counted(search_id: str, first: float, last: float, *keys: str) -> Counted:
    return Counted(search_id, "queueId", days(first, last), frozenset(keys))


def gone(facets: CountedFacets, now: Counted) -> list[tuple[str, str]]:
    records = facets.add([now])
    facets.settle(ALL, [days(0, 100)])
    assert {record["bucket_count"] for record in records} <= {0}
    return [(record["search_id"], record["bucket_key"]) for record in records]


def ids(facets: CountedFacets) -> list[str]:
    return [one["search_id"] for one in facets.to_state()]


def test_same_search_takes_back_what_it_no_longer_has() -> None:
    facets = CountedFacets([counted("day", 0, 0.5, "a", "b"), counted("next", 1, 2, "b")])
    assert gone(facets, counted("day", 0, 1, "b", "c")) == [("day", "a")]
    assert ids(facets) == ["next", "day"]


def test_same_search_of_a_shorter_span_takes_back_what_it_no_longer_has() -> None:
    facets = CountedFacets([counted("day", 0, 1, "a", "b")])
    assert gone(facets, counted("day", 0, 0.5, "b")) == [("day", "a")]


def test_several_are_dropped_at_once_until_the_state_has_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(counted_facets, "MOST_CHARACTERS", 2 * (CHARACTERS_OF_A_FACET + 1))
    facets = CountedFacets([counted(f"{day}", day, day + 1, "a") for day in range(5)])
    facets.settle(ALL, [days(0, 100)])
    assert ids(facets) == ["3", "4"]


def test_same_facets_again_take_nothing_back() -> None:
    facets = CountedFacets([counted("day", 0, 1, "a")])
    assert gone(facets, counted("day", 0, 1, "a")) == []
    assert ids(facets) == ["day"]


def test_halves_take_back_their_window_when_both_are_written() -> None:
    facets = CountedFacets([counted("day", 0, 1, "a")])
    assert gone(facets, counted("morning", 0, 0.5, "a")) == []
    assert gone(facets, counted("evening", 0.5, 1)) == [("day", "a")]
    assert ids(facets) == ["morning", "evening"]


def test_window_takes_back_its_halves() -> None:
    facets = CountedFacets([counted("morning", 0, 0.5, "a"), counted("evening", 0.5, 1, "b")])
    assert gone(facets, counted("day", 0, 1, "a")) == [("evening", "b"), ("morning", "a")]


def test_neighbours_take_nothing_back() -> None:
    facets = CountedFacets([counted("day", 0, 1, "a")])
    assert gone(facets, counted("next", 1, 2, "b")) == []
    assert gone(facets, counted("before", -1, 0, "b")) == []


def test_windows_that_cross_are_warned_of_once(caplog: pytest.LogCaptureFixture) -> None:
    facets = CountedFacets([])
    for number in range(3):
        assert gone(facets, counted(f"{number}", number, number + 1.5, "a")) == []
    (warning,) = caplog.messages
    assert "2026-01-05T00:00:00.000Z/2026-01-06T12:00:00.000Z" in warning
    assert "set window_hours to a multiple or a divisor of 24" in warning


def test_what_no_later_run_reads_again_is_forgotten() -> None:
    facets = CountedFacets([counted(f"{day}", day, day + 1, "a") for day in range(4)])
    facets.settle(ALL, [days(1.5, 1.5), days(3, 3)])
    assert ids(facets) == ["1"]


def test_what_is_not_complete_is_not_forgotten() -> None:
    facets = CountedFacets([counted(f"{day}", day, day + 1, "a") for day in range(4)])
    facets.settle(Coverage((days(0, 1), days(2, 3.5))), [])
    assert ids(facets) == ["1", "3"]


def test_oldest_are_dropped_beyond_what_the_state_has_room_for(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(counted_facets, "MOST_CHARACTERS", 2 * (CHARACTERS_OF_A_FACET + 5))
    facets = CountedFacets([])
    for day in range(4):
        facets.add([counted(f"{day}", day, day + 1, "abcd", "e")])
        facets.settle(ALL, [days(0, 100)])
    assert ids(facets) == ["2", "3"]
    # Room for as many as there are is room enough.
    facets.settle(ALL, [days(0, 100)])
    assert ids(facets) == ["2", "3"]
    (warning,) = caplog.messages
    assert "no room for the 2 facet buckets of 2026-01-05T00:00:00.000Z/" in warning


def test_state_is_read_as_it_was_written() -> None:
    kept = [counted("day", 0, 1, "a", "ü"), counted("next", 1, 2)]
    assert read_counted(CountedFacets(kept).to_state()) == kept


def test_nothing_is_kept_where_there_are_no_buckets() -> None:
    assert CountedFacets([counted("day", 0, 1)]).to_state() == []


SPAN = days(0, 1)


@pytest.mark.parametrize(
    ("search_id", "span", "answered", "asked", "is_lack"),
    [
        ("day", days(5, 6), (), (), True),  # the same search
        ("other", SPAN, (), ("queueId",), True),
        ("other", days(0.5, 2), (), ("queueId",), True),
        ("day", SPAN, ("queueId",), ("queueId",), False),
        ("other", SPAN, (), (), False),  # nobody asks for it any more
        ("other", days(1, 2), (), ("queueId",), False),
        ("other", days(-1, 0), (), ("queueId",), False),
    ],
)
def test_facets_that_were_counted_and_are_not_answered_are_warned_of_once(
    search_id: str,
    span: Window,
    answered: tuple[str, ...],
    asked: tuple[str, ...],
    *,
    is_lack: bool,
    caplog: pytest.LogCaptureFixture,
) -> None:
    facets = CountedFacets([counted("day", 0, 1, "a")])
    for _ in range(2):
        facets.warn_of_lack(search_id, span, answered, asked)
    said = (
        f"The search of {span} matches records, but was answered without facets that were counted "
        "before (queueId): their rows stay as they are"
    )
    assert [line.startswith(said) for line in caplog.messages] == [True] * is_lack


def test_facet_without_buckets_is_not_missed(caplog: pytest.LogCaptureFixture) -> None:
    CountedFacets([counted("day", 0, 1)]).warn_of_lack("day", SPAN, (), ("queueId",))
    assert caplog.messages == []


def test_facets_of_other_names_supersede_nothing() -> None:
    facets = CountedFacets([counted("day", 0, 1, "a")])
    other = Counted("day", "mediaType", SPAN, frozenset({"voice"}))
    assert facets.add([other]) == []
    (kept,) = facets.to_state()
    assert kept["buckets"] == {"mediaType": ["voice"], "queueId": ["a"]}


WRITTEN: dict[str, Any] = CountedFacets([counted("day", 0, 1, "a")]).to_state()[0]


@pytest.mark.parametrize(
    "state",
    [
        None,
        {},
        7,
        [None],
        [{}],
        [{**WRITTEN, "start": "soon"}],
        [{**WRITTEN, "end": None}],
        [{**WRITTEN, "buckets": ["a"]}],
        [{**WRITTEN, "buckets": {"queueId": 7}}],
    ],
)
def test_state_that_is_none_is_passed_over(state: object) -> None:
    assert read_counted(state) == []


def test_what_is_taken_back_names_the_window_that_its_search_counts() -> None:
    facets = CountedFacets([counted("day", 0, 0.5, "a")])
    (record,) = facets.add([counted("day", 0, 1)])
    assert (record["window_start"], record["window_end"]) == (
        "2026-01-05T00:00:00.000Z",
        "2026-01-06T00:00:00.000Z",
    )
