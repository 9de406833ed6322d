"""Write the page of questions from `docs/questions.sql`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCS = Path(__file__).resolve().parents[2] / "docs"

BEGINNING = """# Ask questions of the tables

Five questions about the conversations of an org, with queries for DuckDB. The demo loads all that
they need: `python3 tasks.py demo`, then open `output/simulator.duckdb` with any DuckDB client and
begin with

```sql
use genesys;
set TimeZone = 'UTC';
```

Days and hours are those of the session's time zone. A metric whose name begins with `t` is a
duration in milliseconds. A conversation under way has no such metric yet, and no `segment_end`.
Names come from the reference tables by left joins, so that what was deleted since, and codes of the
platform's own, keep their ids.
"""

QUESTION = re.compile(r"-- \d\. (?P<title>.+)\n(?P<remarks>(?:-- .+\n)*)(?P<query>[^;]+;)")


def question_lines() -> Iterator[str]:
    """Write the page, line by line."""
    yield BEGINNING
    text = (DOCS / "questions.sql").read_text(encoding="utf-8")
    for question in QUESTION.finditer(text):
        yield f"## {question['title']}"
        yield ""
        if question["remarks"]:
            yield re.sub(r"^-- ", "", question["remarks"], flags=re.MULTILINE)
        yield f"```sql\n{question['query']}\n```"
        yield ""
