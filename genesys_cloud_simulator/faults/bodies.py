"""Answers that are HTTP and JSON, or nearly, but not what a client can take."""

from __future__ import annotations

import gzip
import json
import struct
import zlib
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, repeat
from typing import TYPE_CHECKING

from starlette.responses import Response

from genesys_cloud_simulator.errors import json_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from genesys_cloud_simulator.faults.fault import Fault


_MEGABYTE = 1 << 20

_PIECE = b"x" * (_MEGABYTE // 16)

_GZIP_HEADER = b"\x1f\x8b\x08" + bytes(6) + b"\xff"  # RFC 1952: deflated, no more to say

_END = b'"}'

_LEVELS = 100_000

_BODIES = {
    "null_body": b"null",
    "empty_body": b"",
    "deep_nesting": b'{"a":' * _LEVELS + b"null" + b"}" * _LEVELS,
}


@dataclass(frozen=True)
class ChangedBody:
    """What to send instead of a body.

    Attributes:
        length: How long it is.
        pieces: Its parts, one after the other.
        pause: How many seconds to wait after each.
        encoding: Its content encoding, None for none.
    """

    length: int
    pieces: Iterable[bytes]
    pause: float = 0
    encoding: str | None = None


def hostile_response(fault: Fault) -> Response | None:
    """Answer a request that shall not come through to its route.

    Args:
        fault: The fault that strikes it.

    Returns:
        The answer; None when the fault is of another kind.
    """
    if fault.kind == "redirect":
        return Response(status_code=307, headers={"Location": fault.location})
    if fault.kind == "gzip_bomb":
        headers = {"Content-Encoding": "gzip"}
        return Response(_gzip_bomb(fault.size_mb), headers=headers, media_type="application/json")
    body = _BODIES.get(fault.kind)
    return None if body is None else Response(body, media_type="application/json")


def _opened(body: bytes) -> bytes:
    """A JSON object without its end, up to the text of one more member."""
    # Some routes answer without a body.
    members = body[1:-1] if body.startswith(b"{") else b""
    return b"{" + members + (b"," if members else b"") + b'"padding":"'


def _padding(size_mb: int) -> Iterator[bytes]:
    # The same piece again and again, so that it takes no memory to speak of.
    return repeat(_PIECE, size_mb * _MEGABYTE // len(_PIECE))


@lru_cache(maxsize=4)
def _gzip_bomb(size_mb: int) -> bytes:
    compress = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    head = compress.compress(_opened(b"{}")) + compress.flush(zlib.Z_FULL_FLUSH)
    # After a full flush the same text is the same bytes, so it is compressed once.
    padding = compress.compress(b"x" * _MEGABYTE) + compress.flush(zlib.Z_FULL_FLUSH)
    end = compress.compress(_END) + compress.flush()
    checksum = zlib.crc32(_opened(b"{}"))
    for piece in _padding(size_mb):
        checksum = zlib.crc32(piece, checksum)
    checksum = zlib.crc32(_END, checksum)
    length = len(_opened(b"{}")) + size_mb * _MEGABYTE + len(_END)
    trailer = struct.pack("<LL", checksum, length % 2**32)
    return b"".join([_GZIP_HEADER, head, padding * size_mb, end, trailer])


def _wrong_types(body: bytes) -> bytes:
    try:
        document = json.loads(body)
    except ValueError:
        return body
    if not isinstance(document, dict):
        return body
    return json_bytes({name: _another_type(value) for name, value in document.items()})


def _another_type(value: object) -> object:
    if isinstance(value, str):
        return len(value)
    if isinstance(value, list):
        return {str(position): one for position, one in enumerate(value)}
    if isinstance(value, dict):
        return list(value.values())
    return json.dumps(value)


def _cut(body: bytes, _: Fault) -> ChangedBody:
    cut = body[: len(body) // 2]
    return ChangedBody(len(cut), [cut])


def _oversized(body: bytes, fault: Fault) -> ChangedBody:
    head = _opened(body)
    length = len(head) + fault.size_mb * _MEGABYTE + len(_END)
    return ChangedBody(length, chain([head], _padding(fault.size_mb), [_END]))


def _stacked_gzip(body: bytes, _: Fault) -> ChangedBody:
    twice = gzip.compress(gzip.compress(body))
    return ChangedBody(len(twice), [twice], encoding="gzip, gzip")


def _wrongly_typed(body: bytes, _: Fault) -> ChangedBody:
    wrong = _wrong_types(body)
    return ChangedBody(len(wrong), [wrong])


def _dripping(body: bytes, fault: Fault) -> ChangedBody:
    pieces = (body[place : place + 1] for place in range(len(body)))
    return ChangedBody(len(body), pieces, pause=fault.seconds)


# What becomes of the body of a route's answer.
CHANGES: dict[str, Callable[[bytes, Fault], ChangedBody]] = {
    "cut_json_body": _cut,
    "oversized_body": _oversized,
    "stacked_gzip": _stacked_gzip,
    "wrong_types": _wrongly_typed,
    "dripping_body": _dripping,
}
