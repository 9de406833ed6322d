"""The columns `_sdc_…`, which say of a record when it was read, loaded and deleted.

Names and meanings are those of the Meltano SDK:
https://sdk.meltano.com/en/latest/implementation/record_metadata.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from target_duckdb_bulk.declared import Declared, Field
from target_duckdb_bulk.json_schema import BIGINT, TIMESTAMPTZ
from target_duckdb_bulk.sources import EXTRACTED, VERSION

if TYPE_CHECKING:
    from datetime import datetime

DELETED_AT = Field("_sdc_deleted_at", TIMESTAMPTZ)
TABLE_VERSION = Field("_sdc_table_version", BIGINT)

Computed = tuple[Field, str]
"""A field that no record has, and the expression of its value."""


@dataclass(frozen=True)
class Metadata:
    """Which columns tables get beside those of their records.

    Attributes:
        is_added: Whether they get all `_sdc_…` columns.
        removes_deleted: Whether records that the tap calls deleted are removed.
    """

    is_added: bool
    removes_deleted: bool

    def declared(self, declared: Declared) -> Declared:
        """Leave out what is computed, and read when a record was deleted.

        Args:
            declared: A stream as its tap declares it.
        """
        computed = {field.name for field, _ in _computed("", 0, 0)} if self.is_added else set()
        fields = [field for field in declared.fields if field.name not in computed]
        names = {field.name for field in fields}
        if (self.is_added or self.removes_deleted) and DELETED_AT.name not in names:
            fields.append(DELETED_AT)
        return Declared(declared.stream, tuple(fields), declared.keys)

    def computed(
        self, declared: Declared, started: datetime, now: datetime, *, versioned: bool
    ) -> list[Computed]:
        """List the columns that are computed.

        Args:
            declared: The stream, with what is read of its records.
            started: When the run started.
            now: When records are loaded.
            versioned: Whether the stream's records have versions.
        """
        if self.is_added:
            return _computed(now.isoformat(), _milliseconds(now), _milliseconds(started))
        names = {field.name for field in declared.fields}
        if not versioned or TABLE_VERSION.name in names:
            return []
        # A record that comes again is not deleted any more.
        again = [] if DELETED_AT.name in names else [(DELETED_AT, f"NULL::{TIMESTAMPTZ}")]
        return [(TABLE_VERSION, VERSION), *again]


def _computed(now: str, sequence: int, started: int) -> list[Computed]:
    moment = f"TIMESTAMPTZ '{now}'"
    return [
        (Field("_sdc_extracted_at", TIMESTAMPTZ), EXTRACTED),
        (Field("_sdc_received_at", TIMESTAMPTZ), moment),
        (Field("_sdc_batched_at", TIMESTAMPTZ), moment),
        (Field("_sdc_sequence", BIGINT), f"{sequence}::BIGINT"),
        (TABLE_VERSION, VERSION),
        (Field("_sdc_sync_started_at", BIGINT), f"{started}::BIGINT"),
    ]


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
