"""Loading what waits of all streams, in one transaction."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING

from target_duckdb_bulk.catalog import Schema
from target_duckdb_bulk.database import transaction
from target_duckdb_bulk.merging import Activation, activate, merge, remove_deleted
from target_duckdb_bulk.metadata import TABLE_VERSION, Metadata
from target_duckdb_bulk.staging import Staged, Staging
from target_duckdb_bulk.tables import ensure

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import duckdb

    from target_duckdb_bulk.catalog import Place
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
        # Streams with records of this run that have no version, since their last activation.
        self._unversioned: set[str] = set()

    def load(self, steps: Sequence[Step]) -> None:
        """Do all steps, or none.

        Records are read and checked first, so that the transaction is short.

        Args:
            steps: Of any streams, those of a stream in order.

        Raises:
            LoaderError: One can't be done.
        """
        staged = [self._stage(step) for step in steps]
        now = datetime.now(timezone.utc)
        with transaction(self._connection):
            for step, records in zip(steps, staged, strict=True):
                self._do(step, records, now)
        self._staging.drop(records for records in staged if records)

    def _stage(self, step: Step) -> Staged | None:
        """Read the records of a step, if it has any. Its file is closed before the next is read."""
        if step.source is None:
            return None
        staged = self._staging.stage(self.metadata.declared(step.declared), step.source)
        step.release()
        return staged

    def _do(self, step: Step, records: Staged | None, now: datetime) -> None:
        stream = step.declared.stream
        place = self._schema.place_of(stream)
        if records:
            self._load(records, now)
        elif step.version is None:
            declared = self.metadata.declared(step.declared)
            computed = self.metadata.computed(declared, self._started, now, versioned=False)
            fields = (*declared.fields, *(field for field, _ in computed))
            ensure(self._connection, stream, place, fields, declared.keys)
        elif self._settings.process_activate_version_messages:
            self._activate(stream, step.version, None if self._settings.hard_delete else now)

    def _activate(self, stream: str, version: int, deleted_at: datetime | None) -> None:
        # What a run has just loaded without a version (batches never have one) isn't older.
        takes_in = stream in self._unversioned or stream not in self._versioned
        activation = Activation(version, takes_in, deleted_at)
        activate(self._connection, stream, self._schema.place_of(stream), activation)
        self._unversioned.discard(stream)

    def _load(self, records: Staged, now: datetime) -> None:
        stream = records.declared.stream
        place = self._schema.place_of(stream)
        if records.has_versions:
            self._versioned.add(stream)
        if records.lacks_versions:
            self._unversioned.add(stream)
        computed = self.metadata.computed(
            records.declared, self._started, now, versioned=self._keeps_versions(stream, place)
        )
        merge(self._connection, place, records, computed)
        if self._settings.hard_delete:
            remove_deleted(self._connection, stream, place)

    def _keeps_versions(self, stream: str, place: Place) -> bool:
        """Tell whether the versions of a stream's records are kept, or have been before."""
        if not self._settings.process_activate_version_messages:
            return False
        return stream in self._versioned or TABLE_VERSION.name in place.columns
