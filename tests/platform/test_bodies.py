"""How large a body may be, how many values it holds and how much room it takes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tap_genesys_search.errors import PageTooLargeError, RequestError
from tap_genesys_search.platform.http import bodies
from tap_genesys_search.platform.http.bodies import BYTES_A_VALUE, count_values, room_of
from tests.support.scripted_platform import Answer

if TYPE_CHECKING:
    from tests.support.scripted_platform import ScriptedPlatform

LISTS: dict[str, list[Any]] = {
    "empty objects": [{}] * 40_000,
    "empty lists": [[]] * 40_000,
    "digits": [1] * 60_000,
    "nested lists": [[[[[0]]]]] * 20_000,
    "records": [{"id": f"{number:032x}", "to": {"name": "A. B."}} for number in range(2_000)],
    "a few": [{"id": 1, "tags": ["a", "b"]}],
}

ABOUT_TWO = 2.05
"""Some values follow two marks; and a sample is not exact."""


@pytest.mark.parametrize("kind", LISTS)
@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")], ids=["compact", "spaced"])
def test_values_are_counted_within_a_factor_of_about_two(
    kind: str, separators: tuple[str, str]
) -> None:
    body = json.dumps(LISTS[kind], separators=separators).encode()
    held = values_in(LISTS[kind])
    assert held / ABOUT_TWO <= count_values(body) <= held * ABOUT_TWO


def test_values_that_stand_close_take_more_room_than_their_bytes() -> None:
    close = json.dumps(LISTS["empty lists"]).encode()
    apart = json.dumps(["x" * 100] * 1_000).encode()
    assert room_of(close) == BYTES_A_VALUE * count_values(close) > len(close)
    assert room_of(apart) == len(apart)


PLACE = "/api/v2/things"
ELSEWHERE = "Check that the address is the platform's, not a proxy's"


@pytest.mark.parametrize("status", [200, 400])
def test_answer_of_as_much_as_an_answer_may_have_is_read(
    platform: ScriptedPlatform, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    body = json.dumps({"message": "x" * (2**20 - 14), "a": [0, 0]}, separators=(",", ":"))
    monkeypatch.setattr(bodies, "LARGEST_ANSWER", len(body))
    monkeypatch.setattr(bodies, "LARGEST_REFUSAL", len(body))
    monkeypatch.setattr(bodies, "MOST_VALUES", count_values(body.encode()))
    platform.script(Answer(body, status))
    client = platform.client(max_retries=0)
    if status == 200:
        assert client.call("GET", PLACE)["a"] == [0, 0]
        return
    with pytest.raises(RequestError, match='answered 400 BAD REQUEST: "xxx'):
        client.call("GET", PLACE)


def test_answer_that_is_too_large_is_not_read(
    platform: ScriptedPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.script(Answer(json.dumps({"a": "x" * 2**20})))
    monkeypatch.setattr(bodies, "LARGEST_ANSWER", 2**20)
    with pytest.raises(PageTooLargeError) as refused:
        platform.client().call("GET", PLACE)
    assert str(refused.value) == (
        f"GET {PLACE} answered more than 1 MB, so it was not read. {ELSEWHERE}"
    )
    monkeypatch.setattr(bodies, "MOST_VALUES", 1_000)
    platform.script(Answer([0] * 1_001))
    with pytest.raises(PageTooLargeError) as refused:
        platform.client().call("GET", PLACE)
    assert str(refused.value) == (
        f"GET {PLACE} answered more than 1,000 values, so it was not read. {ELSEWHERE}"
    )


def test_refusal_that_is_too_large_to_be_one_is_told_by_its_status(
    platform: ScriptedPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "LARGEST_REFUSAL", 100_000)
    platform.script(Answer(json.dumps({"message": "x" * 100_000}), 400))
    with pytest.raises(RequestError) as refused:
        platform.client().call("GET", PLACE)
    assert refused.value.fact == f"GET {PLACE} answered 400 BAD REQUEST"


def test_encoding_that_was_not_asked_for_is_refused(platform: ScriptedPlatform) -> None:
    platform.script(Answer("{}", headers={"Content-Encoding": " BR "}))
    with pytest.raises(RequestError) as refused:
        platform.client().call("GET", PLACE)
    assert str(refused.value) == (
        f"GET {PLACE} answered in an encoding that was not asked for. {ELSEWHERE}"
    )
    platform.script(Answer("{}", headers={"Content-Encoding": " Identity "}))
    assert platform.client().call("GET", PLACE) == {}


def values_in(value: Any) -> int:
    """Count a value and all those within it."""
    if isinstance(value, dict):
        return 1 + sum(map(values_in, value.values()))
    if isinstance(value, list):
        return 1 + sum(map(values_in, value))
    return 1
