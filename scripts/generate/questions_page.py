"""Write the page of questions from `docs/questions.sql` and the answers in `docs/answers.json`."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCS = Path(__file__).resolve().parents[2] / "docs"

BEGINNING = """# Ask questions of the marts

Fifteen questions that managers and analysts ask, each with a query over the
[marts](build-marts.md), for DuckDB and PostgreSQL, and with its answer on the demo's data. The
project's tests compute each answer a second time, from the simulated org itself.

Run the demo, which builds the marts, and open `output/simulator.duckdb` with any DuckDB client:

```bash
python3 tasks.py demo
```

Begin with `use genesys_marts;`, in PostgreSQL with `set search_path to genesys_marts;`. Days are
those of `genesys_time_zone`. Yesterday is the demo's last day, Monday 12 January 2026, and the week
ends with that day. Put days of your own in their place, such as `current_date - 1`. What is not
there is null: the service level of no calls, or the answer time of a queue that nobody came to.
"""

QUESTION = re.compile(r"-- \d+\. (?P<title>.+)\n(?P<remarks>(?:-- .+\n)*)(?P<query>[^;]+;)")


def questions() -> list[dict[str, str]]:
    """Read title, remarks and query of each question."""
    text = (DOCS / "questions.sql").read_text(encoding="utf-8")
    return [question.groupdict() for question in QUESTION.finditer(text)]


def question_lines() -> Iterator[str]:
    """Write the page, line by line."""
    yield BEGINNING
    answers = json.loads((DOCS / "answers.json").read_text(encoding="utf-8"))
    for question in questions():
        yield f"## {question['title']}"
        yield ""
        if question["remarks"]:
            yield re.sub(r"^-- ", "", question["remarks"], flags=re.MULTILINE)
        yield f"```sql\n{question['query']}\n```"
        yield ""
        yield from _table(answers.get(question["title"]))


def _table(answer: dict[str, Any] | None) -> Iterator[str]:
    if answer is None:
        return
    yield f"| {' | '.join(f'`{name}`' for name in answer['columns'])} |"
    yield f"|{' --- |' * len(answer['columns'])}"
    for row in answer["rows"]:
        yield f"| {' | '.join(map(_cell, row))} |"
    yield ""


def _cell(value: str | float | None) -> str:
    if value is None:
        return "–"  # noqa: RUF001 - as the page of the report has it
    if isinstance(value, str):
        return value.replace("|", "\\|")
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"
