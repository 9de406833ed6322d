"""The page on errors has the words of the messages."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "how-to" / "read-an-error.md"
PACKAGE = ROOT / "tap_genesys_search"

LEAST_LETTERS = 9
"""Shorter pieces of a message stand in too many others to tell anything."""

OF_OTHERS = {
    "Loader failed",
    "Extractor failed",
    "rate limit exceeded",
    "invalid_client",
    "response.entity.too.large",
}
"""What Meltano or the platform says."""


@cache
def said() -> str:
    """Join all texts of the package, with a gap where a value stands in a message."""
    trees = (ast.parse(file.read_text(encoding="utf-8")) for file in PACKAGE.rglob("*.py"))
    constants = (
        node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)
    )
    texts = (node.value for node in constants if isinstance(node.value, str))
    return "\n".join(" ".join(re.split(r"%[-.\w]*[sdrfg]", text)) for text in texts)


def entries() -> list[str]:
    """List what the page says that messages say."""
    rows = [
        line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")
    ]
    return [quoted for row in rows for quoted in re.findall(r"`([^`]+)`", row.split(" | ")[0])]


def pieces(entry: str) -> list[str]:
    """Split a quoted message where values stand in it."""
    found = re.split(r"…|\b[nm]\b|[\d.,]*\d(?:xx)?|: ?|[;,] ", entry)
    stripped = (piece.strip(" .,;()") for piece in found)
    return [one for one in stripped if len(one) >= LEAST_LETTERS and one not in OF_OTHERS]


@pytest.mark.parametrize("entry", entries())
def test_message_is_said_in_these_words(entry: str) -> None:
    words = re.sub(r"\s+", " ", said())
    assert [piece for piece in pieces(entry) if piece not in words] == []


LOGGED = frozenset({"warning", "error"})
OF_SETTINGS = frozenset({"SettingError", "StateError"})
"""Whose messages have one entry together."""

DETAILS = (
    " The search was given up",  # never shown: nobody waits for it any more
    "%s; retry",
    "GET %s lists",
    " answered . GET",
    "Leave out with filters what holds so much",
    "Give a role of the OAuth client the permission",
    "Check environment and api_url: an org offers one",
    "%s take %s or more",
    ", at conversation of two jobs",
    "Window matches",
    "Window has",
    "Window can't be split further",
    "answered for a date",
    "answered conversations and more",
    "Window : of its transcripts are dated",
    "%s. The state of these streams has not moved",
    "Grant %s for %s",
    "Stream %s: the lists of",
)
"""Lines and parts of messages that an entry is about without a long piece of its words."""


def messages() -> Iterator[str]:
    """Yield the texts of warnings, and of errors that are not about settings."""
    for file in PACKAGE.rglob("*.py"):
        if "report" in file.parts:
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and is_message(node.func):
                constants = (one for one in ast.walk(node) if isinstance(one, ast.Constant))
                texts = (one.value for one in constants if isinstance(one.value, str))
                yield re.sub(r"\s+", " ", " ".join(texts))


def is_message(called: ast.expr) -> bool:
    if isinstance(called, ast.Attribute):
        return called.attr in LOGGED and "log" in ast.unparse(called.value)
    is_error = isinstance(called, ast.Name) and called.id.endswith("Error")
    return is_error and ast.unparse(called) not in OF_SETTINGS


def test_each_message_has_an_entry() -> None:
    quoted = {piece for entry in entries() for piece in pieces(entry)}
    lacking = [
        text
        for text in messages()
        if len(text) > LEAST_LETTERS + LEAST_LETTERS
        and not any(piece in text for piece in quoted)
        and not any(detail.strip() in text for detail in DETAILS)
    ]
    assert lacking == []
