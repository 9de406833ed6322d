"""What one reading of a list notices about its answers."""

from __future__ import annotations

from typing import Any

import pytest

from tap_genesys_search.errors import (
    RUN_AGAIN,
    ListChangedError,
    ListCutOffError,
    ListingError,
    PageBeyondLimitError,
    PageTooLargeError,
)
from tap_genesys_search.platform import list_reading
from tap_genesys_search.platform.http.responses import LONGEST_ID
from tap_genesys_search.platform.list_reading import ListReading, identity_of
from tap_genesys_search.platform.page_size import LearnedSize, PageSize

PATH = "/api/v2/things"


def entries(*names: str) -> list[dict[str, Any]]:
    return [{"id": name} for name in names]


def read(*answers: dict[str, Any]) -> ListReading:
    reading = ListReading(PATH)
    for answer in answers:
        reading.take(answer)
    return reading


@pytest.mark.parametrize(
    ("answers", "received", "total", "is_whole"),
    [
        ([{"entities": entries("a", "b")}], 2, None, True),
        ([{"entities": entries("a", "b"), "total": 2}], 2, 2, True),
        ([{"entities": entries("a", "b"), "total": 3}], 2, 3, False),
        ([{"entities": entries("a", "b"), "total": 0}], 2, None, True),
        ([{"entities": entries("a", "b"), "total": "7"}], 2, None, True),
        ([{"entities": [], "total": 0}], 0, 0, True),
        ([{"entities": None, "total": 0}], 0, 0, True),
        ([{"total": 0}], 0, 0, True),
        ([{"entities": entries("a"), "total": 1}, {"entities": entries("b"), "total": 2}], 2, 2, 1),
        ([{"entities": entries("a"), "total": 3}, {"entities": entries("b"), "total": 2}], 2, 2, 0),
    ],
)
def test_list_is_whole_where_as_many_came_as_it_counts(
    answers: list[dict[str, Any]], received: int, total: int | None, is_whole: object
) -> None:
    reading = read(*answers)
    assert (reading.received, reading.total) == (received, total)
    assert reading.is_whole == bool(is_whole)


@pytest.mark.parametrize(
    ("answers", "what"),
    [
        ([{"entities": ["a"]}], "entities that are not a list of objects"),
        ([{"entities": None, "total": 1}], "entities that are not a list of objects"),
        (
            [{"entities": [{"id": "x" * (LONGEST_ID + 1)}]}],
            f"an id of {LONGEST_ID + 1:,} characters",
        ),
        (
            [{"entities": entries("a"), "pageNumber": 1}] * 2,
            "a page that it has answered before",
        ),
        ([{"entities": [], "total": 100_001}], "a list of more than 100,000 entries"),
    ],
)
def test_answer_that_can_not_be_is_an_error_with_its_place(
    answers: list[dict[str, Any]], what: str
) -> None:
    with pytest.raises(ListingError) as refused:
        read(*answers)
    assert str(refused.value) == f"GET {PATH} answered {what}. {RUN_AGAIN}"


def test_bounds_of_lists_and_ids_are_allowed() -> None:
    read({"entities": [{"id": "x" * LONGEST_ID}], "total": 100_000})


def test_list_without_pages_may_come_whole_once_more() -> None:
    reading = ListReading(PATH)
    assert reading.take({"entities": entries("a")}) == entries("a")
    assert reading.take({"entities": entries("a")}) == []
    assert not reading.names_pages
    reading.take({"entities": [], "nextUri": ""})
    assert reading.names_pages


def read_pages_of_one(count: int) -> None:
    reading, size = ListReading(PATH), PageSize(LearnedSize(100))
    for number in range(count):
        reading.ask(size, lambda: None)
        reading.take({"entities": entries(f"{number}"), "pageNumber": number})


def test_pages_that_hold_next_to_nothing_end_a_reading() -> None:
    read_pages_of_one(119)
    with pytest.raises(ListingError) as refused:
        read_pages_of_one(120)
    assert str(refused.value) == (
        f"GET {PATH} answered fewer than 2 entries a page, page after page. {RUN_AGAIN}"
    )


def refuse(error: Exception) -> None:
    raise error


def test_page_that_is_refused_cuts_a_list_off() -> None:
    reading = read({"entities": entries("a"), "total": 3}, {"entities": entries("b"), "total": 2})
    with pytest.raises(ListCutOffError) as cut:
        reading.ask(PageSize(LearnedSize(1)), lambda: refuse(PageBeyondLimitError("No page 9")))
    assert (str(cut.value), cut.value.total, cut.value.is_refused) == ("No page 9", 2, True)
    assert cut.value.change == f"GET {PATH} counts less from page to page"


def test_entry_that_is_too_large_can_only_be_reported() -> None:
    with pytest.raises(ListingError) as refused:
        ListReading(PATH).ask(
            PageSize(LearnedSize(1)), lambda: refuse(PageTooLargeError("GET /x is too large"))
        )
    assert str(refused.value) == (
        "GET /x is too large: an entry is too large to be answered alone. No setting makes it "
        "smaller: deselect its stream, and report it to Genesys support"
    )


@pytest.mark.parametrize(
    ("names", "total", "is_cut"),
    [("abcd", 4, True), ("abcde", 4, True), ("abc", 4, False), ("abcde", 5, False)],
)
def test_list_of_as_many_as_are_listed_at_most_may_go_on(
    names: str, total: int, monkeypatch: pytest.MonkeyPatch, *, is_cut: bool
) -> None:
    monkeypatch.setattr(list_reading, "LISTED_AT_MOST", 4)
    reading = read({"entities": entries(*names), "total": total})
    if not is_cut:
        reading.check_limit()
        return
    with pytest.raises(ListCutOffError) as cut:
        reading.check_limit()
    assert str(cut.value) == f"GET {PATH} counts 4 entries, the most that it lists"
    assert (cut.value.total, cut.value.is_refused, cut.value.change) == (None, False, "")


@pytest.mark.parametrize(
    ("total", "of"), [(3, "3 entries"), (None, "more entries"), (1, "1 entry")]
)
def test_loss_is_said_or_an_error_where_the_list_has_changed(
    total: int | None, of: str, caplog: pytest.LogCaptureFixture
) -> None:
    reading = read({"entities": entries("a"), "total": total})
    reading.explain_loss()
    assert caplog.messages == [
        (
            f"GET {PATH} lists 1 of {of}: the client may not see the others, or the list has "
            "changed while it was read; the next run reads it again"
        )
    ]
    changed = read({"entities": entries("a"), "total": 3}, {"entities": [], "total": 1})
    with pytest.raises(ListChangedError) as lost:
        changed.explain_loss()
    assert str(lost.value) == f"GET {PATH} counts less from page to page"


def test_list_without_an_end_says_after_how_many_pages() -> None:
    error = ListReading(PATH).endless(7)
    assert str(error) == f"GET {PATH} has not ended after 7 pages. {RUN_AGAIN}"


def test_entry_without_an_id_is_told_by_all_it_holds() -> None:
    assert identity_of({"id": "a", "b": 1}) == "a"
    nameless: list[dict[str, Any]] = [{"id": 7}, {"id": ""}, {}, {"b": 1, "c": 2}]
    assert len({identity_of(one) for one in nameless}) == 4
    assert identity_of({"b": 1, "c": 2}) == identity_of({"c": 2, "b": 1})
