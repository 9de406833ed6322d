"""Facets: which ones the page shows, from which searches, and what their buckets are called."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from tap_genesys_search.report.warehouse import fetch

if TYPE_CHECKING:
    import duckdb

    from tap_genesys_search.report.warehouse import Rows


MOST_FACETS = 6


MOST_BUCKETS = 8


_PERSONAL = frozenset(
    {"ani", "dnis", "address", "addresses", "email", "phone", "remote"}
    | {"customer", "participant", "contact", "callback"}
)
"""A facet with one of these words in its name counts customers, or their numbers."""


_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def read_facets(connection: duckdb.DuckDBPyConnection) -> dict[str, Rows]:
    """Read the largest buckets of the largest facets.

    Args:
        connection: Has the tables.

    Returns:
        Facet to `bucket` and `interactions`, largest first. Facets whose values may be a customer's
        are left out.
    """
    counted = fetch(
        connection, _BUCKETS, windows=_apart(connection), facets=_impersonal(connection)
    )
    facets: dict[str, Rows] = {}
    for row in counted:
        facets.setdefault(row["facet"], []).append(
            {"bucket": name_bucket(row["bucket"]), "interactions": row["interactions"]}
        )
    return facets


def is_personal(facet: str) -> bool:
    """Tell whether the values of a facet may be a customer's name, number or address."""
    return any(word.lower() in _PERSONAL for word in _WORD.findall(facet))


def name_bucket(key: str) -> str:
    """Name a bucket; one that counts a range has its bounds as a key, in JSON."""
    try:
        bounds = json.loads(key)
        low, high = bounds.get("gte"), bounds.get("lt")
        name = f"from {low:,.10g}" if high is None else f"{low or 0:,.10g} to {high:,.10g}"
    except (ValueError, TypeError, AttributeError, RecursionError):
        return key
    return name


def _impersonal(connection: duckdb.DuckDBPyConnection) -> list[str]:
    names = connection.execute(
        "select distinct facet from interaction_facets where facet is not null"
    ).fetchall()
    return [name for (name,) in names if not is_personal(name)]


def _apart(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Choose searches whose facets count no moment twice.

    The tap writes a count of 0 for what later searches count instead, as far as its state knows.
    Windows may still overlap: after a change of `window_hours`, and in days that were read again
    without the state.
    """
    windows = connection.execute(_FACET_WINDOWS).fetchall()
    chosen: list[str] = []
    until = None
    for start, end, search_id in windows:
        if until is None or start >= until:
            chosen.append(search_id)
            until = end
    return chosen


_FACET_WINDOWS = """
    select window_start, window_end, max_by(search_id, coalesce(started_at, window_start))
    from (
        select distinct search_id, window_start, window_end from interaction_facets
        where window_start is not null and window_end is not null and bucket_count > 0
    )
    left join (
        select search_id, max(started_at) as started_at from search_audits group by all
    ) using (search_id)
    group by all
    order by window_start, window_end desc
"""


_BUCKETS = f"""
    with counted as (
        select
            facet,
            coalesce(queues.name, bucket_key) as bucket,
            sum(bucket_count)::bigint as interactions
        from interaction_facets
        left join queues on facet = 'queueId' and bucket_key = queues.id
        where list_contains($windows, search_id) and list_contains($facets, facet)
        group by all
        having sum(bucket_count) > 0
    ),

    wanted as (
        select facet from counted group by facet order by sum(interactions) desc, facet
        limit {MOST_FACETS}
    )

    select * from counted
    where facet in (select facet from wanted)
    qualify row_number() over (
        partition by facet order by interactions desc, bucket
    ) <= {MOST_BUCKETS}
    order by facet, interactions desc, bucket
"""
