"""The messages in a line, with what belongs to a message's parts left as it is."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import msgspec

from target_duckdb_bulk.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

RECORD_MARK = b'"record":'

# How all writers of Singer's libraries begin a RECORD message.
_HEAD = re.compile(
    rb'\{\s*"type"\s*:\s*"RECORD"\s*,\s*"stream"\s*:\s*"(?:[^"\\]|\\.)*"\s*,\s*"record":'
)


class Message(msgspec.Struct, gc=False):
    """A message. What its type doesn't have is unset."""

    type: str
    stream: str = ""
    schema: msgspec.Raw = msgspec.Raw()
    record: msgspec.Raw = msgspec.Raw()
    value: msgspec.Raw = msgspec.Raw()
    key_properties: list[str] | None = None
    version: msgspec.Raw = msgspec.Raw()
    encoding: dict[str, Any] | None = None
    manifest: list[str] | None = None


_KEPT_AS_THEY_ARE = {"schema", "record", "value", "version"}
_decoder = msgspec.json.Decoder(Message)


def decode(line: bytes, number: int) -> Message:
    """Decode a line, but not what is in a record, a schema or a state.

    Args:
        line: One line of the input.
        number: Of the line.

    Raises:
        InputError: It isn't a message.
    """
    with (
        _not_too_deep(f"Line {number} of the input"),
        suppress(msgspec.DecodeError, UnicodeDecodeError),
    ):
        return _decoder.decode(line)
    try:
        with _not_too_deep(f"Line {number} of the input"):
            return _decoded_as_python_does(line)
    except (ValueError, msgspec.ValidationError):
        raise InputError(
            f"Line {number} of the input isn't a Singer message: correct the tap, or see whether "
            "it ended early"
        ) from None


@contextmanager
def _not_too_deep(what: str) -> Iterator[None]:
    try:
        yield
    except RecursionError:
        raise InputError(f"{what} is nested too deeply to be read: correct the tap") from None


def _decoded_as_python_does(line: bytes) -> Message:
    """Decode what Python's encoder writes beyond JSON: NaN, and half a surrogate pair.

    Raises:
        ValueError: Python can't read it as JSON either.
        ValidationError: It isn't a message.
    """
    document = json.loads(line)
    if isinstance(document, dict):
        kept = {name: document[name] for name in _KEPT_AS_THEY_ARE & document.keys()}
        document |= {name: msgspec.Raw(json.dumps(part).encode()) for name, part in kept.items()}
    return msgspec.convert(document, Message)


def head_of(line: bytes) -> bytes | None:
    """Take what comes before the record of a RECORD message, if that alone names its stream.

    Args:
        line: A RECORD message.

    Returns:
        The bytes with which other records of the stream begin, or None if the message is written
        in another order.
    """
    head = line[: line.find(RECORD_MARK) + len(RECORD_MARK)]
    return head if _HEAD.fullmatch(head) else None


def parsed(raw: msgspec.Raw, what: str) -> Any:  # noqa: ANN401
    """Decode a part of a message.

    Args:
        raw: The part.
        what: Its name, for the error.

    Raises:
        InputError: It is missing, or isn't JSON.
    """
    try:
        with _not_too_deep(f"A message has {what}, which"):
            return json.loads(bytes(raw))
    except ValueError:
        raise InputError(f"A message lacks {what}, or it can't be read: correct the tap") from None
