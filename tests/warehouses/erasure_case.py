"""A warehouse with few rows, for the recipes that erase a person."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from tests.warehouses.erasure import Erasure, erase, preview, refused, write

if TYPE_CHECKING:
    from pathlib import Path

    from tests.warehouses.conftest import Warehouse

COLUMNS = {
    "conversation_participants": "conversation_id text, conversation_start timestamp, "
    "participant_id text, purpose text, external_contact_id text",
    "conversation_sessions": "conversation_id text, conversation_start timestamp, "
    "participant_id text, ani text, outbound_contact_id text",
    "conversation_segments": "conversation_id text, destination_conversation_id text",
    "participant_attributes": "conversation_id text, value text",
    "interactions": "id text, timestamp timestamp, media_type text, customer_name text",
    "interaction_facets": "search_id text, bucket_key text",
    "conversation_aggregates": "aggregate_id text, ani text",
    "user_status_aggregates": "user_id text, extra text",
    "queues": "id text, name text",
}


@dataclass(frozen=True)
class Case:
    """A warehouse with rows of its own.

    Attributes:
        warehouse: Where they are.
        pepper: With what the tap has hashed; empty where values are plain.
        folder: A folder for files.
    """

    warehouse: Warehouse
    pepper: str
    folder: Path

    def hashed(self, value: str) -> str:
        """Write a value as the tap has loaded it."""
        return sha256(f"{self.pepper}{value}".encode()).hexdigest() if self.pepper else value

    def add(self, table: str, *values: str | None) -> None:
        """Write a row, with nulls where values are left out."""
        columns = COLUMNS[table].count(",") + 1
        row = [*values, *[None] * (columns - len(values))]
        quoted = ("null" if one is None else "'" + one.replace("'", "''") + "'" for one in row)
        write(self.warehouse, f"insert into genesys.{table} values ({', '.join(quoted)})")

    def leg(
        self,
        conversation: str,
        purpose: str,
        contact: str | None = None,
        number: str | None = None,
        campaign: str | None = None,
        day: str = "2026-01-05",
    ) -> None:
        """Write a participant and its session."""
        name = f"{conversation}/{purpose}"
        kept = [one and self.hashed(one) for one in (contact, number, campaign)]
        self.add("conversation_participants", conversation, day, name, purpose, kept[0])
        self.add("conversation_sessions", conversation, day, name, kept[1], kept[2])

    def left(self) -> set[str]:
        """Tell which conversations are there."""
        rows = self.warehouse.query("select conversation_id from genesys.conversation_participants")
        return {key for (key,) in rows}

    def rows(self) -> dict[str, int]:
        """Count the rows of each table."""
        return {
            table: self.warehouse.query(f"select count(*) from genesys.{table}")[0][0]
            for table in COLUMNS
        }

    def erase(self, *given: str) -> Erasure:
        """Run the recipe."""
        return erase(self.warehouse, [*given], self.pepper, self.folder)

    def preview(self, *given: str) -> Erasure:
        """Run the recipe without keeping what it does."""
        return preview(self.warehouse, [*given], self.pepper, self.folder)

    def refused(self, *given: str) -> str:
        """Run the recipe where it stops, and read why."""
        return refused(self.warehouse, [*given], self.pepper, self.folder)


def of_tables(warehouse: Warehouse, pepper: str, folder: Path) -> Case:
    tables = (f"create table genesys.{table} ({columns})" for table, columns in COLUMNS.items())
    write(warehouse, "create schema genesys", *tables)
    return Case(warehouse, pepper, folder)
