"""The questions of docs/questions.sql, and a comparison of answers."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.support.known_answers import Rows

QUESTIONS = (Path(__file__).parents[2] / "docs" / "questions.sql").read_text(encoding="utf-8")


def statement(question: int) -> str:
    """Find the statement that answers a question; each ends with a semicolon."""
    found = QUESTIONS.split(";\n")[question - 1]
    assert f"\n-- {question}. " in found
    return found


def comparable(rows: Rows) -> list[list[Any]]:
    """Put rows in the order of their texts, and write their numbers alike."""
    return sorted(
        ([_alike(value) for value in row] for row in rows),
        key=lambda row: [one for one in row if isinstance(one, str)],
    )


def approximately(rows: Rows) -> list[Any]:
    """Expect rows, and numbers as near as two ways to add up bring them."""
    return [pytest.approx(row) for row in comparable(rows)]


def _alike(value: object) -> object:
    if value is None or isinstance(value, str):
        return value
    return str(value) if isinstance(value, date) else float(str(value))
