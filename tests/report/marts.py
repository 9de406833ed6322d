"""Marts as dbt builds them, written by SQL: many queues and days in a second."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb

from tap_genesys_search.report.cli import main
from tap_genesys_search.report.contact_centre.marts import MARTS
from tap_genesys_search.report.pipeline.health import RECONCILIATION

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

QUEUES = ("Customer Care", "Billing", "Kündigung", "Technical Support")
MEDIA = ("voice", "chat", "email", "callback")
SCHEMA = "genesys_marts"


def build_marts(
    file: Path,
    since: datetime,
    *,
    days: int,
    queues: Sequence[str] = QUEUES,
    media: Sequence[str] = MEDIA,
    zone: str = "UTC",
) -> Path:
    """Write marts of some days.

    Args:
        file: The database; tables that it has stay.
        since: The first moment, UTC.
        days: How many days of 24 hours follow.
        queues: Names of queues; their ids are `q0`, `q1` and so on.
        media: Media types that each queue has.
        zone: Zone of the marts' local dates.

    Returns:
        The file.
    """
    with duckdb.connect(str(file)) as connection:
        connection.execute("set TimeZone = 'UTC'")
        make_tables(connection)
        connection.execute(f"set schema = '{SCHEMA}'")
        connection.execute(
            "create temp table given as select "
            "generate_subscripts($queues, 1) - 1 as place, unnest($queues) as name",
            {"queues": list(queues)},
        )
        connection.execute(
            "create temp table given_media as select "
            "generate_subscripts($media, 1) - 1 as medium, unnest($media) as media_type",
            {"media": list(media)},
        )
        for statement in _FILL:
            connection.execute(
                statement.replace("$slots", str(48 * days))
                .replace("$since", f"timestamp '{since:%Y-%m-%d %H:%M}'")
                .replace("$zone", f"'{zone}'")
            )
    return file


def make_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Make all marts, without rows."""
    connection.execute(f"create schema if not exists {SCHEMA}")
    for table, columns in {**MARTS, **RECONCILIATION}.items():
        written = ", ".join(f"{name} {type_}" for name, type_ in columns.items())
        connection.execute(f"create table {SCHEMA}.{table} ({written})")


