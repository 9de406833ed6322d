"""The parts of documents, each with a key of its own whatever ids they came with."""

from __future__ import annotations

from typing import Any

import pytest

from tap_genesys_search.errors import SearchFailedError
from tap_genesys_search.platform.http.responses import LONGEST_ID
from tap_genesys_search.records.parts import Part, by_id, by_name, by_position, whole

Found = list[tuple[tuple[Any, ...], dict[str, Any], dict[str, Any] | None]]


def found(parts: list[Part]) -> Found:
    return [(part.keys, part.document, part.extra) for part in parts]


def holder(**document: Any) -> Part:
    return Part(("c",), document)


@pytest.mark.parametrize(
    ("ids", "keys"),
    [
        (["p", "q"], ["p", "q"]),
        ([7, True, {"a": 1}, ["x"]], ["7", "true", '{"a":1}', '["x"]']),
        ([None, "", 0], ["participant-0", "participant-1", "0"]),
        (["p", "p", "p"], ["p", "p-1", "p-2"]),
        (["p-2", "p", "p"], ["p-2", "p", "p-2-2"]),
        (["7", 7], ["7", "7-1"]),
    ],
)
def test_part_is_told_by_its_id_or_else_by_its_place(ids: list[object], keys: list[str]) -> None:
    documents = [{"participantId": one} for one in ids]
    parts = by_id([holder(participants=documents)], "participants")
    assert [part.keys for part in parts] == [("c", key) for key in keys]
    assert [part.document for part in parts] == documents


def test_id_that_came_before_is_kept_beside_the_one_that_was_made() -> None:
    documents = [{"sessionId": "s"}, {"sessionId": "s"}, {"sessionId": 7}]
    first, second, third = by_id([holder(sessions=documents)], "sessions")
    assert (first.extra, second.extra, third.extra) == (None, {"sessionId": "s"}, None)


def test_the_same_id_in_two_holders_stays_as_it_is() -> None:
    holders = [Part((one,), {"sessions": [{"sessionId": "s"}]}) for one in "ab"]
    assert [part.keys for part in by_id(holders, "sessions")] == [("a", "s"), ("b", "s")]


def test_id_of_a_part_that_is_longer_than_any_is_refused() -> None:
    by_id([holder(sessions=[{"sessionId": "x" * LONGEST_ID}])], "sessions")
    with pytest.raises(SearchFailedError):
        by_id([holder(sessions=[{"sessionId": "x" * (LONGEST_ID + 1)}])], "sessions")


@pytest.mark.parametrize(
    ("segments", "places", "extra"),
    [
        ([{"a": 1}, {"a": 2}], [0, 1], None),
        ([{"a": 1}, None, {"a": 2}], [0, 2], None),
        ([{"a": 1}, 7, None, "x", {"a": 2}], [0, 4], {"segments": [7, "x"]}),
        ({"a": 1}, [], {"segments": {"a": 1}}),
        ("none", [], {"segments": "none"}),
        ([], [], None),
        (None, [], None),
    ],
)
def test_parts_without_ids_are_told_by_their_places_and_strays_are_kept(
    segments: object, places: list[int], extra: dict[str, Any] | None
) -> None:
    held = holder(segments=segments)
    parts = by_position([held], "segments")
    assert [part.keys for part in parts] == [("c", place) for place in places]
    assert [part.document["a"] for part in parts] == [1, 2][: len(places)]
    assert held.extra == extra


def test_what_is_kept_stands_beside_what_was_kept_before() -> None:
    held = Part(("c",), {"metrics": 7}, {"sessionId": "s"})
    assert by_position([held], "metrics") == []
    assert held.extra == {"sessionId": "s", "metrics": 7}


@pytest.mark.parametrize(
    ("members", "names"),
    [
        ({"a": 1, "b": None}, ["a", "b"]),
        ({"": 1}, ['""']),
        ({"": 1, '""': 2}, ['""-', '""']),
        ({}, []),
        (None, []),
    ],
)
def test_members_of_an_object_are_told_by_names_that_are_never_empty(
    members: dict[str, Any] | None, names: list[str]
) -> None:
    held = holder(attributes=members)
    parts = by_name([held], "attributes")
    values = [*members.values()] if members else []
    assert found(parts) == [
        (("c", name), {"value": value}, None) for name, value in zip(names, values, strict=True)
    ]
    assert held.extra is None


def test_what_is_no_object_has_no_members_and_is_kept() -> None:
    held = holder(attributes=["a"])
    assert by_name([held], "attributes") == []
    assert held.extra == {"attributes": ["a"]}


def test_document_is_its_own_part() -> None:
    documents = [holder(a=1)]
    assert whole(documents, "conversations") is documents
