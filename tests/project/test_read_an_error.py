"""The page on errors has the words of the messages."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

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
