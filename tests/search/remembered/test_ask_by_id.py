"""Which conversations are asked for together, alone, again, and not any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tap_genesys_search.errors import PageTooLargeError, RequestError
from tap_genesys_search.search.remembered.ask_by_id import Asking, ReadAgain

if TYPE_CHECKING:
    from collections.abc import Iterable

STATUS_BAD, STATUS_DOWN = 400, 503


def brought(asked: list[str], answered: Iterable[str]) -> ReadAgain:
    return ReadAgain([], frozenset(asked), frozenset(answered), unsettled={})


class Conversations:
    """A platform that knows some conversations by their ids, and takes offence at others.

    Attributes:
        asked: The ids of each request.
    """

    def __init__(
        self, known: Iterable[str], bad: Iterable[str] = (), most_answered: int = 100
    ) -> None:
        self.asked: list[list[str]] = []
        self.status = STATUS_BAD
        self._known, self._bad = frozenset(known), frozenset(bad)
        self._most_answered = most_answered

    def read(self, ids: list[str]) -> ReadAgain:
        self.asked.append(ids)
        if not self._bad.isdisjoint(ids):
            raise RequestError("GET /details was refused", status=self.status)
        found = [one for one in ids if one in self._known][: self._most_answered]
        return brought(ids, found)


def numbered(count: int) -> list[str]:
    return [f"c-{number:03}" for number in range(count)]


def ask(platform: Conversations, ids: list[str]) -> tuple[Asking, list[str]]:
    """Ask for conversations, and list those that came, in their order."""
    asking = Asking(platform.read)
    return asking, [one for again in asking.ask_for(ids) for one in sorted(again.answered)]


def test_a_hundred_are_asked_for_at_once_each_once() -> None:
    ids = numbered(250)
    platform = Conversations(ids)
    asking, came = ask(platform, ids)
    assert came == ids
    assert platform.asked == [ids[:100], ids[100:200], ids[200:]]
    assert (asking.refused, asking.unknown) == ([], [])


def test_what_a_request_passes_over_comes_next() -> None:
    ids = numbered(130)
    asked: list[list[str]] = []

    def read(part: list[str]) -> ReadAgain:
        asked.append(part)
        return brought(part[:60], part[:60])

    came = {one for again in Asking(read).ask_for(ids) for one in again.answered}
    assert came == {*ids}
    assert asked == [ids[:100], ids[60:100], ids[100:]]


def test_missing_ones_are_asked_for_again_as_long_as_some_come() -> None:
    ids = numbered(9)
    platform = Conversations(ids, most_answered=4)
    asking, came = ask(platform, ids)
    assert came == ids
    assert platform.asked == [ids, ids[4:], ids[8:]]
    assert asking.unknown == []


def test_ten_that_do_not_come_are_asked_for_alone_and_are_unknown() -> None:
    ids = numbered(30)
    platform = Conversations(ids[:18])
    asking, came = ask(platform, ids)
    assert came == ids[:18]
    assert platform.asked == [ids, ids[18:], *([one] for one in ids[18:28])]
    assert asking.unknown == ids[18:28]
    assert asking.refused == []


def test_no_conversation_is_unknown_where_none_comes() -> None:
    platform = Conversations(())
    asking, came = ask(platform, numbered(3))
    assert (came, asking.unknown, asking.refused) == ([], [], [])
    assert platform.asked == [numbered(3)]


def test_one_that_comes_alone_is_not_unknown() -> None:
    ids = numbered(3)
    asked: list[list[str]] = []

    def read(part: list[str]) -> ReadAgain:
        asked.append(part)
        found = part if len(part) == 1 else part[:1] if len(part) == 3 else []
        return brought(part, found)

    asking = Asking(read)
    assert [sorted(again.answered) for again in asking.ask_for(ids)] == [
        ["c-000"],
        [],
        ["c-001"],
        ["c-002"],
    ]
    assert asked == [ids, ids[1:], ids[1:2], ids[2:]]
    assert asking.unknown == []


@pytest.mark.parametrize("bad", [0, 1, 48, 49, 96, 97, 99])
def test_one_bad_id_among_a_hundred_keeps_no_other_back(bad: int) -> None:
    ids = numbered(100)
    platform = Conversations(ids, {ids[bad]})
    asking, came = ask(platform, ids)
    assert sorted(came) == [one for one in ids if one != ids[bad]]
    assert asking.refused == [ids[bad]]
    assert asking.unknown == []
    # The newest three are tried first, then halves.
    assert platform.asked[1] == [ids[99]]
    assert [ids[98]] in platform.asked[:4]
    assert [ids[97]] in platform.asked[:4]
    assert len(platform.asked) <= 18
    asked_after_refusal = [part for part in platform.asked[1:] if len(part) > 1]
    assert all(len(part) <= 49 for part in asked_after_refusal)


def test_bad_ids_of_a_second_request_are_found_by_halves_alone() -> None:
    ids = numbered(108)
    platform = Conversations(ids, {ids[100]})
    asking, came = ask(platform, ids)
    assert sorted(came) == [*ids[:100], *ids[101:]]
    assert asking.refused == [ids[100]]
    assert platform.asked[:4] == [ids[:100], ids[100:], ids[100:104], ids[104:]]


@pytest.mark.parametrize("count", [4, 40])
def test_refusals_of_all_ids_are_one_error_after_four_requests(count: int) -> None:
    ids = numbered(count)
    platform = Conversations((), ids)
    asking = Asking(platform.read)
    with pytest.raises(RequestError, match="was refused"):
        list(asking.ask_for(ids))
    assert platform.asked == [ids, [ids[-1]], [ids[-2]], [ids[-3]]]
    # They say nothing of single ids.
    assert asking.refused == []


def test_the_only_id_that_is_refused_is_an_error() -> None:
    asking = Asking(Conversations((), {"c"}).read)
    with pytest.raises(RequestError, match="was refused"):
        list(asking.ask_for(["c"]))
    assert asking.refused == []


def test_refusals_are_bounded_in_a_run() -> None:
    ids = numbered(200)
    platform = Conversations(ids, ids[100::2])
    with pytest.raises(RequestError):
        list(Asking(platform.read).ask_for(ids))
    refused = [part for part in platform.asked if any(one in ids[100::2] for one in part)]
    assert len(refused) == 32


def test_platform_that_is_down_is_no_refusal_of_ids() -> None:
    platform = Conversations((), {"c-000"})
    platform.status = STATUS_DOWN
    with pytest.raises(RequestError):
        list(Asking(platform.read).ask_for(numbered(2)))
    assert len(platform.asked) == 1


def test_answer_that_is_too_large_for_one_is_no_refusal_of_ids() -> None:
    asked: list[list[str]] = []

    def read(part: list[str]) -> ReadAgain:
        asked.append(part)
        raise PageTooLargeError("GET /details answered more than 64 MB", status=400)

    with pytest.raises(PageTooLargeError):
        list(Asking(read).ask_for(numbered(2)))
    assert len(asked) == 1


def test_id_that_is_left_out_of_a_list_and_refused_alone_is_refused() -> None:
    ids = numbered(3)

    def read(part: list[str]) -> ReadAgain:
        if part == ["c-001"]:
            raise RequestError("GET /details was refused", status=404)
        return brought(part, {*part} - {"c-001"})

    asking = Asking(read)
    assert [sorted(again.answered) for again in asking.ask_for(ids)] == [["c-000", "c-002"]]
    assert asking.refused == ["c-001"]
    assert asking.unknown == []
