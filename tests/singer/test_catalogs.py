"""A catalog of an earlier version or of other settings lacks columns that the tap has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tap_genesys_search.errors import StateError
from tap_genesys_search.tap import TapGenesysSearch
from tests.support.singer_run import catalog_with, run_tap

if TYPE_CHECKING:
    from genesys_cloud_simulator import Simulator

pytestmark = pytest.mark.thorough

STREAMS = ("conversations", "queues")
GONE = {
    "conversations": "conversation_end",
    "interactions": "media_type",
    "search_audits": "missing_fields",
    "interaction_facets": "position",
    "queues": "name",
}


def catalog_without(config: dict[str, Any], columns: dict[str, str]) -> dict[str, Any]:
    catalog = catalog_with(config, STREAMS)
    for entry in catalog["streams"]:
        if column := columns.get(entry["tap_stream_id"]):
            del entry["schema"]["properties"][column]
            entry["metadata"] = [
                one for one in entry["metadata"] if one["breadcrumb"][1:] != [column]
            ]
    return catalog


@pytest.mark.usefixtures("simulator")
def test_columns_that_the_catalog_lacks_are_left_out_with_one_line_of_advice(
    config: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    config = {**config, "search_api": "conversation_query", "facets": ["mediaType"]}
    run = run_tap(config, catalog=catalog_without(config, GONE))
    assert run.error is None
    for stream, column in GONE.items():
        assert run.records(stream)
        assert all(column not in record for record in run.records(stream))
    (warning,) = [one.getMessage() for one in caplog.records if one.levelname == "WARNING"]
    assert all(f"{stream} {column}" in warning for stream, column in GONE.items())
    assert "--discover" in warning
    assert "--refresh-catalog" in warning


def test_columns_of_deselected_streams_are_no_warning(
    config: dict[str, Any], simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    catalog = catalog_without(config, {"conversation_sessions": "ani"})
    run = run_tap({**config, "search_api": "conversation_query"}, catalog=catalog)
    assert run.error is None
    assert simulator.requests
    assert not [one for one in caplog.records if one.levelname == "WARNING"]


def test_a_key_column_that_the_catalog_deselects_is_refused(config: dict[str, Any]) -> None:
    catalog = catalog_with(config, STREAMS)
    (entry,) = [one for one in catalog["streams"] if one["tap_stream_id"] == "interactions"]
    (column,) = [one for one in entry["metadata"] if one["breadcrumb"][1:] == ["id"]]
    column["metadata"] = {"inclusion": "available", "selected": False}
    with pytest.raises(StateError, match="deselects 'id', a key column of interactions"):
        TapGenesysSearch(config=config, catalog=catalog)


@pytest.mark.parametrize("keys", [["email"], ["nope"], [], None])
def test_a_catalog_that_names_other_keys_is_refused(
    config: dict[str, Any], simulator: Simulator, keys: list[str] | None
) -> None:
    catalog = catalog_with(config, ("users",))
    for entry in catalog["streams"]:
        if entry["tap_stream_id"] == "users":
            entry["key_properties"] = keys
            entry["metadata"] = [
                {**one, "metadata": {**one["metadata"], "table-key-properties": keys}}
                for one in entry["metadata"]
            ]
    with pytest.raises(StateError, match="as the key of users, which is id"):
        run_tap(config, catalog=catalog)
    assert not simulator.requests


def test_a_lookups_key_that_a_stream_map_empties_is_refused_the_sdks_way_too(
    config: dict[str, Any], simulator: Simulator
) -> None:
    catalog = catalog_without({**config, "stream_maps": {}}, {"users": "title"})
    for entry in catalog["streams"]:
        if entry["tap_stream_id"] == "users":
            for one in entry["metadata"]:
                if not one["breadcrumb"]:
                    one["metadata"]["selected"] = True
    run = run_tap({**config, "stream_maps": {"users": {"id": "''"}}}, catalog=catalog)
    assert "column id: a key column" in str(run.error)
    assert simulator.requests
