"""The comparison over what was loaded wrongly: each fault is found by the tests that can see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.warehouses.marts.compiled import compiled_by, undone
from tests.warehouses.marts.test_dbt_reconciliation import RECONCILED

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.warehouses.conftest import Warehouse
    from tests.warehouses.marts.compiled import Connection
    from tests.warehouses.marts.dbt_package import Built

pytestmark = [pytest.mark.dbt, pytest.mark.timeout(900)]

KEY_OF_SEGMENTS = (
    "genesys_source_genesys_key_genesys_conversation_segments_"
    "conversation_id__participant_id__session_id__position"
)

SEEN = RECONCILED | {KEY_OF_SEGMENTS}

R1 = {"r1_metrics_agree", "r1_metrics_agree_closely"}


def lost_page(connection: Connection) -> None:
    """Take away the conversations of a page, with all their parts."""
    for table in (
        *("conversation_metrics", "conversation_segments", "conversation_sessions"),
        *("conversation_participants", "conversations"),
    ):
        connection.execute(f"delete from genesys.{table} where conversation_id like 'a%'")


def doubled_segment(connection: Connection) -> None:
    """Load a segment twice, as a loader that appends does."""
    connection.drop_key("conversation_segments")
    connection.execute(
        "insert into genesys.conversation_segments "
        "select * from genesys.conversation_segments where segment_type = 'wrapup' limit 1"
    )


def doubled_metric(connection: Connection) -> None:
    """Give a session one of its metrics once more, at another place."""
    columns = (
        "conversation_id, conversation_start, participant_id, session_id, emit_date, name, value"
    )
    connection.execute(
        f"insert into genesys.conversation_metrics ({columns}, position) "
        f"select {columns}, 999 from genesys.conversation_metrics "
        "where name = 'tTalkComplete' order by emit_date limit 1"
    )


def wrong_time_zone(connection: Connection) -> None:
    """Read the platform's UTC as if it were an hour west."""
    connection.execute(
        "update genesys.conversation_metrics set emit_date = emit_date + interval '1 hour'"
    )


def wrong_time_zone_of_aggregates(connection: Connection) -> None:
    connection.execute(
        "update genesys.conversation_aggregates set "
        "interval_start = interval_start + interval '1 hour', "
        "interval_end = interval_end + interval '1 hour'"
    )


def other_direction(connection: Connection) -> None:
    """Take what came in for what went out."""
    connection.execute(
        "update genesys.conversation_aggregates set direction = 'outbound' where aggregate_id = "
        "(select min(aggregate_id) from genesys.conversation_aggregates "
        "where metric = 'tAnswered' and direction = 'inbound')"
    )


def no_direction(connection: Connection) -> None:
    """Load aggregates that are not grouped by it."""
    connection.execute("update genesys.conversation_aggregates set direction = null")


def open_conversation(connection: Connection) -> None:
    """Leave a conversation as it was before its agent was done."""
    ((conversation_id,),) = connection.rows(
        "select conversation_id from genesys.conversation_metrics where name = 'tHandle' "
        "order by emit_date limit 1"
    )
    connection.execute(
        "update genesys.conversations set conversation_end = null "
        f"where conversation_id = '{conversation_id}'"
    )
    connection.execute(
        "delete from genesys.conversation_metrics where name in ('tHandle', 'tAcw') "
        f"and conversation_id = '{conversation_id}'"
    )


def open_for_weeks(connection: Connection) -> None:
    """Leave a conversation open that began before any that could still be under way."""
    connection.execute(
        "update genesys.conversations set conversation_end = null, "
        "conversation_start = conversation_start - interval '30 days' where conversation_id = "
        "(select min(conversation_id) from genesys.conversations)"
    )


def other_service_level(connection: Connection) -> None:
    """Let the platform count flow-outs, which the variables leave out."""
    connection.execute(
        "update genesys.conversation_aggregates set denominator = denominator + 1 "
        "where metric = 'oServiceLevel' and numerator = 1"
    )


def lost_hold(connection: Connection) -> None:
    """Lose a part of a handle time, which the platform's aggregates do not have either."""
    connection.execute(
        "delete from genesys.conversation_metrics where name = 'tHeld' and conversation_id = "
        "(select min(conversation_id) from genesys.conversation_metrics where name = 'tHeld')"
    )


def lost_status(connection: Connection) -> None:
    """Lose one status of a user within an interval."""
    connection.execute(
        "delete from genesys.user_status_aggregates where aggregate_id = (select "
        "min(aggregate_id) from genesys.user_status_aggregates where qualifier = 'ON_QUEUE')"
    )


@pytest.mark.parametrize(
    ("spoil", "red"),
    [
        (lost_page, R1),
        (doubled_segment, {KEY_OF_SEGMENTS}),
        (doubled_metric, R1),
        (wrong_time_zone, R1),
        (wrong_time_zone_of_aggregates, R1),
        (other_direction, R1),
        (open_conversation, R1),
        (open_for_weeks, {"r5_details_cover_the_window"}),
        (other_service_level, {"r2_service_level_agrees"}),
        (lost_hold, {"r3_handle_time_adds_up"}),
        (lost_status, {"r4_statuses_fill_intervals"}),
    ],
)
def test_a_fault_is_red(
    built: Built, loaded: Warehouse, spoil: Callable[[Connection], None], red: set[str]
) -> None:
    package = compiled_by(built)
    with undone(loaded) as connection:
        spoil(connection)
        package.refill(connection, SEEN)
        assert package.red(connection, SEEN) == red


def nothing(_: Connection) -> None:
    """Leave all as it is."""


@pytest.mark.parametrize("change", [nothing, no_direction])
def test_nothing_is_red_without_a_fault(
    built: Built, loaded: Warehouse, change: Callable[[Connection], None]
) -> None:
    package = compiled_by(built)
    with undone(loaded) as connection:
        change(connection)
        package.refill(connection, SEEN)
        assert package.red(connection, SEEN) == set()
