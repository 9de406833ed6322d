"""From records to Arrow tables, for Parquet files. Needs the package's extra `parquet`."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, cast

import pyarrow as pa
from msgspec.structs import astuple

from tap_genesys_search.errors import BatchError
from tap_genesys_search.records.rows import as_dict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tap_genesys_search.records.rows import Records, Row

_TYPES = {
    "string": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
}

_NUMBERS = (_TYPES["number"], pa.list_(_TYPES["number"]))


def arrow_table(records: Records, properties: Mapping[str, Mapping[str, Any]]) -> pa.Table:
    """Make a table of records.

    All columns of the schema are in it, also those that the first records leave out, and a column
    without a value has its type, so that all files of a stream have the same columns.

    Args:
        records: The records.
        properties: Column to its JSON Schema.

    Raises:
        BatchError: The values of a column are of types that one column can't have.
    """
    columns = _columns(records)
    missing = [None] * len(records)
    return pa.table(
        {
            name: _array(name, columns.get(name, missing), properties.get(name, {}))
            for name in dict.fromkeys(chain(properties, columns))
        }
    )


def _columns(records: Records) -> Mapping[str, Sequence[Any]]:
    kinds = {*map(type, records)}
    if len(kinds) == 1 and dict not in kinds:
        rows = cast("Sequence[Row]", records)
        columns = zip(*map(astuple, rows), strict=True)
        return dict(zip(rows[0].__struct_encode_fields__, columns, strict=True))
    dicts = list(map(as_dict, records))
    names = dict.fromkeys(chain.from_iterable(dicts))
    return {name: [record.get(name) for record in dicts] for name in names}


def _array(name: str, values: Sequence[Any], schema: Mapping[str, Any]) -> pa.Array:
    try:
        array = pa.array(values)
    except (pa.ArrowException, OverflowError):
        raise _unfit(name) from None
    if _has_empty_object(array.type):
        raise _unfit(name)
    return _as_declared(array, _declared(schema))


def _as_declared(array: pa.Array, declared: pa.DataType | None) -> pa.Array:
    """Give an array the type of its column, if it shows none, or has whole numbers only."""
    found = array.type.value_type if pa.types.is_list(array.type) else array.type
    is_vague = pa.types.is_null(found) or (pa.types.is_int64(found) and declared in _NUMBERS)
    if declared is None or not is_vague:
        return array
    try:
        return array.cast(declared)
    except pa.ArrowException:  # values unlike what the schema says
        return array


def _declared(schema: Mapping[str, Any]) -> pa.DataType | None:
    """Return the type of a column, None where its values have to show it."""
    named = schema.get("type", ())
    types = {named} if isinstance(named, str) else {*named} - {"null"}
    if types == {"array"}:
        items = _declared(schema.get("items", {}))
        return items and pa.list_(items)
    return _TYPES.get(types.pop()) if len(types) == 1 else None


def _has_empty_object(type_: pa.DataType) -> bool:
    """Tell whether a type has an object without properties, which Parquet can't hold."""
    if pa.types.is_list(type_):
        return _has_empty_object(type_.value_type)
    if not pa.types.is_struct(type_):
        return False
    parts = [type_.field(place).type for place in range(type_.num_fields)]
    return not parts or any(map(_has_empty_object, parts))


def _unfit(column: str) -> BatchError:
    return BatchError(
        f"Column {column} can't be written as Parquet, which has one type for all values of a "
        f"column. Make it text in stream_maps, as str(json.dumps({column})), or deselect it"
    )