_FILL = (
    """
    insert into dim_queue (queue_id, queue_name, voice_target_percent, voice_target_ms,
        chat_target_percent, chat_target_ms)
    select 'q' || place, name, 80, 20000, 80, 30000 from given
    """,
    """
    insert into fct_queue_interval by name
    with numbers as (
        select
            $since + slot * interval 30 minutes as interval_start_utc,
            'q' || place as queue_id,
            media_type,
            if(hash(slot, place, medium, 'd') % 5 = 0, 'outbound', 'inbound') as direction,
            (hash(slot, place, medium, 'o') % 9)::bigint as offered,
            hash(slot, place, medium) as salt
        from range($slots) as slots (slot), given, given_media
        where slot % 48 between 16 and 38 or slot % 48 in (0, 47)
    ),

    answered as (
        select *, offered - if(salt % 7 = 0, least(offered, 2), 0) as answered
        from numbers
    )

    select
        interval_start_utc,
        ((interval_start_utc at time zone 'UTC') at time zone $zone)::date as local_date,
        queue_id,
        media_type,
        direction,
        offered,
        answered,
        if(media_type = 'email', 0, (offered - answered) // 2 + (offered - answered) % 2)
            as abandoned,
        if(salt % 3 = 0, abandoned, 0) as short_abandoned,
        answered - if(salt % 4 = 0, answered // 2, 0) as sl_numerator,
        answered + abandoned as sl_denominator,
        answered * (7000 + salt % 20011)::bigint as answer_ms,
        answered as handled,
        answered * (200000 + salt % 100003)::bigint as talk_ms,
        answered * (salt % 20011)::bigint as held_ms,
        answered * (20000 + salt % 30011)::bigint as acw_ms,
        0 as contacting_ms,
        if(direction = 'outbound', answered * 8000, 0) as dialing_ms,
        talk_ms + held_ms + acw_ms + dialing_ms as handle_ms,
        if(salt % 11 = 0, least(answered, 1), 0) as transferred,
        if(direction = 'outbound', answered, 0) as outbound,
        if(offered > 0, 1000 + salt % 400009, null) as longest_wait_ms
    from answered
    where offered > 0
    """,
    """
    insert into fct_user_status_interval
    select
        $since + slot * interval 30 minutes,
        'user-' || agent,
        metric,
        qualifier,
        part * 18000
    from range($slots) as slots (slot), range(5) as agents (agent), (values
        ('tAgentRoutingStatus', 'INTERACTING', 70),
        ('tAgentRoutingStatus', 'IDLE', 20),
        ('tAgentRoutingStatus', 'COMMUNICATING', 3),
        ('tAgentRoutingStatus', 'NOT_RESPONDING', 7),
        ('tSystemPresence', 'ON_QUEUE', 80),
        ('tSystemPresence', 'MEAL', 20)
    ) as statuses (metric, qualifier, part)
    where slot % 48 < 40 or slot >= $slots - 48
    """,
    """
    insert into dim_user select 'user-' || agent, 'Agent Nr. ' || agent from range(5) as t (agent)
    """,
    """
    insert into fct_agent_day by name
    select
        ((interval_start_utc at time zone 'UTC') at time zone $zone)::date as local_date,
        user_id,
        20 as answered,
        21 as handled,
        21 * 240000 as handle_ms,
        2 as transferred,
        sum(duration_ms) filter (qualifier = 'INTERACTING') as interacting_ms,
        sum(duration_ms) filter (qualifier = 'IDLE') as idle_ms,
        sum(duration_ms) filter (qualifier = 'COMMUNICATING') as communicating_ms,
        sum(duration_ms) filter (qualifier = 'ON_QUEUE') as on_queue_ms,
        sum(duration_ms) filter (metric = 'tSystemPresence') as logged_in_ms
    from fct_user_status_interval
    group by all
    """,
    """
    insert into dim_wrapup_code
    select 'c' || code, if(code = 0, 'System: ININ-WRAP-UP-TIMEOUT', 'Code ' || code)
    from range(13) as codes (code)
    """,
    """
    insert into fct_wrapup_day
    select local_date, queue_id, media_type, 'c' || (hash(salt) % 13), sum(answered)
    from (select *, interval_start_utc::varchar || queue_id as salt from fct_queue_interval)
    where answered > 0
    group by all
    """,
    """
    insert into fct_survey by name
    select
        interval_start_utc as surveyed_at,
        if(hash(salt) % 3 > 0, interval_start_utc, null) as completed_at,
        queue_id,
        'f' || (hash(salt, 'f') % 2) as form_id,
        'Form ' || form_id as form_name,
        completed_at is not null as is_completed,
        if(is_completed, (hash(salt, 'p') % 11)::double, null) as promoter_score,
        if(is_completed, (50 + hash(salt, 's') % 51)::double, null) as score
    from (select *, interval_start_utc::varchar || queue_id as salt from fct_queue_interval)
    where media_type = 'voice'
    """,
    """
    insert into fct_evaluation
    select surveyed_at, queue_id, 'e', 'Quality', true, score from fct_survey where score > 80
    """,
    """
    insert into fct_conversation by name
    select
        interval_start_utc as started_at,
        interval_start_utc + interval 10 minutes as ended_at,
        'inbound' as originating_direction,
        media_type as first_media_type,
        queue_id as first_queue_id,
        if(interval_start_utc < (select max(interval_start_utc) from fct_queue_interval)
            - interval 7 days, hash(interval_start_utc::varchar, queue_id) % 6 = 0, null)
            as is_followed_within_days
    from fct_queue_interval
    """,
    """
    insert into fct_queue_leg by name
    select
        'conversation-' || row_number() over (order by interval_start_utc, queue_id, media_type)
            as conversation_id,
        queue_id,
        media_type,
        direction,
        interval_start_utc as offered_at,
        interval_start_utc + interval 1 second * (longest_wait_ms // 1000) as left_at,
        'answered' as outcome,
        longest_wait_ms as wait_ms
    from fct_queue_interval
    """,
    """
    insert into rec_genesys__metric_totals
    select unnest(['nOffered', 'tHandle', 'tAbandon']), 50, 50, 0, 0
    """,
    """
    insert into rec_genesys__service_level values (true, 50, 50, 0), (false, 50, 10, 33)
    """,
)


def build_uneven_queues(file: Path) -> Path:
    """Write marts of two queues in one half-hour: 1 of 1 in time, and 0 of 99.

    Args:
        file: The database.

    Returns:
        The file.
    """
    with duckdb.connect(str(file)) as connection:
        make_tables(connection)
        connection.execute(f"""
            insert into {SCHEMA}.fct_queue_interval by name
            select
                timestamp '2026-01-05 23:30' as interval_start_utc, 'q' || size as queue_id,
                'voice' as media_type, 'inbound' as direction, size as offered,
                size as sl_denominator, if(size = 1, 1, 0) as sl_numerator
            from (values (1), (99)) as sizes (size)
        """)
    return file


def make_page(database: Path, output: Path, *options: str) -> Path:
    """Make the page as the command does.

    Args:
        database: Has the marts. It gets the table of the searches where it has none.
        output: The page.
        options: Of the command.

    Returns:
        The page.
    """
    with duckdb.connect(str(database)) as connection:
        connection.execute("create schema if not exists genesys")
        connection.execute(
            "create table if not exists genesys.search_audits (search_id varchar, "
            "started_at timestamp, completed_at timestamp, window_start timestamp, "
            "window_end timestamp, status varchar, search_api varchar)"
        )
    main([str(database), "--output", str(output), *options])
    return output


def ask(file: Path, query: str) -> list[tuple[Any, ...]]:
    """Put a query to the marts."""
    with duckdb.connect(str(file), read_only=True) as connection:
        connection.execute(f"set schema = '{SCHEMA}'")
        return connection.execute(query).fetchall()
