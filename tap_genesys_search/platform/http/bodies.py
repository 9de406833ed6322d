"""Reading the bodies of answers: whole, in a bounded time, and not too large for the memory."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tap_genesys_search.errors import PageTooLargeError, RequestError, TransientRequestError
from tap_genesys_search.platform.http.connections import TIMEOUTS_AN_ANSWER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from urllib3 import BaseHTTPResponse


LARGEST_ANSWER = 16 * 2**20
"""Bytes of an unpacked answer. In memory it takes ten times as much, and so do the answers to other
searches at the same time. What is larger is asked for in smaller pages."""


MOST_VALUES = 400_000
"""Values of an answer, roughly. Each takes a hundred bytes of memory and more, and may be no more
than `{},` in an answer, which packs to next to nothing."""


BYTES_A_VALUE = 24
"""As many bytes a value has in an answer of conversations."""


SAMPLED_FROM = 2**16
"""Bytes of a body above which its values are counted in a sample."""


SAMPLED_STEP = 17
"""One byte of so many is looked at. A prime, so that no regular pattern hides between the bytes."""


LARGEST_REFUSAL = 2**20
"""Bytes of an answer that is an error. Of a larger one only the status counts."""


SLOWEST_BYTES_A_SECOND = 2000
"""An answer that comes more slowly is as good as none."""


CHUNK = 2**16


ENCODINGS = ("", "identity", "gzip", "x-gzip", "deflate")
"""Only gzip is asked for; several encodings on top of each other are a bomb."""


def read_body(raw: BaseHTTPResponse, place: str, timeout_seconds: float) -> bytes:
    """Read the body of an answer.

    Args:
        raw: The answer, unread.
        place: Where it came from, for the error.
        timeout_seconds: How long the platform may say nothing. All of the body may take longer,
            as long as it comes fast enough.

    Returns:
        The body, unpacked.

    Raises:
        PageTooLargeError: It is larger than any page should be, or holds more values.
        RequestError: It is packed in an unknown way.
        TransientRequestError: It took too long.
        urllib3.exceptions.HTTPError: The connection broke off.
    """
    parts, size = [], 0
    for chunk in _chunks(raw, place, timeout_seconds):
        parts.append(chunk)
        size += len(chunk)
        if size > LARGEST_ANSWER:
            raise _too_large(place, f"{LARGEST_ANSWER // 2**20} MB")
    body = b"".join(parts)
    if count_values(body) > MOST_VALUES:
        raise _too_large(place, f"{MOST_VALUES:,} values")
    return body


def read_refusal(raw: BaseHTTPResponse, place: str, timeout_seconds: float) -> bytes:
    """Read the body of an answer that is an error; b"" where it is too large to be one.

    Raises the same errors as `read_body`, but none about the size.
    """
    parts, size = [], 0
    for chunk in _chunks(raw, place, timeout_seconds):
        parts.append(chunk)
        size += len(chunk)
        if size > LARGEST_REFUSAL:
            return b""
    return b"".join(parts)


def _chunks(raw: BaseHTTPResponse, place: str, timeout_seconds: float) -> Iterator[bytes]:
    """Read a body piece by piece, as long as it comes fast enough."""
    encoding = raw.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in ENCODINGS:
        raise RequestError(
            f"{place} answered in an encoding that was not asked for",
            "Check that the address is the platform's, not a proxy's",
        )
    started, size = time.monotonic(), 0
    while chunk := raw.read1(CHUNK, decode_content=True):
        yield chunk
        size += len(chunk)
        seconds = time.monotonic() - started
        in_time = timeout_seconds + size / SLOWEST_BYTES_A_SECOND
        allowed = min(in_time, TIMEOUTS_AN_ANSWER * timeout_seconds)
        if seconds > allowed:
            raise TransientRequestError(f"{place} was still answering after {allowed:.1f} s")


def _too_large(place: str, what: str) -> PageTooLargeError:
    return PageTooLargeError(
        f"{place} answered more than {what}, so it was not read",
        "Check that the address is the platform's, not a proxy's",
    )


def count_values(body: bytes) -> int:
    """Count the values of a JSON body, within a factor of about two.

    Each follows one of three marks. Marks within texts are counted, too. Of a long body a sample
    is read, spread over the whole body: looking at each byte would cost a twentieth of the time
    that decoding takes.
    """
    step = SAMPLED_STEP if len(body) > SAMPLED_FROM else 1
    sample = body[::step]
    return step * (sample.count(b",") + sample.count(b"[") + sample.count(b"{"))


def room_of(body: bytes) -> int:
    """Tell how much room a body takes, as `Answer.size`."""
    return max(len(body), BYTES_A_VALUE * count_values(body))
