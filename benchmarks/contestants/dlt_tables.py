# /// script
# requires-python = ">=3.10"
# dependencies = ["dlt[duckdb]==1.31.0", "requests~=2.32"]
# ///
"""dlt as the loader of RECORD messages: `… | dlt_tables KEYS.json FILE.duckdb`.

KEYS.json has the key of each table.
"""

from __future__ import annotations

import json
import sys
import tempfile
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dlt

from benchmarks.contestants.dlt_pipeline import into_duckdb, keep_quiet

if TYPE_CHECKING:
    from collections.abc import Iterator

ROWS_AT_ONCE = 1000


def main() -> None:
    """Load what comes."""
    keep_quiet()
    keys = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))

    @dlt.resource(max_table_nesting=0)  # type: ignore[untyped-decorator]
    def tables() -> Iterator[Any]:
        lines = map(json.loads, sys.stdin.buffer)
        while messages := list(islice(lines, ROWS_AT_ONCE)):
            for table in dict.fromkeys(message["stream"] for message in messages):
                rows = [each["record"] for each in messages if each["stream"] == table]
                hints = dlt.mark.make_hints(
                    table_name=table, primary_key=keys[table], write_disposition="merge"
                )
                yield dlt.mark.with_hints(rows, hints, create_table_variant=True)

    with tempfile.TemporaryDirectory() as folder:
        into_duckdb(Path(folder), sys.argv[2]).run(tables())


if __name__ == "__main__":
    main()
