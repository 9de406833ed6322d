"""The command `genesys-search-report`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


try:
    import duckdb

    from tap_genesys_search.report.figures import read_figures
    from tap_genesys_search.report.page import render_page
    from tap_genesys_search.report.tables import NoTablesError
except ImportError as error:  # pragma: no cover - the extra is not installed
    sys.exit(f"{error}: install the package with its extra, tap-genesys-search[report]")


def main(argv: Sequence[str] | None = None) -> None:
    """Build the page.

    Args:
        argv: The arguments; those of the process when not given.
    """
    parser = argparse.ArgumentParser(description="Build a page about what a DuckDB file holds.")
    parser.add_argument(
        "database",
        type=Path,
        nargs="?",
        default=Path("output/simulator.duckdb"),
        help="the DuckDB file (default: %(default)s, the demo's)",
    )
    parser.add_argument("--schema", default="genesys", help="where the tables are (%(default)s)")
    parser.add_argument(
        "--output", type=Path, default=Path("output/report.html"), help="(default: %(default)s)"
    )
    parser.add_argument(
        "--requests-per-minute", type=int, default=300, help="the rate limit (%(default)s)"
    )
    arguments = parser.parse_args(argv)
    if not arguments.database.exists():
        sys.exit(f"{arguments.database} does not exist: run the demo first, or name another file")
    if arguments.requests_per_minute < 1:
        sys.exit("--requests-per-minute must be 1 or more")
    try:
        figures = read_figures(arguments.database, arguments.schema)
    except NoTablesError as error:
        sys.exit(str(error))
    except duckdb.Error as error:
        # Its first line is enough, the others quote the query.
        sys.exit(f"{arguments.database} can't be read: {str(error).splitlines()[0]}")
    page = render_page(
        figures,
        requests_per_minute=arguments.requests_per_minute,
        source=arguments.database.name,
    )
    try:
        arguments.output.parent.mkdir(parents=True, exist_ok=True)
        arguments.output.write_text(page, encoding="utf-8")
    except OSError as error:
        sys.exit(f"{arguments.output} can't be written: {error.strerror}")
    print(arguments.output)  # noqa: T201


if __name__ == "__main__":
    main()
