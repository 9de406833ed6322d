"""The documented recipes that erase a person: each is run as it stands, and nothing is left."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.singer_run import run_tap
from tests.warehouses.conftest import SCHEMA
from tests.warehouses.documented import WAREHOUSES
from tests.warehouses.erasure import erase, preview, refused, write

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tests.warehouses.conftest import Meltano, Warehouse

pytestmark = [pytest.mark.warehouses, pytest.mark.timeout(300)]

# Neither transcripts nor participant_attributes: the recipes take the tables that there are.
SEARCHED = (
    *("conversations", "conversation_participants", "conversation_sessions"),
    *("conversation_segments", "conversation_metrics", "conversation_aggregates", "interactions"),
)
STREAMS = (*SEARCHED, "queues")

UNTOUCHED = {"queues", "conversation_aggregates"}

OWN_NUMBER = "tel:+442079460000"

KEYS = {"interactions": "id", "queues": "id", "conversation_aggregates": "aggregate_id"}
"""What a table has in the place of `conversation_id`."""


@dataclass(frozen=True)
class Conversation:
    """A conversation of a customer who came back.

    Attributes:
        media_type: Its media type.
        has_number: Whether any leg contains the customer's number.
    """

    media_type: str
    has_number: bool


@pytest.mark.parametrize("pepper", ["", "a long secret"], ids=["plain", "hashed"])
def test_a_person_is_erased_with_chats_and_callbacks_and_nobody_else(
    warehouse: Warehouse, meltano: Meltano, config: dict[str, Any], pepper: str, tmp_path: Path
) -> None:
    maps = WAREHOUSES.settings("Privacy")["plugins"]["extractors"][0]["config"]
    hidden = {**maps, "stream_map_config": {"pepper": pepper}} if pepper else {}
    meltano.run(warehouse, {**config, **hidden}, *(f"{one}.*" for one in STREAMS))
    write(warehouse, *(f"create table kept_{one} as table {SCHEMA}.{one}" for one in STREAMS))
    people = people_of(config)
    conversations = {key: one for found in people.values() for key, one in found.items()}
    types = {one.media_type for one in conversations.values()}
    assert {"voice", "chat", "callback", "message", "email"} <= types
    before = counted(warehouse, conversations)
    assert all(hit for table, (hit, _) in before.items() if table not in UNTOUCHED)
    others = {table: (0, rest) for table, (_, rest) in before.items()}

    looked = preview(warehouse, [*people], pepper, tmp_path)
    assert counted(warehouse, conversations) == before
    erased = erase(warehouse, [*people], pepper, tmp_path)
    assert counted(warehouse, conversations) == others
    assert erased == looked
    assert erased.tables == {table: (before[table][0], 0, 0) for table in SEARCHED}

    # The second night loads the rows again, but no call that leads from a number to a contact.
    load_again(warehouse, {key for key, one in conversations.items() if not one.has_number})
    assert "Nothing found" in refused(warehouse, [*people], pepper, tmp_path)
    erase(warehouse, erased.given, pepper, tmp_path)
    assert counted(warehouse, conversations) == others
    assert "Nothing found" in refused(warehouse, erased.given, pepper, tmp_path)


def people_of(config: dict[str, Any]) -> dict[str, dict[str, Conversation]]:
    """Find the numbers of customers who came back, each with the conversations of the person."""
    run = run_tap(config, select=STREAMS)
    contacts = {
        (one["conversation_id"], one["participant_id"]): one["external_contact_id"]
        for one in run.records("conversation_participants")
        if one.get("external_contact_id")
    }
    media_types: dict[str, dict[str, str]] = defaultdict(dict)
    numbers: dict[str, str] = {}
    texts: dict[str, str] = defaultdict(str)
    for session in run.records("conversation_sessions"):
        key = session["conversation_id"], session["participant_id"]
        texts[key[0]] += json.dumps(session)
        if (contact := contacts.get(key)) and session.get("media_type"):
            media_types[contact][key[0]] = session["media_type"]
            for number in (session.get("ani"), session.get("dnis")):
                if number and number != OWN_NUMBER:
                    numbers[contact] = number.removeprefix("tel:")
    return {
        number: {
            key: Conversation(media_type, number in texts[key])
            for key, media_type in media_types[contact].items()
        }
        for contact, number in numbers.items()
        if len(media_types[contact]) > 1
    }


def counted(warehouse: Warehouse, conversations: Iterable[str]) -> dict[str, tuple[int, int]]:
    """Count the rows of conversations, and all others, by table."""
    return {table: rows_of(warehouse, table, conversations) for table in STREAMS}


def rows_of(warehouse: Warehouse, table: str, conversations: Iterable[str]) -> tuple[int, int]:
    named = f"{KEYS.get(table, 'conversation_id')} in ({listed(conversations)})"
    ((hit, total),) = warehouse.query(
        f"select count(*) filter (where {named}), count(*) from {SCHEMA}.{table}"
    )
    return hit, total - hit


def load_again(warehouse: Warehouse, conversations: Iterable[str]) -> None:
    """Write the rows of conversations as they were before."""
    write(
        warehouse,
        *(
            f"insert into {SCHEMA}.{table} select * from kept_{table} "
            f"where {KEYS.get(table, 'conversation_id')} in ({listed(conversations)})"
            for table in SEARCHED
        ),
    )


def listed(values: Iterable[str]) -> str:
    return ", ".join(f"'{one}'" for one in sorted(values))
