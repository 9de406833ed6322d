"""Records whose ids, texts, numbers and objects no database wants."""

from __future__ import annotations

import json
import zlib

# Text that no C string and no UTF-8 can hold.
_TEXT = "nul \0 high \ud800 low \udfff"

_ID_ENDS = ("", "\0", "\ud800")

# JSON libraries write no number that is too large for them: the answer has this text until its end.
_BEYOND_FLOAT = "1e999 without the quotes"

_NUMBERS: tuple[object, ...] = (
    float("nan"),
    float("inf"),
    float("-inf"),
    _BEYOND_FLOAT,
    2**70,
    10**399 + 7,
)

_LEVELS = 150

_FREE_OBJECT = {
    "nul \0 in a name": _TEXT,
    "lone \ud800 in a name": _TEXT,
    "numbers": list(_NUMBERS),
    "nested": json.loads('{"in":' * (_LEVELS - 1) + "{}" + "}" * (_LEVELS - 1)),
}


# Where text, a number or a free object stands, whichever API's record it is.
_TEXTS = frozenset(
    {"name", "customer.name", "queue.name", "agent.name", "participantName", "language"}
)

_SCORES = frozenset({"relevanceScore", "durationMs", "value"})

_OBJECTS = frozenset({"metadata", "attributes"})


def make_hostile(record: dict[str, object], id_name: str) -> None:
    """Fill a record with values that are JSON, or what many write for it.

    The same record gets the same ones each time, its neighbours get others.

    Args:
        record: The record. What is in it is shared and stays as it is.
        id_name: The attribute that identifies it, which keeps what it says and may get an end.
    """
    known = str(record.get(id_name, ""))
    turn = zlib.crc32(known.encode())
    changed = {name: _hostile(name, value, turn) for name, value in record.items()}
    if id_name in record:
        changed[id_name] = known + _ID_ENDS[turn % len(_ID_ENDS)]
    record.update(changed)
    if "metadata" not in record:
        number = _NUMBERS[turn % len(_NUMBERS)]
        record.update(externalTag=_TEXT, score=number, attributes=_FREE_OBJECT)


def bare_numbers(text: bytes) -> bytes:
    """Write the numbers that only a hand-made JSON can have.

    Args:
        text: A JSON text with hostile records.

    Returns:
        The text with the numbers in it.
    """
    return text.replace(f'"{_BEYOND_FLOAT}"'.encode(), b"1e999")


def _hostile(name: str, value: object, turn: int) -> object:
    if name in _TEXTS:
        return f"{value} {_TEXT}"
    if name in _SCORES:
        return _NUMBERS[turn % len(_NUMBERS)]
    if name in _OBJECTS:
        return _FREE_OBJECT
    if isinstance(value, list):
        return [_hostile("", one, turn) for one in value]
    if isinstance(value, dict):
        return {inner: _hostile(inner, one, turn) for inner, one in value.items()}
    return value
