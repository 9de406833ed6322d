"""Stream maps may name each column, also where a row has no value for it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest

from tap_genesys_search.errors import SettingError
from tap_genesys_search.tap import TapGenesysSearch
from tests.support.batched import batches_below
from tests.support.singer_run import run_tap

if TYPE_CHECKING:
    from pathlib import Path

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


@pytest.mark.parametrize(
    ("maps", "said"),
    [
        (
            {"interaction": {"customer_name": None}},
            "stream_maps names the unknown stream 'interaction': did you mean 'interactions'?",
        ),
        (
            {"calls": {"__source__": "interactons"}},
            "stream_maps names the unknown stream 'interactons': did you mean 'interactions'?",
        ),
        ({"call*": None}, "the unknown stream 'call*'"),
        (
            {"interactions": {"customername": "__NULL__"}},
            "leaves out the unknown column 'customername': did you mean 'customer_name'?",
        ),
        ({"conversation*": {"ani_": None}}, "leaves out the unknown column 'ani_'"),
        (
            {"interactions": {"__alais__": "calls"}},
            "interactions has the unknown option '__alais__': did you mean '__alias__'?",
        ),
        ({"__els__": None}, "stream_maps has the unknown option '__els__'"),
        ({"users": {"email": "md5(email"}}, "stream_maps.users.email is not an expression"),
        ({"users": {"__filter__": ""}}, "stream_maps.users.__filter__ is not an expression: it is"),
    ],
)
def test_what_no_stream_has_is_refused(
    config: dict[str, Any], maps: dict[str, Any], said: str
) -> None:
    with pytest.raises(SettingError) as refused:
        TapGenesysSearch(config={**config, "stream_maps": maps})
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "maps",
    [
        {"conversation*": {"ani": None}, "*": {"loaded_by": "'me'"}, "__else__": None},
        {"calls": {"__source__": "interactions", "metadata": None, "__key_properties__": ["id"]}},
        {"users": None, "queues": "__NULL__", "interactions": {"__alias__": "calls"}},
        {"interactions": {"customer_name": "md5(customer_name)", "customer_name2": "'x'"}},
        {"interactions": {"customer_initial": "customer_name[0]", "is_call": "type == 'call'"}},
        {"users": {"email_masked": "'x'", "id_hash": "md5(id)"}},
        {"conversation_sessions": {"ani": "ani", "ani_hash": "sha256(ani) if ani else None"}},
        {"conversation_sessions": {"ani": None, "ANI": "sha256(ani) if ani else None"}},
        {"users": {"id": "id", "email_hash": "md5(email)", "__else__": None}},
    ],
)
def test_what_streams_have_is_taken(
    config: dict[str, Any], maps: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    TapGenesysSearch(config={**config, "stream_maps": maps})
    assert [one for one in caplog.records if one.levelno >= logging.WARNING] == []


HIDING = "sha256(config['pepper'] + ani) if ani else None"


@pytest.mark.parametrize(
    ("column", "expression"),
    [
        *((column, HIDING) for column in ("annni", "an", "ANI", "Ani", "number", "ani_hash")),
        ("caller", "md5(_['ani']) if _['ani'] else None"),
        ("caller", "md5(record.get('ani', ''))"),
        ("an", "ani[:6] if ani else None"),
        ("ANI", "'hidden'"),
        ("anii", "fake.phone_number()"),
    ],
)
def test_new_column_that_was_to_hide_another_one_is_warned_of(
    config: dict[str, Any], column: str, expression: str, caplog: pytest.LogCaptureFixture
) -> None:
    (line,) = warnings_of(config, {"conversation_sessions": {column: expression}}, caplog)
    assert line == (
        f"stream_maps.conversation_sessions adds the column {column} and leaves ani as it is: if "
        "that one is to be hidden, map it under its own name"
    )


@pytest.mark.parametrize("column", ["custmer_name", "costumer_name", "customer_names"])
def test_new_column_that_is_named_nearly_as_another_is_warned_of(
    config: dict[str, Any], column: str, caplog: pytest.LogCaptureFixture
) -> None:
    (line,) = warnings_of(config, {"inter*": {column: "'x'"}}, caplog)
    assert line.startswith(f"stream_maps.inter* adds the column {column} and leaves customer_name ")


def test_each_column_that_a_hash_leaves_as_it_is_is_warned_of(
    config: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    maps = {"calls": {"__source__": "interactions", "who": "md5(id + customer_name + media_type)"}}
    assert [line.partition(":")[0] for line in warnings_of(config, maps, caplog)] == [
        "stream_maps.calls adds the column who and leaves customer_name as it is",
        "stream_maps.calls adds the column who and leaves media_type as it is",
    ]


def warnings_of(
    config: dict[str, Any], maps: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> list[str]:
    TapGenesysSearch(
        config={**config, "stream_maps": maps, "stream_map_config": {"pepper": "long"}}
    )
    return [one.getMessage() for one in caplog.records if one.levelno >= logging.WARNING]


@pytest.mark.parametrize(
    ("maps", "said"),
    [
        (
            {"interactions": {"__alias__": "calls"}, "search_audits": {"__alias__": "calls"}},
            "stream_maps writes interactions and search_audits under one name, 'calls'",
        ),
        ({"search_audits": {"__alias__": "interactions"}}, "under one name, 'interactions'"),
        ({"interactions": {"__source__": "search_audits"}}, "under one name, 'interactions'"),
        ({"*inter*": {"__alias__": "all"}}, "under one name, 'all'"),
        ({"__else__": None}, "leaves out all streams that are selected"),
        ({"*": None}, "leaves out all streams that are selected"),
    ],
)
def test_maps_by_which_rows_would_be_lost_are_refused(
    config: dict[str, Any], maps: dict[str, Any], said: str
) -> None:
    with pytest.raises(SettingError) as refused:
        TapGenesysSearch(config={**config, "stream_maps": maps})
    assert said in str(refused.value)


def test_two_maps_of_one_stream_are_two_streams(config: dict[str, Any]) -> None:
    maps = {"calls": {"__source__": "interactions"}, "users": {"__alias__": "interactions"}}
    TapGenesysSearch(config={**config, "stream_maps": maps})


HASHED = "md5(config['pepper'] + customer_name)"


@pytest.mark.parametrize("map_config", [None, {}, {"papper": "x"}, {"pepper": None}])
@pytest.mark.parametrize(
    ("maps", "place"),
    [
        ({"interactions": {"customer_name": HASHED}}, "stream_maps.interactions.customer_name"),
        ({"inter*": {"__filter__": f"{HASHED} != ''"}}, "stream_maps.inter*.__filter__"),
        ({"calls": {"__source__": "interactions", "who": HASHED}}, "stream_maps.calls.who"),
    ],
)
def test_a_pepper_that_is_not_set_is_refused_before_the_first_request(
    config: dict[str, Any], maps: dict[str, Any], map_config: dict[str, Any] | None, place: str
) -> None:
    with pytest.raises(SettingError) as refused:
        TapGenesysSearch(config={**config, "stream_maps": maps, "stream_map_config": map_config})
    said = f"Bad setting: {place} needs stream_map_config.pepper, which is not set"
    assert str(refused.value) == said


@pytest.mark.parametrize(
    "maps",
    [
        {"users": {"email": HASHED.replace("customer_name", "email")}},  # not selected
        {"interactions": {"type": "config['kind'] if 'kind' in config else type"}},
        {"interactions": {"__alias__": "calls"}, "__else__": None},
    ],
)
def test_a_pepper_that_nobody_needs_need_not_be_set(
    config: dict[str, Any], maps: dict[str, Any]
) -> None:
    TapGenesysSearch(config={**config, "stream_maps": maps})


@pytest.mark.parametrize("pepper", ["$CUSTOMER_PEPPER", "${CUSTOMER_PEPPER}", ""])
def test_a_pepper_that_anybody_knows_is_warned_of(
    config: dict[str, Any], pepper: str, caplog: pytest.LogCaptureFixture
) -> None:
    TapGenesysSearch(config={**config, "stream_map_config": {"pepper": pepper, "more": ["x"]}})
    (line,) = [one.getMessage() for one in caplog.records if one.levelno >= logging.WARNING]
    assert line.startswith("stream_map_config.pepper is ")
    assert "anybody can compute the hash" in line


def test_a_pepper_of_ones_own_is_not_warned_of(
    config: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    TapGenesysSearch(config={**config, "stream_map_config": {"pepper": "cash$money", "cut": 5}})
    assert [one for one in caplog.records if one.levelno >= logging.WARNING] == []


@pytest.mark.parametrize(
    ("stream", "rules", "column"),
    [
        ("interactions", {"id": "id if id < '8' else None"}, "id"),
        ("interactions", {"id": "''"}, "id"),
        ("interactions", {"number": "None", "__key_properties__": ["number"]}, "number"),
        ("search_audits", {"search_id": "''"}, "search_id"),
        ("conversation_sessions", {"session_id": "ani"}, "session_id"),
        ("conversations", {"__key_properties__": ["conversation_end"]}, "conversation_end"),
    ],
)
@pytest.mark.parametrize("is_batched", [False, True])
def test_key_without_a_value_is_refused(
    config: dict[str, Any],
    tmp_path: Path,
    stream: str,
    rules: dict[str, Any],
    column: str,
    is_batched: bool,  # noqa: FBT001
) -> None:
    batches = batches_below(tmp_path) if is_batched else {}
    run = run_tap({**config, **batches, "stream_maps": {stream: rules}}, select=TABLES)
    assert str(run.error) == (
        f"A stream map failed for stream {stream}, column {column}: a key column, it is null or "
        "empty for some record, and a row without a key can't be told from others. Check the "
        "setting stream_maps"
    )
    assert run.bookmarks().get(stream, "") < config["end_date"]


def test_key_that_is_hashed_is_written(config: dict[str, Any]) -> None:
    maps = {"interactions": {"id": "md5(id)"}, "search_audits": {"search_id": "md5(search_id)"}}
    run = run_tap({**config, "stream_maps": maps})
    assert run.error is None
    assert all(len(one) == 32 for one in run.ids())
