"""Writing records as lines of JSON, a page at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from singer_sdk.contrib.msgspec import encoder
from singer_sdk.singerlib.json import serialize_json

from tap_genesys_search.records.rows import as_dict

if TYPE_CHECKING:
    from tap_genesys_search.json_types import JsonObject
    from tap_genesys_search.records.rows import Records, Row


def json_lines(records: Records) -> bytes:
    """Write records, each as a line of JSON with its line end; there are no other line ends."""
    try:
        return encoder.encode_lines(records)
    except (OverflowError, UnicodeEncodeError):
        return b"".join(map(_json_line, records))


def _json_line(record: Row | JsonObject) -> bytes:
    try:
        return encoder.encode(record) + b"\n"
    except (OverflowError, UnicodeEncodeError):
        # An integer of more than 64 bits or half a surrogate pair, from a stream map.
        return f"{serialize_json(as_dict(record))}\n".encode("ascii")
