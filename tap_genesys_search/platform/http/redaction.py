"""Leaving out of messages what nobody may read there."""

from __future__ import annotations

import html
import json
import re
from base64 import b64encode
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


LONGEST_MESSAGE = 300

LONGEST_READ = 10_000
"""Characters of a message that are looked at. Nobody reads the rest, and to clean it takes time."""


SHORTEST_SECRET = 3
"""A shorter text would blot out parts of common words."""


SHORTEST_CODE = 8
"""The same for a secret in base64, without its ends, which depend on the text beside it."""


FORMS_KEPT = 1024


def one_line(message: object, secrets: Iterable[str]) -> str:
    """Write a message of the platform as one short line, without what must not be read.

    Args:
        message: What the platform says; anything but a text is nothing.
        secrets: Texts to blot out, also where they are encoded.
    """
    if not isinstance(message, str):
        return ""
    private = sorted({form for one in secrets for form in _forms(one)}, key=len, reverse=True)
    line = _on_one_line(message[:LONGEST_READ])
    if len(message) > LONGEST_READ and private:
        line = line[: -len(private[0])]  # the first part of a secret may stand at the end
    folded = line.casefold()
    for form in private:
        if form.casefold() in folded:  # nearly never, and faster than an expression
            line = re.sub(re.escape(form), "***", line, flags=re.IGNORECASE)
    return line if len(line) <= LONGEST_MESSAGE else f"{line[:LONGEST_MESSAGE]}…"


@lru_cache(FORMS_KEPT)
def _forms(secret: str) -> frozenset[str]:
    """List the forms in which a platform may quote a text.

    It may have other white space, and be written as in an address, in JSON, in HTML or in base64.
    """
    plain = _on_one_line(secret)
    if len(plain) < SHORTEST_SECRET:
        return frozenset()
    texts = {secret, plain}
    for text in (secret, plain):
        texts |= {quote(text, safe=""), quote(text), quote_plus(text)}
        texts |= {json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]}
        texts |= {html.escape(text), html.escape(text, quote=False)}
        texts |= {html.escape(text).replace("&#x27;", "&#39;"), text.replace("/", r"\/")}
    lines = {_on_one_line(text) for text in texts}
    return frozenset({*lines, *_in_base64(secret.encode("utf-8", "replace"))})


def _in_base64(secret: bytes) -> Iterator[str]:
    """List what is sure to stand in the base64 of any text that holds a secret."""
    for before in range(3):
        coded = b64encode(bytes(before) + secret).decode().rstrip("=")
        first = -(-before * 4 // 3)
        whole = (before + len(secret)) // 3 * 4
        sure = coded[first:whole]
        if len(sure) >= SHORTEST_CODE:
            yield sure
            yield sure.replace("+", "-").replace("/", "_")


def _on_one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
