"""Lists are read to their end, however they are paged, and never for ever or from elsewhere."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest

from tap_genesys_search.errors import (
    ListChangedError,
    ListCutOffError,
    ListingError,
    RequestError,
)
from tap_genesys_search.platform import paging as listings
from tap_genesys_search.platform.page_size import LearnedSize
from tap_genesys_search.platform.paging import pages_by_cursor, pages_by_number, whole_list
from tests.support.scripted_platform import Answer, refusal

if TYPE_CHECKING:
    from tests.support.scripted_platform import ScriptedPlatform

PATH = "/api/v2/things"


def entries(*names: str) -> list[dict[str, Any]]:
    return [{"id": name} for name in names]


def numbered(number: int, *names: str, **more: Any) -> Answer:
    return Answer({"entities": entries(*names), "pageNumber": number, "pageSize": 2, **more})


def after(cursor: str, *names: str, link: str | None = None) -> Answer:
    return Answer({"entities": entries(*names), "nextUri": link or f"{PATH}?after={cursor}"})


def read(platform: ScriptedPlatform, pages: Any, *answers: Answer, **parameters: str) -> list[str]:
    platform.script(*answers)
    client = platform.client(max_retries=0)
    return [one["id"] for page in pages(client, PATH, parameters, LearnedSize(2)) for one in page]


def asked(platform: ScriptedPlatform) -> list[dict[str, list[str]]]:
    assert {one.path for one in platform.api_requests} == {PATH}
    return [parse_qs(one.query) for one in platform.api_requests]


# By number.


def test_pages_are_asked_for_up_to_the_page_count(platform: ScriptedPlatform) -> None:
    found = read(
        platform,
        pages_by_number,
        numbered(1, "a", "b", pageCount=2, total=3),
        numbered(2, "c", pageCount=2, total=3),
        state="any",
    )
    assert found == ["a", "b", "c"]
    paging = {"pageSize": ["2"], "state": ["any"]}
    assert asked(platform) == [{**paging, "pageNumber": ["1"]}, {**paging, "pageNumber": ["2"]}]


def test_a_short_page_is_not_the_end(platform: ScriptedPlatform) -> None:
    found = read(
        platform,
        pages_by_number,
        numbered(1, "a", pageCount=3, total=5),
        numbered(2, "b", "c", pageCount=3, total=5),
        numbered(3, "d", "e", pageCount=3, total=5),
    )
    assert found == ["a", "b", "c", "d", "e"]


def test_without_totals_the_last_page_has_no_link(platform: ScriptedPlatform) -> None:
    found = read(
        platform,
        pages_by_number,
        numbered(1, "a", "b", nextUri=f"{PATH}?pageNumber=2"),
        numbered(2, "c"),
    )
    assert found == ["a", "b", "c"]


def test_with_neither_totals_nor_links_a_full_page_is_not_the_last(
    platform: ScriptedPlatform,
) -> None:
    assert read(platform, pages_by_number, numbered(1, "a", "b"), numbered(2)) == ["a", "b"]
    assert len(platform.api_requests) == 2


@pytest.mark.parametrize("counts", [{"total": 0}, {"pageCount": 0}, {"total": 0, "pageCount": 0}])
def test_a_count_of_0_beside_entries_ends_no_list(
    platform: ScriptedPlatform, counts: dict[str, int]
) -> None:
    pages = [numbered(1, "a", "b", **counts), numbered(2, "c", **counts)]
    assert read(platform, pages_by_number, *pages) == ["a", "b", "c"]


def test_pages_that_name_neither_themselves_nor_a_next_one_are_read_until_one_is_empty(
    platform: ScriptedPlatform,
) -> None:
    pages = [Answer({"entities": entries(*name)}) for name in ("a", "b", "")]
    assert read(platform, pages_by_number, *pages) == ["a", "b"]
    assert [one["pageNumber"] for one in asked(platform)] == [["1"], ["2"], ["3"]]


def test_a_list_that_comes_whole_whatever_page_is_asked_for_is_read_once(
    platform: ScriptedPlatform,
) -> None:
    pages = [Answer({"entities": entries("a", "b", "c")})] * 2
    assert read(platform, pages_by_number, *pages) == ["a", "b", "c"]
    assert len(platform.api_requests) == 2


def test_the_last_of_pages_with_links_may_name_nothing(platform: ScriptedPlatform) -> None:
    pages = [
        Answer({"entities": entries("a"), "nextUri": PATH}),
        Answer({"entities": entries("b")}),
    ]
    assert read(platform, pages_by_number, *pages) == ["a", "b"]
    assert len(platform.api_requests) == 2


def test_a_page_is_full_that_has_as_many_entries_as_the_platform_caps_pages_at(
    platform: ScriptedPlatform,
) -> None:
    pages = [Answer({"entities": entries(*name), "pageSize": 1}) for name in ("a", "b", "")]
    assert read(platform, pages_by_number, *pages) == ["a", "b"]
    assert len(platform.api_requests) == 3


@pytest.mark.parametrize("size", [0, 3, "1", None])
def test_a_page_size_that_means_nothing_is_that_asked_for(
    platform: ScriptedPlatform, size: Any
) -> None:
    pages = [Answer({"entities": entries(*name), "pageSize": size}) for name in ("ab", "c")]
    assert read(platform, pages_by_number, *pages) == ["a", "b", "c"]
    assert len(platform.api_requests) == 2


def test_the_page_that_the_count_names_is_the_last_also_without_a_total(
    platform: ScriptedPlatform,
) -> None:
    pages = [numbered(1, "a", "b", pageCount=2), numbered(2, "c", "d", pageCount=2)]
    assert read(platform, pages_by_number, *pages) == ["a", "b", "c", "d"]
    assert len(platform.api_requests) == 2


def test_entries_without_an_id_are_known_by_what_they_hold(platform: ScriptedPlatform) -> None:
    bodies: list[list[dict[str, Any]]] = [
        [{"name": "a", "id": ""}, {"name": "b", "id": 7}],
        [{"name": "c", "id": None}, {"name": "d"}],
    ]
    platform.script(*(Answer({"entities": one, "total": 4}) for one in bodies))
    client = platform.client(max_retries=0)
    assert list(pages_by_number(client, PATH, {}, LearnedSize(2))) == bodies

    again = [{"id": "", "name": "a"}, {"id": 7, "name": "b"}]
    platform.script(*(Answer({"entities": one, "total": 9}) for one in (bodies[0], again)))
    with pytest.raises(ListingError, match="a page that it has answered before"):
        list(pages_by_number(client, PATH, {}, LearnedSize(2)))


def test_a_page_count_that_is_too_low_does_not_hide_entries(platform: ScriptedPlatform) -> None:
    found = read(
        platform,
        pages_by_number,
        numbered(1, "a", "b", pageCount=1, total=3),
        numbered(2, "c", pageCount=1, total=3),
    )
    assert found == ["a", "b", "c"]


def test_fewer_entries_than_counted_are_a_warning(
    platform: ScriptedPlatform, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        found = read(
            platform,
            pages_by_number,
            *[numbered(1, "a", pageCount=1, total=3), numbered(2, pageCount=1, total=3)] * 2,
        )
    assert found == ["a", "a"]
    assert len(platform.api_requests) == 4
    assert "lists 1 of 3 entries" in caplog.text


def test_an_empty_list_is_one(platform: ScriptedPlatform) -> None:
    assert read(platform, pages_by_number, numbered(1, pageCount=0, total=0)) == []
    assert read(platform, pages_by_number, Answer({"total": 0})) == []
    assert len(platform.api_requests) == 2


def test_entries_that_move_between_pages_come_twice_rather_than_never(
    platform: ScriptedPlatform,
) -> None:
    found = read(
        platform,
        pages_by_number,
        numbered(1, "b", "c", pageCount=2, total=3),
        numbered(2, "c", "d", pageCount=2, total=4),
        numbered(3, pageCount=2, total=4),
        numbered(1, "a", "b", pageCount=2, total=4),
        numbered(2, "c", "d", pageCount=2, total=4),
    )
    assert found == ["b", "c", "c", "d", "a", "b", "c", "d"]


def test_list_that_shrinks_while_it_is_read_is_read_again(
    platform: ScriptedPlatform, caplog: pytest.LogCaptureFixture
) -> None:
    # "a" leaves after the first page, so that "c" moves to it.
    found = read(
        platform,
        pages_by_number,
        numbered(1, "a", "b", pageCount=2, total=4),
        numbered(2, "d", pageCount=2, total=3),
        numbered(1, "b", "c", pageCount=2, total=3),
        numbered(2, "d", pageCount=2, total=3),
    )
    assert set(found) == {"a", "b", "c", "d"}
    assert len(platform.api_requests) == 4
    assert "entries" not in caplog.text


def test_list_that_shrinks_in_each_reading_is_not_complete(platform: ScriptedPlatform) -> None:
    found: list[str] = []
    platform.script(
        numbered(1, "a", "b", pageCount=2, total=4),
        numbered(2, "d", pageCount=2, total=3),
        numbered(1, "b", "c", pageCount=2, total=3),
        numbered(2, pageCount=1, total=2),
    )
    client = platform.client(max_retries=0)
    pages = pages_by_number(client, PATH, {}, LearnedSize(2))
    with pytest.raises(ListChangedError, match=f"GET {PATH} counts less from page to page"):
        found.extend(one["id"] for page in pages for one in page)
    assert set(found) == {"a", "b", "c", "d"}


def test_list_that_counts_as_many_as_the_platform_lists_may_go_on(
    platform: ScriptedPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tap_genesys_search.platform.list_reading.LISTED_AT_MOST", 4)
    answers = [numbered(1, "a", "b", pageCount=2, total=4), numbered(2, "c", "d", total=4)]
    with pytest.raises(ListCutOffError, match="counts 4 entries, the most that it lists"):
        read(platform, pages_by_number, *answers)


@pytest.mark.parametrize(
    ("pages", "first"),
    [
        (pages_by_number, numbered(1, "a", "b", pageCount=9, total=18)),
        (pages_by_cursor, after("x")),
    ],
)
def test_further_page_that_is_refused_cuts_a_list_off_and_the_first_one_does_not(
    platform: ScriptedPlatform, pages: Any, first: Answer
) -> None:
    with pytest.raises(ListCutOffError) as cut:
        read(platform, pages, first, refusal(400, "No"))
    assert cut.value.is_refused
    platform.requests.clear()
    with pytest.raises(RequestError, match='answered 400 BAD REQUEST: "No"'):
        read(platform, pages, refusal(400, "No"))


# What is too large.


def test_entry_that_is_too_large_alone_is_named_in_one_line(platform: ScriptedPlatform) -> None:
    for pages, cause in (
        (pages_by_number, "an entry is too large to be answered alone"),
        (pages_by_cursor, "an entry is too large to be answered alone"),
        (whole_list, "this list has no pages that could be smaller"),
    ):
        too_large = refusal(413, "Reduce pageSize", code="response.entity.too.large")
        with pytest.raises(ListingError, match=cause) as error:
            read(platform, pages, too_large)
        assert f'GET {PATH} answered 413 response.entity.too.large: "Reduce p' in str(error.value)
        assert "page_size" not in str(error.value)
        assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ([numbered(1, "a", "b", pageCount=3), numbered(1, "c", pageCount=3)], "page 1 where page"),
        (
            [Answer({"entities": entries("a", "b"), "pageCount": 9})],
            "a page that it has answered before",
        ),
        ([numbered(1, pageCount=2, total=3)], "an empty page 1 and says that more follow"),
        ([numbered(1, pageCount=1_000_000)], "an empty page 1 and says that more follow"),
        ([numbered(1, nextUri=f"{PATH}?pageNumber=2")], "an empty page 1"),
        ([Answer({"entities": {"a": 1}, "total": 1})], "entities that are not a list of objects"),
        ([Answer({"entities": ["a"], "total": 1})], "entities that are not a list of objects"),
        ([Answer({"total": 1})], "entities that are not a list of objects"),
        ([Answer({})], "entities that are not a list of objects"),
    ],
)
def test_pages_that_contradict_themselves_are_an_error(
    platform: ScriptedPlatform, answers: list[Answer], said: str
) -> None:
    with pytest.raises(ListingError, match=said) as error:
        read(platform, pages_by_number, *answers)
    assert f"GET {PATH} answered" in str(error.value)
    assert "Genesys support" in str(error.value)
    assert len(platform.api_requests) <= 2


def test_refusals_are_the_clients(platform: ScriptedPlatform) -> None:
    with pytest.raises(RequestError, match="404"):
        read(platform, pages_by_number, refusal(404, "No such list"))


# By cursor.


def test_cursors_are_taken_out_of_the_links(platform: ScriptedPlatform) -> None:
    found = read(
        platform,
        pages_by_cursor,
        after("c%2B1%3D", "a", "b"),
        after("", "c", link=f"{platform.url}{PATH}?pageSize=99&after=c2"),
        Answer({"entities": entries("d"), "nextUri": None}),
        name="x",
    )
    assert found == ["a", "b", "c", "d"]
    assert asked(platform) == [
        {"name": ["x"], "pageSize": ["2"]},
        {"name": ["x"], "pageSize": ["2"], "after": ["c+1="]},
        {"name": ["x"], "pageSize": ["2"], "after": ["c2"]},
    ]


@pytest.mark.parametrize(
    "link",
    [
        f"https://elsewhere.example{PATH}?after=c",
        f"//elsewhere.example{PATH}?after=c",
        "http://[elsewhere?after=c",
        "/api/v2/users?after=c",
        f"{PATH}/../users?after=c",
        PATH,
        f"{PATH}?before=c",
        7,
    ],
)
def test_a_link_that_leads_elsewhere_is_not_followed(platform: ScriptedPlatform, link: Any) -> None:
    with pytest.raises(ListingError, match="a link to the next page that is none of this list's"):
        read(platform, pages_by_cursor, after("", "a", link=link))
    assert len(platform.api_requests) == 1


def test_a_cursor_that_comes_again_is_an_error(platform: ScriptedPlatform) -> None:
    with pytest.raises(ListingError, match="a cursor that came before"):
        read(platform, pages_by_cursor, after("1", "a"), after("2", "b"), after("1", "c"))
    assert len(platform.api_requests) == 3


def test_a_first_page_of_several_without_a_link_is_an_error(platform: ScriptedPlatform) -> None:
    with pytest.raises(ListingError, match="one page of several, and no link to the next one"):
        read(platform, pages_by_cursor, Answer({"entities": entries("a", "b"), "pageCount": 3}))


def test_a_list_by_cursor_that_ends_before_its_total_is_warned_of(
    platform: ScriptedPlatform, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    answers = after("1", "a", "b"), Answer({"entities": entries("c"), "total": 5})
    assert read(platform, pages_by_cursor, *answers) == ["a", "b", "c"]
    (warning,) = caplog.messages
    assert warning.startswith(f"GET {PATH} lists 3 of 5 entries")


def test_a_list_by_cursor_of_which_an_entry_is_deleted_lacks_none(
    platform: ScriptedPlatform, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    first = Answer({"entities": entries("a", "b"), "total": 4, "nextUri": f"{PATH}?after=1"})
    second = Answer({"entities": entries("d"), "total": 3})
    assert read(platform, pages_by_cursor, first, second) == ["a", "b", "d"]
    assert not caplog.messages


def test_a_page_that_comes_again_is_an_error(platform: ScriptedPlatform) -> None:
    with pytest.raises(ListingError, match="a page that it has answered before"):
        read(platform, pages_by_cursor, after("1", "a"), after("2", "a"))


def test_an_endless_list_is_an_error(
    platform: ScriptedPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listings, "MOST_PAGES", 3)
    by_cursor = [after(f"c{place}", f"n{place}") for place in range(1, 9)]
    by_number = [numbered(place, f"n{place}", pageCount=place + 1) for place in range(1, 9)]
    for pages, answers in ((pages_by_cursor, by_cursor), (pages_by_number, by_number)):
        with pytest.raises(ListingError, match="has not ended after 3 pages"):
            read(platform, pages, *answers)
    assert len(platform.api_requests) == 6


# In one answer.


def test_a_list_without_pages_is_asked_for_without_a_page(platform: ScriptedPlatform) -> None:
    answer = Answer({"entities": entries("a", "b", "c"), "total": 3})
    assert read(platform, whole_list, answer, deactivated="false") == ["a", "b", "c"]
    assert asked(platform) == [{"deactivated": ["false"]}]


@pytest.mark.parametrize("more", [{"pageCount": 2}, {"nextUri": f"{PATH}?pageNumber=2"}])
def test_one_page_of_several_is_an_error(platform: ScriptedPlatform, more: Any) -> None:
    with pytest.raises(ListingError, match="one page of several"):
        read(platform, whole_list, Answer({"entities": entries("a"), **more}))


def test_a_list_that_is_refused_is_not_blamed_on_the_settings_of_searches(
    platform: ScriptedPlatform,
) -> None:
    with pytest.raises(RequestError, match="Run again; if it recurs, report it"):
        read(platform, pages_by_number, refusal(400, "No"))
