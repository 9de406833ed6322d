"""How many values a body holds, and how much room it takes, told without reading it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tap_genesys_search.platform.http.bodies import BYTES_A_VALUE, count_values, room_of

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


def values_in(value: Any) -> int:
    """Count a value and all those within it."""
    if isinstance(value, dict):
        return 1 + sum(map(values_in, value.values()))
    if isinstance(value, list):
        return 1 + sum(map(values_in, value))
    return 1
