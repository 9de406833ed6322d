"""The command `genesys-search-report`."""

from __future__ import annotations

import argparse
import sys
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Sequence


try:
    import duckdb

    from tap_genesys_search.report.contact_centre.encoding import encode_facts
    from tap_genesys_search.report.contact_centre.facts import read_facts
    from tap_genesys_search.report.page.render import Content, render_page
    from tap_genesys_search.report.pipeline.figures import read_figures
    from tap_genesys_search.report.pipeline.health import read_health
    from tap_genesys_search.report.warehouse import NoTablesError
except ImportError as error:  # pragma: no cover - the extra is not installed
    sys.exit(f"{error}: install the package with its extra, tap-genesys-search[report]")


GOALS = ("service-level", "abandon")


def main(argv: Sequence[str] | None = None) -> None:
    """Build the page.

    Args:
        argv: The arguments; those of the process when not given.
    """
    arguments = _parser().parse_args(argv)
    if not arguments.database.exists():
        sys.exit(f"{arguments.database} does not exist: run the demo first, or name another file")
    if arguments.requests_per_minute < 1:
        sys.exit("--requests-per-minute must be 1 or more")
    try:
        content = read_content(arguments)
    except NoTablesError as error:
        sys.exit(str(error))
    except duckdb.Error as error:
        # Its first line is enough, the others quote the query.
        sys.exit(f"{arguments.database} can't be read: {str(error).splitlines()[0]}")
    page = render_page(content)
    try:
        arguments.output.parent.mkdir(parents=True, exist_ok=True)
        arguments.output.write_text(page, encoding="utf-8")
    except OSError as error:
        sys.exit(f"{arguments.output} can't be written: {error.strerror}")
    print(arguments.output)  # noqa: T201


def read_content(arguments: argparse.Namespace) -> Content:
    """Read what the page shows.

    Args:
        arguments: Of the command line.

    Returns:
        The content of both views.

    Raises:
        NoTablesError: The database has none of this tap's tables.
        duckdb.Error: The file is not a database, or its tables are not this tap's.
    """
    database = arguments.database
    figures = read_figures(database, arguments.schema)
    return Content(
        figures=figures,
        health=read_health(database, arguments.schema, arguments.marts_schema, figures),
        encoded=encode_facts(
            partial(read_facts, database, arguments.marts_schema, arguments.zone, arguments.agents),
            dict(arguments.goal),
        ),
        requests_per_minute=arguments.requests_per_minute,
        source=database.name,
        built_at=arguments.as_of,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description="Build a page about a DuckDB file: how the contact centre performed, from the "
        "marts that dbt builds, and whether all was loaded."
    )
    add = parser.add_argument
    add(
        "database",
        type=Path,
        nargs="?",
        default=Path("output/simulator.duckdb"),
        help="the DuckDB file (default: %(default)s, the demo's)",
    )
    add("--schema", default="genesys", help="where the tables are (%(default)s)")
    add("--marts-schema", default="genesys_marts", help="where dbt's marts are (%(default)s)")
    add("--output", type=Path, default=Path("output/report.html"), help="(default: %(default)s)")
    add(
        "--zone",
        type=_zone,
        default=ZoneInfo("UTC"),
        help="time zone of days and half-hours, as Europe/Berlin; build the marts with the same "
        "(%(default)s)",
    )
    add(
        "--goal",
        type=_goal,
        action="append",
        default=[],
        metavar="NAME=PERCENT",
        help="service-level=80 is reached from 80 %% on, abandon=5 up to 5 %%; without it the "
        "queues' own service levels are the goal",
    )
    add(
        "--agents",
        choices=("none", "names"),
        default="none",
        help="whether agents are listed with their names (%(default)s)",
    )
    add(
        "--as-of",
        type=_moment,
        default=datetime.now(timezone.utc),
        metavar="MOMENT",
        help="what the age of the data is measured by, ISO 8601; for data of the past (now)",
    )
    add("--requests-per-minute", type=int, default=300, help="the rate limit (%(default)s)")
    return parser


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise argparse.ArgumentTypeError(
            f"{name!r} is not a time zone that this machine knows; name one as Europe/Berlin"
        ) from error


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))  # Python 3.10 reads no Z
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a moment; write it as 2026-01-13T06:00:00Z"
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def _goal(text: str) -> tuple[str, float]:
    name, _, written = text.partition("=")
    try:
        percent = float(written)
    except ValueError:
        percent = -1
    if name not in GOALS or not 0 <= percent <= 100:  # noqa: PLR2004
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a goal; write one as service-level=80 or abandon=5"
        )
    return name, percent


if __name__ == "__main__":
    main()
