"""What conversations name by its id is in the lookups, whichever column names it."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from genesys_cloud_simulator.org.directory import SKILL_GROUPS
from scripts.generate.schemas import TABLES
from scripts.generate.sdk_models import read_model
from scripts.relations import LOOKUP_STREAMS, RELATIONS
from tap_genesys_search.records.conversations.tables import CONVERSATION_TABLES
from tap_genesys_search.schemas import read_schema, read_sources
from tap_genesys_search.streams.lookups.lists import LOOKUPS
from tests.support.singer_run import catalog_of, run_tap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.running_simulator import RunningSimulator

pytestmark = pytest.mark.thorough

Row = dict[str, Any]
Rows = dict[str, list[Row]]

# Column, or property of the objects in one, to the lookups that may hold what it names.
HELD_IN = {
    **{
        f"{relation.child}.{relation.columns[0]}": (relation.parent,)
        for relation in RELATIONS
        if relation.parent in LOOKUP_STREAMS and relation.child in CONVERSATION_TABLES
    },
    "conversations.resolutions.queueId": ("queues",),
    "conversations.resolutions.userId": ("users",),
    "conversation_sessions.agent_groups.agentGroupId": ("groups", "teams"),
    "conversation_sessions.flow.flowId": ("flows",),
    "conversation_sessions.flow.outcomes.flowOutcomeId": ("flow_outcomes",),
    "conversation_sessions.proposed_agents.proposedAgentId": ("users",),
    "conversation_segments.scored_agents.scoredAgentId": ("users",),
}
# What other columns name is of no list that is a stream: parts of conversations, contacts outside
# of the org, forms, and so on.
HELD_NOWHERE = set(
    """
    agent_assistant_id associated_conversation_id barged_participant_id calibration_id
    coached_participant_id cobrowse_room_id consultation_conversation_ids context_id
    conversation_id destination_conversation_id destination_session_id edge_id evaluation_id
    external_contact_id external_organization_id form_id journey_action_id
    journey_action_map_id journey_customer_id journey_customer_session_id knowledge_base_ids
    media_bridge_id monitored_participant_id outbound_contact_id participant_id peer_id
    protocol_call_id room_id screen_share_room_id script_id session_id skill_expression_id
    source_conversation_id source_session_id survey_form_context_id survey_form_id survey_id
    video_room_id
    """.split()  # noqa: SIM905 - readable as a list of words
)
# Skill groups stand beside groups and teams, and are of no list that is a stream.
IN_NO_LIST = {skill_group for skill_group, _ in SKILL_GROUPS}
_IS_ID = re.compile(r"(.*_)?ids?|wrap_up_code|.*Ids?")


def id_columns(table: str) -> Iterator[str]:
    """List the columns of a table that hold ids, and the properties that do of objects in one."""
    model = TABLES[table].model
    properties = {one.wire_name: one for one in read_model(model)} if model else {}
    sources = read_sources(table)
    for column in read_schema(table)["properties"]:
        if _IS_ID.fullmatch(column):
            yield column
        source = properties.get(sources.get(column, ""))
        if source is not None and source.model is not None:
            yield from ids_within(source.model, column)


def ids_within(model: str, path: str) -> Iterator[str]:
    """List the properties with ids of a model, and of all models in it."""
    for one in read_model(model):
        if _IS_ID.fullmatch(one.wire_name):
            yield f"{path}.{one.wire_name}"
        elif one.model is not None:
            yield from ids_within(one.model, f"{path}.{one.wire_name}")


@pytest.mark.parametrize("table", CONVERSATION_TABLES)
def test_of_each_column_with_ids_it_is_known_whether_a_lookup_holds_them(table: str) -> None:
    for column in id_columns(table):
        assert (f"{table}.{column}" in HELD_IN) != (column in HELD_NOWHERE), column


@pytest.fixture(scope="module")
def rows(running: RunningSimulator) -> Rows:
    """All conversations, long after the last one has ended, and all lookups."""
    simulator = running.simulator
    simulator.now = simulator.org.end + timedelta(days=60)
    config = {**running.config, "search_api": "conversation_jobs", "page_size": 1000}
    run = run_tap(config, catalog=catalog_of(*CONVERSATION_TABLES, *LOOKUPS))
    assert run.error is None
    return {name: run.records(name) for name in (*CONVERSATION_TABLES, *LOOKUPS)}


def values(rows: list[Row], column: str) -> set[str]:
    """All values of a column, or of a property of the objects in one, however deep."""
    name, *within = column.split(".")
    found = [row.get(name) for row in rows]
    for position, held in enumerate(within, 1):
        is_last = position == len(within)
        found = [one[held] if is_last else one.get(held) for one in each(found)]
    return set(each(found))


def each(found: list[Any]) -> Iterator[Any]:
    """Hand out what is there, and what lists hold one by one."""
    for value in found:
        listed = value if isinstance(value, list) else [value]
        yield from (one for one in listed if one is not None)


@pytest.fixture(scope="module")
def named(rows: Rows) -> dict[str, set[str]]:
    """Lookup to the ids that conversations name, but for those of the platform itself."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for column, (lookup, *_) in HELD_IN.items():
        table, _, name = column.partition(".")
        ids = {one for one in values(rows[table], name) if not one.startswith("ININ-")}
        found[lookup] |= ids - IN_NO_LIST
    return found


