"""The facts of the contact centre, in columns: what can be added up, by what is filtered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tap_genesys_search.report.contact_centre import queries
from tap_genesys_search.report.contact_centre.calendar import HALF_HOUR, Day, make_days
from tap_genesys_search.report.contact_centre.dimensions import Dimensions, read_dimensions
from tap_genesys_search.report.contact_centre.marts import MARTS
from tap_genesys_search.report.warehouse import attached, define_views, fetch

if TYPE_CHECKING:
    from pathlib import Path
    from zoneinfo import ZoneInfo

    import duckdb


MOST_DAYS = 400


NIGHT = timedelta(hours=2)
"""So late may a day's first figure be where the day was loaded from its beginning."""


Columns = dict[str, list[Any]]
"""Column to its values; dimensions are places in their lists."""


@dataclass(frozen=True)
class Facts:
    """What the view of the contact centre is made of.

    Attributes:
        zone: Name of the time zone that days are of.
        data_until: The last moment that anything is known of, UTC, without a zone.
        days: The days, earliest first.
        loaded_from: Place of the first day that queues have figures of.
        whole_from: Place of the first day that was loaded from its beginning.
        last_complete: Place of the last day whose last half-hour has passed; None where there is
            none.
        half_hour_days: Of how many days half-hours are there.
        dimensions: What the places in the columns stand for.
        half_hours: Day, slot (half-hours since the day began), queue, media, direction; measures.
        queue_days: Day, queue, media, direction; measures.
        status_days: Day; milliseconds of agents' statuses.
        agent_days: Day, agent; measures. Without rows where agents have no names.
        wrapup_days: Day, queue, media, code; wrap-ups.
        survey_days: Day, queue, form; measures.
        evaluation_days: Day, queue, form; measures.
        repeat_days: Day, queue, media; judged and repeated.
        longest_waits: Day, queue, media, direction, milliseconds, and the conversation.
        waiting: Queue, media, direction; how many wait, and since when the first does.
        ranges: Section to the first and last day that it has figures of.
        missing: Marts that are not there.
        zone_differs: Whether the marts were built for days of another zone.
    """

    zone: str
    data_until: datetime | None
    days: list[Day]
    loaded_from: int
    whole_from: int
    last_complete: int | None
    half_hour_days: int
    dimensions: Dimensions
    half_hours: Columns
    queue_days: Columns
    status_days: Columns
    agent_days: Columns
    wrapup_days: Columns
    survey_days: Columns
    evaluation_days: Columns
    repeat_days: Columns
    longest_waits: Columns
    waiting: Columns
    ranges: dict[str, tuple[date, date]]
    missing: list[str]
    zone_differs: bool


def read_facts(
    database: Path,
    schema: str,
    zone: ZoneInfo,
    agents: str,
    half_hour_days: int = 35,
    most_days: int = MOST_DAYS,
) -> Facts:
    """Read the facts of a database.

    Args:
        database: The DuckDB file.
        schema: Where the marts are.
        zone: Whose days the page has.
        agents: `names`, or `none` where no agent may be recognised.
        half_hour_days: Of how many days half-hours are read.
        most_days: How many days are read at most.

    Returns:
        The facts; what is not built has no rows.

    Raises:
        duckdb.Error: The file is not a database, or its marts are not this package's.
    """
    with attached(database) as connection:
        missing = sorted(MARTS.keys() - define_views(connection, schema, MARTS))
        ((since, until),) = connection.execute(queries.RANGE).fetchall()
        days = make_days(zone, since, until, most_days) if since else []
        _define_days(connection, days)
        dimensions = read_dimensions(connection, agents=agents)

        def read(query: str) -> Columns:
            return read_in_columns(connection, query, since=_first_of(days, half_hour_days))

        queue_days = read(queries.QUEUE_DAYS)
        loaded_from = min(queue_days["day"], default=0)
        return Facts(
            zone=zone.key,
            data_until=until,
            days=days,
            loaded_from=loaded_from,
            whole_from=max(loaded_from, _first_whole(days, since)),
            last_complete=_last_complete(days, until),
            half_hour_days=half_hour_days,
            dimensions=dimensions,
            half_hours=read(queries.HALF_HOURS),
            queue_days=queue_days,
            status_days=read(queries.STATUS_DAYS),
            agent_days=read(queries.AGENT_DAYS),
            wrapup_days=read(queries.WRAPUP_DAYS),
            survey_days=read(queries.SURVEY_DAYS),
            evaluation_days=read(queries.EVALUATION_DAYS),
            repeat_days=read(queries.REPEAT_DAYS),
            longest_waits=read(queries.LONGEST_WAITS),
            waiting=read(queries.WAITING),
            ranges={
                row["section"]: (row["since"], row["until"])
                for row in fetch(connection, queries.RANGES)
            },
            missing=missing,
            zone_differs=connection.execute(queries.ZONE_DIFFERS).fetchall() == [(True,)],
        )


def read_in_columns(
    connection: duckdb.DuckDBPyConnection, query: str, **parameters: object
) -> Columns:
    """Run a query, and give each of its columns as a list.

    Args:
        connection: What it is put to.
        query: The query.
        parameters: Name to value; those that it has no `$` for are left out.

    Returns:
        Column to its values, in the order of the rows.
    """
    used = {name: value for name, value in parameters.items() if f"${name}" in query}
    answer = connection.execute(query, used)
    names = [column[0] for column in answer.description or ()]
    rows = answer.fetchall()
    return {name: [row[place] for row in rows] for place, name in enumerate(names)}


def _define_days(connection: duckdb.DuckDBPyConnection, days: list[Day]) -> None:
    connection.execute(
        "create table days (day integer, date date, since timestamp, until timestamp)"
    )
    rows = [[place, day.date, day.since, day.until] for place, day in enumerate(days)]
    if rows:
        connection.executemany("insert into days values (?, ?, ?, ?)", rows)


def _first_of(days: list[Day], most: int) -> int:
    return max(0, len(days) - most)


def _first_whole(days: list[Day], since: datetime | None) -> int:
    """Choose the first day; the next one where what is loaded begins in the midst of it."""
    return int(bool(days and since and since > days[0].since + NIGHT))


def _last_complete(days: list[Day], until: datetime | None) -> int | None:
    """Choose the last day that is over; nothing may have happened in its last half-hour."""
    over = (
        place
        for place in reversed(range(len(days)))
        if until and until + HALF_HOUR > days[place].until - timedelta(microseconds=1)
    )
    return next(over, len(days) - 1 if days else None)
