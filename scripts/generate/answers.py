"""Ask the demo's marts the questions of `docs/questions.sql`, and write `docs/answers.json`.

The demo comes first; then `python3 -m scripts.generate.answers`, and `python3 tasks.py schemas` for
the page.
"""

from __future__ import annotations

import json
import sys
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb

from scripts.demo import DATABASE
from scripts.generate.changed_files import write_changed
from scripts.generate.questions_page import DOCS, questions

DECIMALS = 9


def answers(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Ask each question.

    Args:
        connection: To a database with the marts.

    Returns:
        Title of a question to the columns and rows of its answer.
    """
    connection.execute("use genesys_marts")
    found = {}
    for question in questions():
        answer = connection.execute(question["query"])
        found[question["title"]] = {
            "columns": [column[0] for column in answer.description],
            "rows": [[_plain(value) for value in row] for row in answer.fetchall()],
        }
    return found


def _plain(value: object) -> object:
    """Make a value one of JSON; what DuckDB counts may be of any type of number."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal | float):
        return round(float(value), DECIMALS)
    return value


def main() -> int:
    """Write the answers."""
    with duckdb.connect(str(DATABASE), read_only=True) as connection:
        text = json.dumps(answers(connection), ensure_ascii=False, indent=1)
    write_changed(DOCS, {"answers.json": f"{text}\n"})
    return 0


if __name__ == "__main__":
    sys.exit(main())
