"""Writing a page of records at once, if the SDK's work per record would change nothing.

The SDK prunes, conforms, maps, wraps, serialises and counts record by record, which costs ten
times as much as the rest of the tap. Without stream maps, and with a catalog that only leaves out
columns, that work changes nothing else. Then the records are written here, beyond the SDK's public
hooks. In all other cases the SDK writes them.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, Protocol, cast

from singer_sdk import Stream
from singer_sdk.batch import Batcher
from singer_sdk.mapper import CustomStreamMap, SameRecordTransform
from typing_extensions import override

from tap_genesys_search.records.rows import filled, record_of

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    from singer_sdk.helpers._batch import BaseBatchFileEncoding, BatchConfig
    from singer_sdk.helpers.types import Context, Record

    from tap_genesys_search.records.rows import Row


COLUMN_DEPTH = 2
"""Parts of a column's breadcrumb, `("properties", "customer_name")`."""


class RowWriter(Protocol):
    """A message writer that can write a page of records at once."""

    def write_rows(self, stream: str, rows: list[Row], version: int | None) -> None:
        """Write rows of a stream, each as a record."""


class RowStream(Stream):
    """A stream whose records come many at a time."""

    @abstractmethod
    def row_pages(self) -> Iterable[list[Row]]:
        """Yield the records as they arrive, without deselected columns."""

    def columns_wanted(self) -> list[str]:
        """List the columns that are not deselected."""
        return [column for column in self.schema["properties"] if self.mask["properties", column]]

    @override
    def get_records(self, context: Context | None) -> Iterable[Record]:
        # An expression of a stream map fails where the record lacks a column that it names.
        is_mapped = any(isinstance(one, CustomStreamMap) for one in self.stream_maps)
        columns = tuple(self.columns_wanted())
        for rows in self.row_pages():
            yield from map(record_of, filled(rows, columns) if is_mapped else rows)

    @override
    def _sync_records(
        self, context: Context | None = None, *, write_messages: bool = True
    ) -> Generator[dict[str, Any], Any, Any]:
        if write_messages and at_most_leaves_out_columns(self):
            self._sync_rows()
        else:
            yield from super()._sync_records(context, write_messages=write_messages)

    def _sync_rows(self) -> None:
        """Write the stream's records as the SDK does, but a page at a time."""
        writer = cast("RowWriter", self._tap.message_writer)
        with self.get_record_counter() as counter, self.get_sync_timer():
            for rows in self.row_pages():
                if rows:
                    writer.write_rows(self.name, rows, self._stream_version)
                    counter.increment(len(rows))
                    self.state_manager.is_flushed = False
        self._write_state_message()

    @override
    def get_batch_config(self, config: Any) -> BatchConfig | None:
        # Stream maps may turn one stream into two, and a batch file belongs to one stream.
        return super().get_batch_config(config) if len(self.stream_maps) == 1 else None

    @override
    def get_batches(
        self, batch_config: BatchConfig, context: Context | None = None
    ) -> Iterable[tuple[BaseBatchFileEncoding, list[str]]]:
        # The SDK writes records into files unmapped (https://github.com/meltano/sdk/issues/1117),
        # including names that a stream map should hash.
        records = self._sync_records(context, write_messages=False)
        if not at_most_leaves_out_columns(self):
            records = self._mapped(records)
        batcher = Batcher(self.tap_name, self.name, batch_config)
        for manifest in batcher.get_batches(records):
            yield batch_config.encoding, manifest

    def _mapped(self, records: Iterable[Record]) -> Generator[dict[str, Any], Any, Any]:
        """Process records as the SDK does before it writes them."""
        for record in records:
            for message in self._generate_record_messages(record):
                yield message.record


def at_most_leaves_out_columns(stream: Stream) -> bool:
    """Tell whether the SDK would do no more to a record than leave out deselected columns.

    Args:
        stream: A selected stream. Its records have the columns and types of its schema, apart from
            deselected columns.
    """
    stream_map = stream.stream_maps[0]
    return (
        len(stream.stream_maps) == 1
        and type(stream_map) is SameRecordTransform
        and not stream_map.flattening_enabled
        and stream_map.stream_alias == stream.name
        and all(is_kept for place, is_kept in stream.mask.items() if len(place) > COLUMN_DEPTH)
        and stream.effective_schema["properties"] == stream.schema["properties"]
        and stream.ABORT_AT_RECORD_COUNT is None
        and not stream.is_sorted
    )
