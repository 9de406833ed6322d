"""What the platform's answers hold: errors among them, and values that can be stored."""

from __future__ import annotations

import json
import math
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import msgspec

from tap_genesys_search.json_types import JsonObject, has_64_bits

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable


LONGEST_ID = 1_000
"""Characters of an id; those of the platform have 36. Each row of a conversation's parts repeats
the ids of what it is part of, so longer ones would make a flood of a small page."""


LONGEST_CURSOR = 2**14
"""Characters of a cursor, which goes into an address; servers refuse longer ones."""


_ESCAPE = b"\\"

_NUL = rb"\u0000"

_DIGITS_OF_64_BITS = 19

_DIGITS_TO_ZEROS = bytes.maketrans(b"123456789", b"000000000")

_LONG_NUMBER = b"0" * _DIGITS_OF_64_BITS
"""Among translated digits; to look for it so is far faster than by a regular expression."""

_BEFORE_NUMBERS = b" \t\r\n:,[-"


ROWS = ("conversations", "results", "entities")
"""Keys of the lists that the platform answers, each in the models of its API."""


ERROR_TEXTS = ("message", "code", "error", "status")
"""Keys of which an error has at least one, as a text."""


ERROR_KEYS = frozenset(
    {
        *ERROR_TEXTS,
        "contextId",
        "details",
        "entityId",
        "entityName",
        "error_description",
        "description",
        "errors",
        "limit",
        "messageParams",
        "messageWithParams",
    }
)
"""Keys of an error: of the model `ErrorBody`, and of OAuth (RFC 6749, section 5.2)."""


class Answer(JsonObject):
    """A JSON object that the platform answered.

    Attributes:
        place: Where it came from, for errors: method, path and correlation id.
        size: How many bytes it had, or would have with values of the usual length if its own ones
            are shorter.
    """

    def __init__(self, document: JsonObject, *, place: str = "", size: int = 0) -> None:
        super().__init__(document)
        self.place = place
        self.size = size


def place_of(answer: JsonObject, otherwise: str) -> str:
    """Tell where an answer came from, for an error about what it holds."""
    return answer.place if isinstance(answer, Answer) else otherwise


def size_of(answer: JsonObject) -> int:
    """Tell how much room an answer takes, as `Answer.size`."""
    return answer.size if isinstance(answer, Answer) else 0


def is_error(document: JsonObject, own_keys: Collection[str] = ()) -> bool:
    """Tell an error that comes as a success from an answer.

    An error has a message and no data: lists beside the message are empty, as in a response that
    was begun before its search failed.

    Args:
        document: What came with a status of success.
        own_keys: Keys that the model of the answer has in common with errors. What they say is left
            to whoever asked.
    """
    status = document.get("status")
    if isinstance(status, str) and status.isdecimal():
        status = int(status)
    if isinstance(status, int) and status >= HTTPStatus.BAD_REQUEST and "message" in document:
        return True
    texts = [key for key in ERROR_TEXTS if key not in own_keys]
    said = any(_says(one, texts) for one in (document, *errors_in(document)))
    rows = [document[key] for key in ROWS if key in document]
    if rows:
        # Links, dates and the names of types stand beside empty lists, too.
        return said and not any(rows)
    if any(document.get(key) is not None for key in own_keys):
        return False
    return said and not any(
        value and isinstance(value, str | list | dict)
        for key, value in document.items()
        if key not in ERROR_KEYS
    )


def is_error_beside_rows(document: JsonObject) -> bool:
    """Tell an answer with rows and an error: the platform has left rows out, it doesn't say which.

    No model of an answer with rows has an error, so that a sound one is never taken for it.
    """
    if not any(document.get(key) for key in ROWS):
        return False
    return bool(errors_in(document)) or all(_says(document, [key]) for key in ("message", "code"))


def is_message_beside_rows(document: JsonObject) -> bool:
    """Tell an answer with rows and a message: the platform may have left rows out."""
    return _says(document, ["message"]) and any(document.get(key) for key in ROWS)


def errors_in(document: JsonObject) -> list[JsonObject]:
    """List the errors that a document has under `errors`, as `ErrorBody` does, or under `error`.

    Returns:
        Errors with one of the keys `ERROR_TEXTS`.
    """
    errors = document.get("errors")
    found = [*(errors if isinstance(errors, list) else [errors]), document.get("error")]
    listed = [{"message": one} if isinstance(one, str) else one for one in found]
    return [one for one in listed if isinstance(one, dict) and _says(one, ERROR_TEXTS)]


def _says(document: JsonObject, keys: Iterable[str]) -> bool:
    return any(document.get(key) and isinstance(document[key], str) for key in keys)


def read_json(body: bytes) -> object:
    """Read a JSON body; None where it is none.

    What JSON allows and no warehouse stores is written out: NUL and halves of surrogate pairs in
    a text as an escape, numbers of more than 64 bits as a text. NaN and Infinity, which are no
    JSON, become null.

    Args:
        body: UTF-8, with or without a byte order mark.
    """
    if not _may_hold_nul(body) and not _may_hold_long_integer(body):
        try:
            return msgspec.json.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            pass  # no JSON, half a surrogate pair, or a number too large for a float
    return read_json_carefully(body)


def read_json_carefully(body: bytes) -> object:
    """Read a JSON body as `read_json` does, several times slower, whatever it holds."""
    try:
        document = json.loads(
            body.decode("utf-8-sig"),
            parse_constant=lambda _: None,
            parse_int=_read_integer,
            parse_float=_read_float,
        )
        return _storable(document) if rb"\u" in body else document
    except (ValueError, RecursionError):
        return None


def _may_hold_nul(body: bytes) -> bool:
    # One byte is found forty times as fast as a longer text, and most pages escape nothing.
    return _ESCAPE in body and _NUL in body


def _may_hold_long_integer(body: bytes) -> bool:
    """Tell whether a body may hold an integer of more than 64 bits."""
    zeros = body.translate(_DIGITS_TO_ZEROS)
    at = zeros.find(_LONG_NUMBER)
    while at >= 0:
        # Fractions may have as many digits, and so may ids within a text.
        if zeros[at - 1 : at] in _BEFORE_NUMBERS:
            return True
        at = zeros.find(_LONG_NUMBER, at + _DIGITS_OF_64_BITS)
    return False


def _read_integer(digits: str) -> int | str:
    if len(digits) < _DIGITS_OF_64_BITS:
        return int(digits)
    if len(digits.lstrip("-0")) > _DIGITS_OF_64_BITS:
        return digits
    number = int(digits)
    return number if has_64_bits(number) else digits


def _read_float(digits: str) -> float | str:
    number = float(digits)
    return number if math.isfinite(number) else digits


def _storable(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, str):
        return value.replace("\0", "\\u0000").encode("utf-8", "backslashreplace").decode()
    if isinstance(value, list):
        return [_storable(item) for item in value]
    if isinstance(value, dict):
        return {_storable(name): _storable(item) for name, item in value.items()}
    return value
