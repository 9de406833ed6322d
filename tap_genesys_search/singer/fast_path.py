"""Writing a page of records at once, where the SDK's work per record would change nothing.

The SDK prunes, conforms, maps, wraps, serialises and counts record by record, which costs ten
times as much as the rest of the tap. With a catalog that only leaves out columns, pruning and
conforming change nothing else. Then the records are mapped and written here, beyond the SDK's
public hooks. In all other cases the SDK writes them.
"""

from __future__ import annotations

from abc import abstractmethod
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, cast

from singer_sdk.batch import Batcher
from singer_sdk.mapper import CustomStreamMap
from typing_extensions import override

from tap_genesys_search.records.rows import filled, record_of
from tap_genesys_search.singer.base_stream import KeyedStream
from tap_genesys_search.singer.pages.batch_files import (
    has_writer,
    name_compression,
    write_errors_explained,
    write_files,
)
from tap_genesys_search.singer.pages.page_maps import PageMap, page_maps

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Generator, Iterable, Iterator

    from singer_sdk import Stream
    from singer_sdk.helpers._batch import BaseBatchFileEncoding, BatchConfig
    from singer_sdk.helpers.types import Context, Record

    from tap_genesys_search.records.rows import Records, Row


COLUMN_DEPTH = 2
"""Parts of a column's breadcrumb, `("properties", "customer_name")`."""


class RecordWriter(Protocol):
    """A message writer that can write a page of records at once, and counts records."""

    records_written: Counter[str]

    def write_records(self, stream: str, records: Records, version: int | None) -> None:
        """Write records of a stream."""


class RowStream(KeyedStream):
    """A stream whose records come many at a time."""

    @abstractmethod
    def row_pages(self) -> Iterable[list[Row]]:
        """Yield the records as they arrive, without deselected columns."""

    def columns_wanted(self) -> list[str]:
        """List the columns that are not deselected."""
        return [column for column in self.schema["properties"] if self.mask["properties", column]]

    @cached_property
    def page_maps(self) -> list[PageMap]:
        """What the records become, for each stream that they are written to."""
        return page_maps(self.name, self._tap.mapper)

    @override
    def get_records(self, context: Context | None) -> Iterable[Record]:
        for rows in self._mappable_pages():
            yield from map(record_of, rows)

    def _mappable_pages(self) -> Iterator[list[Row]]:
        """Yield the pages; with all columns, where a stream map may name any of them."""
        # An expression of a stream map fails where the record lacks a column that it names.
        is_mapped = any(isinstance(one, CustomStreamMap) for one in self.stream_maps)
        columns = tuple(self.columns_wanted())
        for rows in self.row_pages():
            yield filled(rows, columns) if is_mapped else rows

    @override
    def _sync_records(
        self, context: Context | None = None, *, write_messages: bool = True
    ) -> Generator[dict[str, Any], Any, Any]:
        if write_messages and may_be_written_by_the_page(self):
            self._sync_rows()
        else:
            yield from super()._sync_records(context, write_messages=write_messages)

    def _sync_rows(self) -> None:
        """Write the stream's records as the SDK does, but a page at a time."""
        writer = cast("RecordWriter", self._tap.message_writer)
        for rows in self._counted_pages():
            for one in self.page_maps:
                writer.write_records(one.stream, one.of(rows), self._stream_version)
            self.state_manager.is_flushed = False
        self._write_state_message()

    def _counted_pages(self) -> Iterator[list[Row]]:
        """Yield the pages that have records, and count these and the time that they take."""
        with self.get_record_counter() as counter, self.get_sync_timer():
            for rows in filter(None, self._mappable_pages()):
                yield rows
                counter.increment(len(rows))

    @override
    def get_batch_config(self, config: Any) -> BatchConfig | None:
        # Stream maps may turn one stream into two, and a batch file belongs to one stream.
        batches = super().get_batch_config(config) if len(self.stream_maps) == 1 else None
        if batches:
            name_compression(batches.encoding)
        return batches

    @override
    def get_batches(
        self, batch_config: BatchConfig, context: Context | None = None
    ) -> Iterable[tuple[BaseBatchFileEncoding, list[str]]]:
        if has_writer(batch_config) and may_be_written_by_the_page(self):
            pages = self._noted(map(self.page_maps[0].of, self._counted_pages()))
            schema = self.stream_maps[0].transformed_schema
            name = f"{self.tap_name}--{self.name}"
            for file in write_files(pages, name, schema, batch_config):
                yield batch_config.encoding, [file]
            return
        # The SDK writes records into files unmapped (https://github.com/meltano/sdk/issues/1117),
        # including names that a stream map should hash.
        mapped = self._mapped(self._sync_records(context, write_messages=False))
        records = (record for page in self._noted([one] for one in mapped) for record in page)
        manifests = Batcher(self.tap_name, self.name, batch_config).get_batches(records)
        with write_errors_explained():
            for manifest in manifests:
                yield batch_config.encoding, manifest

    def _noted(self, pages: Iterable[Records]) -> Iterator[Any]:
        """Note how many records are written into batches."""
        writer = cast("RecordWriter", self._tap.message_writer)
        for page in pages:
            writer.records_written[self.name] += len(page)
            yield page

    def _mapped(self, records: Iterable[Record]) -> Generator[dict[str, Any], Any, Any]:
        """Process records as the SDK does before it writes them."""
        for record in records:
            for message in self._generate_record_messages(record):
                yield message.record


def may_be_written_by_the_page(stream: Stream) -> bool:
    """Tell whether, before it maps a record, the SDK would at most leave out deselected columns.

    Args:
        stream: A selected stream. Its records have the columns and types of its schema, apart from
            deselected columns.
    """
    return (
        all(is_kept for place, is_kept in stream.mask.items() if len(place) > COLUMN_DEPTH)
        and stream.effective_schema["properties"] == stream.schema["properties"]
        and stream.ABORT_AT_RECORD_COUNT is None
        and not stream.is_sorted
    )
