"""Whatever maps are set, a page is mapped as the SDK maps its records."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from singer_sdk.exceptions import MapExpressionError, StreamMapConfigError
from singer_sdk.mapper import PluginMapper

from tap_genesys_search.errors import StreamMapError
from tap_genesys_search.records.rows import as_dict, row_type
from tap_genesys_search.singer.pages.flattening import ROWS_FOR_A_TYPE
from tap_genesys_search.singer.pages.json_lines import json_lines
from tap_genesys_search.singer.pages.page_maps import NO_VALUES, page_maps

if TYPE_CHECKING:
    from tap_genesys_search.records.rows import Row

pytestmark = pytest.mark.thorough

COLUMNS = ("id", "name", "size", "whole", "part", "items")
OBJECT = {"type": ["object", "null"], "properties": {}, "additionalProperties": True}
SCHEMA = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "name": {"type": ["string", "null"]},
        "size": {"type": ["number", "null"]},
        "whole": {"type": ["object", "null"], "additionalProperties": True},
        "part": OBJECT,
        "items": {"type": ["array", "null"], "items": OBJECT},
    },
}

numbers = st.integers(-(2**63), 2**64) | st.floats(allow_nan=False)
scalars = st.none() | st.booleans() | numbers | st.text(max_size=5)
names = st.text(max_size=3) | st.sampled_from(["name", "type", "properties", "a__b"])
values = st.recursive(
    scalars,
    lambda held: st.lists(held, max_size=3) | st.dictionaries(names, held, max_size=3),
    max_leaves=6,
)
rows = st.fixed_dictionaries(
    {"id": st.text(max_size=5)},
    optional={
        "name": st.none() | st.text(max_size=5),
        "size": st.none() | numbers,
        "whole": st.none() | st.dictionaries(names, values, max_size=4),
        "part": st.none() | st.dictionaries(names, values, max_size=4),
        "items": st.none() | st.lists(values, max_size=3),
    },
)

leaves = st.sampled_from(
    [
        "id",
        "name",
        "size",
        "part",
        "items",
        "self",
        "record['name']",
        "_['id']",
        "config['pepper']",
        "config['list']",
        "'text'",
        "''",
        "3",
        "-1.5",
        "None",
        "True",
        "['a', 1]",
        "('', None)",
        "__stream_name__",
        "__original_stream_name__",
        "missing",
        "md5",
        "fake",
        "config",
        "json",
    ]
)
operators = st.sampled_from(
    [
        "+",
        "-",
        "*",
        "/",
        "%",
        "==",
        "!=",
        "<",
        "<=",
        ">",
        ">=",
        "in",
        "not in",
        "is",
        "is not",
        "and",
        "or",
    ]
)
functions = st.sampled_from(
    ["md5", "sha256", "str", "int", "float", "bool", "json.dumps", "list", "dumps", "not ", "-"]
)
expressions = st.recursive(
    leaves,
    lambda part: st.one_of(
        st.builds("{}({})".format, functions, part),
        st.builds("({} {} {})".format, part, operators, part),
        st.builds("({} if {} else {})".format, part, part, part),
        st.builds("{}[{}]".format, part, part),
        st.builds("({}).upper()".format, part),
        st.builds("[{}, {}]".format, part, part),
    ),
    max_leaves=5,
)
rules = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys((*COLUMNS[1:], "new", "newer"), st.none() | expressions),
        "id": expressions,
        "__filter__": expressions,
        "__else__": st.sampled_from([None, "__NULL__"]),
        "__key_properties__": st.sampled_from([["id"], ["id", "name"], [], None]),
        "__alias__": st.sampled_from(["other", "__stream_name__ + '_x'"]),
        "__source__": st.just("things"),
    },
)
flattening = st.fixed_dictionaries(
    {"flattening_enabled": st.booleans(), "flattening_max_depth": st.integers(0, 3)},
    optional={
        "flattening_separator": st.sampled_from(["__", "."]),
        "flattening_max_key_length": st.integers(8, 20),
    },
)


def mapper_of(config: dict[str, Any]) -> PluginMapper:
    mapper = PluginMapper(config, logging.getLogger("mapper"))
    mapper.register_raw_stream_schema("things", SCHEMA, ["id"])
    return mapper


def row_of(record: dict[str, Any]) -> Row:
    return row_type(tuple(record))(*record.values())


@settings(deadline=None, max_examples=150)
@given(st.lists(rows, max_size=4), st.lists(rules, max_size=2), flattening)
def test_a_page_is_mapped_as_the_sdk_maps_its_records(
    records: list[dict[str, Any]], maps: list[dict[str, Any]], flat: dict[str, Any]
) -> None:
    config = {
        **flat,
        "stream_maps": dict(zip(("things", "copy"), maps, strict=False)),
        "stream_map_config": {"pepper": "p", "list": [1, "a"]},
    }
    try:
        mapper = mapper_of(config)
    except (StreamMapConfigError, MapExpressionError, ValueError):
        return  # the SDK refuses the setting
    made = page_maps("things", mapper)
    page = [row_of(record) for record in records]
    for its_map, stream_map in zip(made, mapper.stream_maps["things"], strict=True):
        assert its_map.stream == stream_map.stream_alias
        try:
            mapped = [stream_map.transform(dict(record)) for record in records]
        except Exception as error:  # noqa: BLE001 - whichever the SDK raises
            with pytest.raises(type(error)):
                its_map.of(page)
            continue
        expected = [record for record in mapped if record is not None]
        try:
            found = [as_dict(record) for record in its_map.of(page)]
        except StreamMapError:  # the SDK writes rows without a key
            keys = stream_map.transformed_key_properties or ()
            assert any(record.get(key) in NO_VALUES for record in expected for key in keys)
            continue
        assert found == expected
        assert [*map(repr, found)] == [*map(repr, expected)]  # order of columns, 1 and True


@settings(deadline=None, max_examples=40)
@given(st.lists(rows, min_size=1, max_size=2), flattening)
def test_many_rows_with_the_same_parts_are_flattened_as_the_sdk_flattens_them(
    records: list[dict[str, Any]], flat: dict[str, Any]
) -> None:
    mapper = mapper_of({**flat, "flattening_enabled": True})
    (its_map,) = page_maps("things", mapper)
    (stream_map,) = mapper.stream_maps["things"]
    page = [row_of(record) for record in records] * ROWS_FOR_A_TYPE
    expected = [stream_map.transform(dict(record)) for record in records] * ROWS_FOR_A_TYPE
    found = its_map.of(page)
    assert [*map(repr, map(as_dict, found))] == [*map(repr, expected)]
    assert json_lines(found) == json_lines([*filter(None, expected)])
