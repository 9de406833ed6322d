"""The dimensions of the facts: which values there are, and what they are called."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tap_genesys_search.report.contact_centre.marts import TARGET_MEDIA
from tap_genesys_search.report.warehouse import fetch

if TYPE_CHECKING:
    import duckdb

    from tap_genesys_search.report.warehouse import Rows


UNNAMED = "(without a name)"


@dataclass(frozen=True)
class Dimensions:
    """What the places in the facts' columns stand for.

    Attributes:
        queue_ids: Ids of queues.
        queues: Their names, each another.
        targets: Of each queue: media type to share, in percent, and milliseconds.
        media: Media types.
        directions: Directions.
        codes: Names of wrap-up codes.
        forms: Names of forms of surveys and evaluations.
        agents: Names of agents; none where nobody may be recognised.
    """

    queue_ids: list[str]
    queues: list[str]
    targets: list[dict[str, tuple[float, int]]]
    media: list[str]
    directions: list[str]
    codes: list[str]
    forms: list[str]
    agents: list[str]


def read_dimensions(connection: duckdb.DuckDBPyConnection, *, agents: str) -> Dimensions:
    """Read the values that facts have, and number them.

    Args:
        connection: Has the marts. It gets tables of places, one of each dimension.
        agents: `names` lists the agents; `none` lists none.

    Returns:
        The names, in the order of their places.
    """
    for query in _PLACES:
        connection.execute(query, {"agents": agents} if "$agents" in query else {})
    queues = fetch(connection, "from queues order by queue")
    return Dimensions(
        queue_ids=[row["queue_id"] for row in queues],
        queues=_distinct(queues, "queue_name", "queue_id"),
        targets=[_targets(row) for row in queues],
        media=_names(connection, "select media_type from media order by media"),
        directions=_names(connection, "select direction from directions order by direction_place"),
        codes=_distinct(fetch(connection, "from codes order by code"), "name", "wrapup_code_id"),
        forms=_distinct(fetch(connection, "from forms order by form"), "name", "form_id"),
        agents=_distinct(fetch(connection, "from agents order by agent"), "name", "user_id"),
    )


def _names(connection: duckdb.DuckDBPyConnection, query: str) -> list[str]:
    return [name for (name,) in connection.execute(query).fetchall()]


def _distinct(rows: Rows, name: str, key: str) -> list[str]:
    """Name the rows; those that share a name get the beginning of their ids behind it."""
    names = [(row[name] or "").strip() or UNNAMED for row in rows]
    counts = Counter(names)
    return [
        f"{own} ({row[key][:8]})" if counts[own] > 1 else own
        for own, row in zip(names, rows, strict=True)
    ]


def _targets(row: dict[str, Any]) -> dict[str, tuple[float, int]]:
    targets = {
        media_type: (row[f"{media_type}_target_percent"], row[f"{media_type}_target_ms"])
        for media_type in TARGET_MEDIA
    }
    return {
        media_type: (round(percent, 3), length)
        for media_type, (percent, length) in targets.items()
        if percent is not None and length is not None
    }


_PLACES = (
    """
    create table queues as
    with seen as (
        select queue_id from fct_queue_interval
        union
        select queue_id from fct_wrapup_day
        union
        select queue_id from fct_survey
        union
        select queue_id from fct_evaluation
        union
        select first_queue_id from fct_conversation
        union
        select queue_id from fct_queue_leg
    )

    select
        (row_number() over (order by lower(queue_name), queue_id) - 1)::integer as queue,
        seen.queue_id,
        dim_queue.* exclude (queue_id)
    from seen
    left join dim_queue using (queue_id)
    where seen.queue_id is not null
    """,
    """
    create table media as
    with seen as (
        select media_type from fct_queue_interval
        union
        select media_type from fct_wrapup_day
        union
        select first_media_type from fct_conversation
        union
        select media_type from fct_queue_leg
    )

    select (row_number() over (order by media_type) - 1)::integer as media, media_type
    from seen
    where media_type is not null
    """,
    """
    create table directions as
    with seen as (
        select direction from fct_queue_interval union select direction from fct_queue_leg
    )

    select (row_number() over (order by direction) - 1)::integer as direction_place, direction
    from seen
    where direction is not null
    """,
    """
    create table codes as
    select
        (row_number() over (order by wrapup_code_id) - 1)::integer as code,
        wrapup_code_id,
        any_value(wrapup_code_name) as name
    from (select distinct wrapup_code_id from fct_wrapup_day)
    left join dim_wrapup_code using (wrapup_code_id)
    where wrapup_code_id is not null
    group by wrapup_code_id
    """,
    """
    create table forms as
    select
        (row_number() over (order by form_id) - 1)::integer as form,
        form_id,
        max(form_name) as name
    from (
        select coalesce(form_id, '') as form_id, form_name from fct_survey
        union all
        select coalesce(form_id, ''), form_name from fct_evaluation
    )
    group by form_id
    """,
    """
    create table agents as
    select
        (row_number() over (order by lower(user_name), user_id) - 1)::integer as agent,
        user_id,
        user_name as name
    from (select distinct user_id from fct_agent_day)
    left join dim_user using (user_id)
    where user_id is not null and $agents = 'names'
    """,
)