@pytest.mark.parametrize("column", HELD_IN)
def test_every_column_is_filled_and_each_id_is_in_its_lookup(rows: Rows, column: str) -> None:
    table, _, name = column.partition(".")
    assert name in id_columns(table)
    ids = {one for one in values(rows[table], name) if not one.startswith("ININ-")} - IN_NO_LIST
    assert ids
    assert ids <= {one["id"] for lookup in HELD_IN[column] for one in rows[lookup]}


@pytest.mark.parametrize(
    ("lookup", "state", "value"),
    [
        ("users", "state", "deleted"),
        ("users", "state", "inactive"),
        ("flows", "deleted", True),
        ("groups", "state", "inactive"),
        ("languages", "state", "deleted"),
        ("skills", "state", "inactive"),
    ],
)
def test_conversations_also_name_what_is_gone(
    rows: Rows, named: dict[str, set[str]], lookup: str, state: str, value: object
) -> None:
    assert named[lookup] & {one["id"] for one in rows[lookup] if one[state] == value}


def test_who_takes_from_a_queue_is_a_member_or_has_left(rows: Rows) -> None:
    members = {(one["queue_id"], one["id"]) for one in rows["queue_members"]}
    left = {one["id"] for one in rows["users"] if one["state"] == "deleted"}
    agents = {
        one["participant_id"]: one["user_id"]
        for one in rows["conversation_participants"]
        if one["purpose"] == "agent"
    }
    taken = {
        (one["queue_id"], agents[one["participant_id"]])
        for one in rows["conversation_segments"]
        if one["participant_id"] in agents and one.get("queue_id")
    }
    assert taken
    assert {user_id for queue_id, user_id in taken - members} <= left
    assert not {user_id for _, user_id in members} & left


def test_nobody_is_in_two_teams_and_a_team_has_the_members_it_says(rows: Rows) -> None:
    left = {one["id"] for one in rows["users"] if one["state"] == "deleted"}
    pairs = {
        (one["team_id"], one["user_id"])
        for one in rows["conversation_participants"]
        if one.get("team_id")
    }
    assert len({user_id for _, user_id in pairs}) == len(pairs)
    for team in rows["teams"]:
        present = {user_id for team_id, user_id in pairs if team_id == team["id"]} - left
        assert len(present) <= team["member_count"]


def test_a_conversation_is_in_the_divisions_of_what_it_names(rows: Rows) -> None:
    divisions = {
        one["id"]: one["division_id"]
        for lookup in ("users", "queues", "flows", "campaigns")
        for one in rows[lookup]
    }
    of_conversation = {
        one["conversation_id"]: set(one["division_ids"]) for one in rows["conversations"]
    }
    assert max(map(len, of_conversation.values())) > 1
    for table, column in (
        ("conversation_participants", "user_id"),
        ("conversation_segments", "queue_id"),
        ("conversation_sessions", "flow_id"),
        ("conversation_sessions", "outbound_campaign_id"),
    ):
        for row in rows[table]:
            if row.get(column):
                assert divisions[row[column]] in of_conversation[row["conversation_id"]]


def test_a_campaign_has_the_medium_of_its_sessions(rows: Rows) -> None:
    media = {one["id"]: one["media_type"] for one in rows["campaigns"]}
    for row in rows["conversation_sessions"]:
        if row.get("outbound_campaign_id"):
            assert row["direction"] == "outbound"
            medium = media[row["outbound_campaign_id"]]
            assert medium in {row["media_type"], row.get("message_type")}
            assert row["outbound_contact_id"]
            assert row["outbound_contact_list_id"]


def test_who_is_monitored_takes_part_in_the_conversation(rows: Rows) -> None:
    parties = {
        (one["conversation_id"], one["participant_id"]): one.get("user_id")
        for one in rows["conversation_participants"]
    }
    monitored = {
        (one["conversation_id"], one["monitored_participant_id"])
        for one in rows["conversation_sessions"]
        if one.get("monitored_participant_id")
    }
    watched = {
        (one["conversation_id"], one["screen_monitored_user_id"])
        for one in rows["conversation_sessions"]
        if one.get("screen_monitored_user_id")
    }
    assert monitored
    assert {
        (conversation, parties[conversation, one]) for conversation, one in monitored
    } == watched
