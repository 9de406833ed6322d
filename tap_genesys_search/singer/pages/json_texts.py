"""JSON texts inside records, letter by letter as Python's and the SDK's encoders write them."""

from __future__ import annotations

import json
from json import encoder as of_python
from typing import TYPE_CHECKING, Any

from singer_sdk.singerlib.json import serialize_json

if TYPE_CHECKING:
    from collections.abc import Callable


def _writer(item_separator: str, key_separator: str, *, allow_nan: bool) -> Callable[[object], str]:
    """Make what writes a value. Python's own sets up an encoder for each, for half of the time."""
    encoder = json.JSONEncoder(separators=(item_separator, key_separator), allow_nan=allow_nan)
    make: Any = getattr(of_python, "c_make_encoder", None)
    if make is None:  # a Python without it
        return encoder.encode
    write = make(
        None,
        encoder.default,
        of_python.encode_basestring_ascii,
        None,
        key_separator,
        item_separator,
        False,  # noqa: FBT003 - keys as they come
        False,  # noqa: FBT003 - no key is left out
        allow_nan,
    )
    return lambda value: "".join(write(value, 0))


json_dumps = _writer(", ", ": ", allow_nan=True)
"""Writes a value as `json.dumps` does, but does not notice a value that holds itself."""

_write_compact = _writer(",", ":", allow_nan=False)


def flattened_json(value: object) -> str:
    """Write a value as the SDK does where it flattens no further."""
    try:
        return _write_compact(value)
    except (TypeError, ValueError):  # what a stream map has put there may be no JSON
        return serialize_json(value)
