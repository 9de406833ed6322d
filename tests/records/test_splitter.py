"""The tree of tables, and documents split by it."""

from __future__ import annotations

from typing import Any

import pytest

from tap_genesys_search.records.conversations.splitter import TableSplitter, table_reader
from tap_genesys_search.records.conversations.tables import TABLES
from tap_genesys_search.records.rows import record_of
from tap_genesys_search.schemas import read_schema

START = "2026-01-05T10:00:00.000Z"


def split(document: dict[str, Any], *tables: str) -> dict[str, list[dict[str, Any]]]:
    splitter = TableSplitter(
        {name: table_reader(name, tuple(read_schema(name)["properties"])) for name in tables}
    )
    rows = splitter.split([document], ["c"], [START])
    return {name: [record_of(row) for row in table] for name, table in rows.items()}


def test_keys_and_order_of_the_tables() -> None:
    conversation = ("conversation_id", "conversation_start")
    session = (*conversation, "participant_id", "session_id")
    assert [(name, table.keys) for name, table in TABLES.items()] == [
        ("conversations", conversation),
        ("conversation_participants", (*conversation, "participant_id")),
        ("conversation_sessions", session),
        ("conversation_segments", (*session, "position")),
        ("conversation_metrics", (*session, "position")),
        ("conversation_evaluations", (*conversation, "evaluation_id")),
        ("conversation_surveys", (*conversation, "survey_id")),
        ("participant_attributes", (*conversation, "participant_id", "name")),
        ("transcripts", ("transcript_id", "start_time")),
    ]


@pytest.mark.parametrize("name", TABLES)
def test_a_table_has_its_keys_as_columns_and_follows_its_holders(name: str) -> None:
    table = TABLES[name]
    assert set(table.keys) <= set(read_schema(name)["required"])
    assert list(table.lineage) == [one for one in TABLES.values() if one in table.lineage]


def test_a_deep_table_alone_is_reached_through_those_that_nobody_wants() -> None:
    session = {"sessionId": "s", "metrics": [{"name": "tTalk"}, {"name": "tAcw"}]}
    document = {"participants": [{"participantId": "p", "sessions": [session]}]}
    rows = split(document, "conversation_metrics")
    assert rows["conversation_metrics"] == [
        {
            "conversation_id": "c",
            "conversation_start": START,
            "participant_id": "p",
            "session_id": "s",
            "position": position,
            "name": name,
        }
        for position, name in enumerate(("tTalk", "tAcw"))
    ]


def test_a_part_keeps_all_that_fits_no_table() -> None:
    first, second = {"participantId": "p"}, {"participantId": "p", "sessions": 5, "attributes": [6]}
    document = {"participants": [first, 7, None, second], "conversationStart": "once"}
    rows = split(
        document,
        "conversations",
        "conversation_participants",
        "conversation_sessions",
        "participant_attributes",
    )
    (conversation,) = rows["conversations"]
    assert conversation["extra"] == {"participants": [7], "conversationStart": "once"}
    assert [
        (row["participant_id"], row.get("extra")) for row in rows["conversation_participants"]
    ] == [
        ("p", None),
        ("p-3", {"participantId": "p", "sessions": 5, "attributes": [6]}),
    ]
    assert rows["conversation_sessions"] == rows["participant_attributes"] == []
