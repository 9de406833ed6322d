"""For which stream a table was made, and for which property each column.

DuckDB finds a name in any case, and some names get a number. So a table's comment says for whom it
and its columns are, where their names don't.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

MARK = "target-duckdb-bulk"


@dataclass(frozen=True)
class Owners:
    """Who has a table.

    Attributes:
        stream: Name of the stream, or None if another program made the table.
        columns: Name of a column to name of its property, where they differ. None: another program
            made the column.
    """

    stream: str | None
    columns: dict[str, str | None]

    def of_columns(self, names: Iterable[str]) -> dict[str, str | None]:
        """Say for which property each column is, or None if it is for any of its name.

        Args:
            names: The columns that the table has.
        """
        if self.stream is None:
            return dict.fromkeys(names)
        return {name: self.columns.get(name, name) for name in names}

    def comment(self) -> str:
        """Write it as a table's comment."""
        document = {"stream": self.stream, "columns": self.columns}
        return json.dumps({MARK: document}, ensure_ascii=False)


def owners(comment: str | None) -> Owners:
    """Read a table's comment, which somebody else may have written.

    Args:
        comment: The comment, or None if there is none.
    """
    try:
        document: Any = json.loads(comment or "null")
        found = document[MARK]
        return Owners(str(found["stream"]), dict(found["columns"]))
    except (ValueError, TypeError, LookupError):
        return Owners(None, {})


def remembered(stream: str, columns: dict[str, str | None]) -> Owners:
    """Keep what the names of columns don't say.

    Args:
        stream: Name of the stream.
        columns: Each column of the table and the name of its property.
    """
    return Owners(stream, {name: owner for name, owner in columns.items() if name != owner})
