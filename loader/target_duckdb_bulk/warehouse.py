"""Loading what waits of all streams, in one transaction."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING

from target_duckdb_bulk.database import transaction
from target_duckdb_bulk.merging import Activation, activate, merge, remove_deleted
from target_duckdb_bulk.metadata import Metadata
from target_duckdb_bulk.staging import Staged, Staging
from target_duckdb_bulk.tables import Schema, ensure

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import duckdb

    from target_duckdb_bulk.settings import Settings
    from target_duckdb_bulk.waiting import Step


class Warehouse:
    """The DuckDB file, as a place to load into.

    Args:
        connection: To DuckDB, with the file attached.
        settings: How to load.
        folder: For records that have to be rewritten.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, settings: Settings, folder: Path
    ) -> None:
        self.metadata = Metadata(settings.add_record_metadata, settings.hard_delete)
        self._connection = connection
        self._settings = settings
        self._schema = Schema(connection, settings.default_target_schema)
        self._staging = Staging(connection, folder)
        self._started = datetime.now(timezone.utc)
        self._versioned: set[str] = set()

    def load(self, steps: Sequence[Step]) -> None:
        """Do all steps, or none.

        Records are read and checked first, so that the transaction is short.

        Args:
            steps: Of any streams, those of a stream in order.

        Raises:
            LoaderError: One can't be done.
        """
        staged = [
            None
            if step.source is None
            else self._staging.stage(self.metadata.declared(step.declared), step.source)
            for step in steps
        ]
        now = datetime.now(timezone.utc)
        with transaction(self._connection):
            for step, records in zip(steps, staged, strict=True):
                self._do(step, records, now)
        self._staging.drop(records for records in staged if records)

    def _do(self, step: Step, records: Staged | None, now: datetime) -> None:
        stream = step.declared.stream
        place = self._schema.place_of(stream)
        if records:
            self._load(records, now)
        elif step.version is None:
            declared = self.metadata.declared(step.declared)
            computed = self.metadata.computed(declared, self._started, now, versioned=False)
            fields = (*declared.fields, *(field for field, _ in computed))
            ensure(self._connection, stream, place, fields)
        elif self._settings.process_activate_version_messages:
            deleted_at = None if self._settings.hard_delete else now
            activation = Activation(step.version, stream in self._versioned, deleted_at)
            activate(self._connection, stream, place, activation)

    def _load(self, records: Staged, now: datetime) -> None:
        stream = records.declared.stream
        if records.versions and self._settings.process_activate_version_messages:
            self._versioned.add(stream)
        computed = self.metadata.computed(
            records.declared, self._started, now, versioned=stream in self._versioned
        )
        place = self._schema.place_of(stream)
        merge(self._connection, place, records, computed)
        if self._settings.hard_delete:
            remove_deleted(self._connection, stream, place)
