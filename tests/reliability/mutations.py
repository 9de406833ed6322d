"""Bodies that are nearly answers, and some that are nothing of the kind."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Sequence

_TOKENS: Sequence[bytes] = (
    b"null", b"true", b"[]", b"{}", b'""', b"0", b"-1", b"-0", b"1e999", b"-1E+999", b"NaN",
    b"Infinity", b"-Infinity", b"1e-400", b"9223372036854775808", b"-9223372036854775808",
    b"1" * 400, b"0.1" + b"2" * 400, b'"\\u0000"', b'"\\ud800"', b'"\\udfff\\ud800"',
    b'"\\\\u0000"', b'"\xff"', b'"\xed\xa0\x80"', b'"2026-01-05T25:00:00Z"', b'"0001-01-01"',
    b'"9999-12-31T23:59:59.999999-23:59"', b'"nan"', b'"1_0"', b'" 12 "', b"1.5",
)  # fmt: skip
# A value, not a name.
_SCALAR = re.compile(rb'(?<=[:,\[])(?:"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?|true|false|null)(?=[,\]}])')
_NAME = re.compile(rb'"([A-Za-z]+)":')
_DEPTHS = (50, 300, 900, 2000, 100_000)
_MOST_LEVELS = 5


def mutate(body: bytes, rng: random.Random) -> bytes:
    """Change a body in one to four ways."""
    for _ in range(rng.choice((1, 1, 1, 2, 3, 4))):
        body = rng.choice(_MUTATIONS)(body, rng)
    return body


def make_json(rng: random.Random, names: Sequence[str]) -> bytes:
    """Make a JSON text by its grammar, with names that answers have."""
    return json.dumps(_value(rng, names, 0), ensure_ascii=rng.random() < 0.5).encode(
        "utf-8", "surrogatepass"
    )


def _value(rng: random.Random, names: Sequence[str], level: int) -> Any:
    kind = rng.randrange(9 if level < _MOST_LEVELS else 6)
    if kind >= 7:
        return {
            rng.choice(names): _value(rng, names, level + 1) for _ in range(rng.randrange(1, 8))
        }
    if kind == 6:
        return [_value(rng, names, level + 1) for _ in range(rng.randrange(4))]
    return rng.choice(
        (
            None,
            rng.random() < 0.5,
            rng.randint(-(10 ** rng.randint(1, 40)), 10 ** rng.randint(1, 40)),
            rng.uniform(-2, 2) * 10 ** rng.randint(-3, 300),
            "".join(chr(rng.choice((rng.randrange(128), rng.randrange(0x11000)))) for _ in "abc"),
            rng.choice(("FULFILLED", "FAILED", "completed", "2026-01-05T10:00:00Z", "customer")),
        )
    )


def _flip_bytes(body: bytes, rng: random.Random) -> bytes:
    changed = bytearray(body)
    for _ in range(rng.randint(1, 5)):
        if changed:
            changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def _truncate(body: bytes, rng: random.Random) -> bytes:
    return body[: rng.randrange(len(body) + 1)]


def _replace_value(body: bytes, rng: random.Random) -> bytes:
    """Put something of another type, or out of all measure, in the place of a value or name."""
    places = list(_SCALAR.finditer(body))
    if not places:
        return body
    place = rng.choice(places)
    return body[: place.start()] + rng.choice(_TOKENS) + body[place.end() :]


def _replace_member(body: bytes, rng: random.Random) -> bytes:
    """Give a member of the document, at any level, another type."""
    try:
        document = json.loads(body)
        holders = _holders(document)
        if not holders:
            return body
        holder = rng.choice(holders)
        key = rng.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
        value = holder[key]
        others: tuple[Any, ...] = (
            None,
            [value],
            {"value": value},
            str(value),
            7,
            True,
            [],
            {},
            [[]],
        )
        holder[key] = rng.choice(others)
        return json.dumps(document, separators=(",", ":")).encode()
    except (ValueError, RecursionError):
        return body


def _holders(document: Any) -> list[Any]:
    """List the objects and lists in a document that have members."""
    found, unseen = [], [document]
    while unseen:
        one = unseen.pop()
        if isinstance(one, dict | list) and one:
            found.append(one)
            unseen.extend(one.values() if isinstance(one, dict) else one)
    return found


def _repeat_member(body: bytes, rng: random.Random) -> bytes:
    """Put a name into an object twice, the second time with something else."""
    names = list(_NAME.finditer(body))
    if not names:
        return body
    place = rng.choice(names)
    more = place.group() + rng.choice(_TOKENS) + b","
    return body[: place.start()] + more + body[place.start() :]


def _rename(body: bytes, rng: random.Random) -> bytes:
    names = list(_NAME.finditer(body))
    if len(names) < 2:
        return body
    one, other = rng.sample(names, 2)
    return body[: one.start(1)] + other[1] + body[one.end(1) :]


def _nest(body: bytes, rng: random.Random) -> bytes:
    """Put a value many levels deep."""
    places = list(_SCALAR.finditer(body))
    if not places:
        return body
    place, depth = rng.choice(places), rng.choice(_DEPTHS)
    left, right = rng.choice(((b'{"a":', b"}"), (b"[", b"]")))
    return (
        body[: place.start()] + left * depth + place.group() + right * depth + body[place.end() :]
    )


def _insert(body: bytes, rng: random.Random) -> bytes:
    place = rng.randrange(len(body) + 1)
    return body[:place] + rng.choice(_TOKENS) + body[place:]


_MUTATIONS: Sequence[Callable[[bytes, random.Random], bytes]] = (
    _flip_bytes,
    _truncate,
    _replace_value,
    _replace_value,
    _replace_value,
    _replace_value,
    _replace_value,
    _replace_value,
    _rename,
    _rename,
    _replace_member,
    _replace_member,
    _replace_member,
    _repeat_member,
    _rename,
    _nest,
    _insert,
)
