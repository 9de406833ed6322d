"""The tables of a DuckDB file, as far as they were loaded."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from tap_genesys_search.report.warehouse import (
    NoTablesError,
    attached,
    define_views,
    read_columns,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb


COLUMNS = {
    "interactions": {
        "timestamp": "timestamp",
        "media_type": "varchar",
        "relevance_score": "double",
    },
    "interaction_facets": {
        "search_id": "varchar",
        "window_start": "timestamp",
        "window_end": "timestamp",
        "facet": "varchar",
        "bucket_key": "varchar",
        "bucket_count": "bigint",
    },
    "search_audits": {
        "search_id": "varchar",
        "started_at": "timestamp",
        "completed_at": "timestamp",
        "search_api": "varchar",
        "query_ids": "json",
        "window_start": "timestamp",
        "window_end": "timestamp",
        "status": "varchar",
        "latency_ms": "double",
        "poll_count": "bigint",
        "page_count": "bigint",
        "retry_count": "bigint",
        "total_matching_records": "bigint",
        "extracted_records": "bigint",
        "error": "varchar",
    },
    "conversation_metrics": {
        "conversation_id": "varchar",
        "participant_id": "varchar",
        "session_id": "varchar",
        "name": "varchar",
        "value": "double",
        "emit_date": "timestamp",
    },
    "conversation_segments": {
        "conversation_id": "varchar",
        "participant_id": "varchar",
        "session_id": "varchar",
        "queue_id": "varchar",
    },
    "queues": {"id": "varchar", "name": "varchar"},
}
"""Table to the columns that the page is made of. Customers' names are not among them."""


# A window that was read again has an audit each time; the last one counts. One that failed, or
# lacked interactions, no longer matters when later searches have completed its whole range: a run
# that ends at another time cuts other windows, which have other ids.
_WINDOWS = """
    create table last_audits as
    from search_audits
    qualify row_number() over (partition by search_id order by started_at desc) = 1;

    create table windows as
    with covered as (
        select
            short.search_id,
            epoch_us(short.window_end) - epoch_us(short.window_start) as length,
            greatest(epoch_us(short.window_start), epoch_us(complete.window_start)) as since,
            least(epoch_us(short.window_end), epoch_us(complete.window_end)) as until
        from last_audits as short
        inner join last_audits as complete
            on
                complete.status = 'completed'
                and complete.started_at > short.started_at
                and complete.window_start < short.window_end
                and complete.window_end > short.window_start
        where short.status in ('failed', 'incomplete')
    ),

    ordered as (
        select
            *,
            coalesce(
                max(until) over (
                    partition by search_id order by since, until
                    rows between unbounded preceding and 1 preceding
                ),
                since
            ) as reached
        from covered
    ),

    pieces as (
        select search_id, length, greatest(0, until - greatest(since, reached)) as piece
        from ordered
    )

    from last_audits
    where search_id not in (
        select search_id from pieces group by search_id, length having sum(piece) >= length
    );
"""


@contextmanager
def opened(database: Path, schema: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a file to be read, with a view of each table in `COLUMNS`.

    What is not loaded is empty, and a column that is not loaded is null. Besides there is a table
    `windows`: each search as it ended last, of `search_audits`.

    Args:
        database: The DuckDB file.
        schema: Where the tables are.

    Yields:
        A connection that has the views.

    Raises:
        NoTablesError: It has none of the tables.
        duckdb.Error: The file is not a database.
    """
    with attached(database) as connection:
        if not define_views(connection, schema, COLUMNS):
            others = sorted(
                where
                for where, tables in read_columns(connection).items()
                if tables.keys() & COLUMNS.keys()
            )
            raise NoTablesError(
                f"{database} has none of this tap's tables in the schema {schema!r}"
                + (f"; {', '.join(others)} has some: name it with --schema" if others else "")
            )
        connection.execute(_WINDOWS)
        yield connection
