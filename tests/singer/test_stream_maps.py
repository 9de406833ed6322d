"""Stream maps may name each column, also where a row has no value for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.singer_run import run_tap

if TYPE_CHECKING:
    from genesys_cloud_simulator import Simulator

pytestmark = pytest.mark.thorough

TABLES = ("conversations", "conversation_sessions")


@pytest.fixture
def config(config: dict[str, Any], simulator: Simulator) -> dict[str, Any]:
    simulator.now = simulator.org.end
    end = simulator.now.isoformat()
    return {**config, "search_api": "conversation_query", "end_date": end}


def test_map_of_a_column_that_open_conversations_lack(config: dict[str, Any]) -> None:
    maps = {"conversations": {"is_open": "conversation_end is None"}}
    plain = run_tap(config, select=TABLES).records("conversations")
    run = run_tap({**config, "stream_maps": maps}, select=TABLES)
    assert run.error is None
    mapped = run.records("conversations")
    are_open = [one["is_open"] for one in mapped]
    assert are_open == ["conversation_end" not in one for one in plain]
    assert {True, False} == {*are_open}
    for before, after in zip(plain, mapped, strict=True):
        del after["is_open"]
        assert {name: value for name, value in after.items() if value is not None} == before


def test_filter_by_a_column_that_some_rows_lack(config: dict[str, Any]) -> None:
    maps = {"conversations": {"__filter__": "conversation_end is not None"}}
    run = run_tap({**config, "stream_maps": maps}, select=TABLES)
    assert run.error is None
    assert all(one["conversation_end"] for one in run.records("conversations"))


def test_hash_of_an_address_that_only_some_sessions_have(config: dict[str, Any]) -> None:
    maps = {"conversation_sessions": {"ani": "md5(ani) if ani else None"}}
    plain = run_tap(config, select=TABLES).records("conversation_sessions")
    run = run_tap({**config, "stream_maps": maps}, select=TABLES)
    assert run.error is None
    hashed = [one["ani"] for one in run.records("conversation_sessions")]
    assert [one is not None for one in hashed] == [bool(one.get("ani")) for one in plain]
    assert {True, False} == {one is None for one in hashed}
    assert not {*filter(None, hashed)} & {one.get("ani") for one in plain}
