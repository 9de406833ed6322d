"""Writing a page of records at once, where the SDK's work per record would change nothing.

The SDK prunes, conforms, maps, wraps, serialises and counts record by record, which costs ten
times as much as the rest of the tap. Where no stream map is set and the catalog does no more than
leave out columns, all of it but that changes nothing. This is the only place that goes beyond the
SDK's public hooks; where more of that work does something, the SDK does it.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, Protocol, cast

from singer_sdk import Stream
from singer_sdk.mapper import SameRecordTransform
from typing_extensions import override

from tap_genesys_search.rows import record_of

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    from singer_sdk.helpers.types import Context, Record

    from tap_genesys_search.rows import Row
    from tap_genesys_search.search import FoundPage

COLUMN_DEPTH = 2
"""Parts of a column's breadcrumb, `("properties", "customer_name")`."""


class RowWriter(Protocol):
    """What a tap's message writer must be able to do for its pages to be written at once."""

    def write_rows(self, stream: str, rows: list[Row], version: int | None) -> None:
        """Write rows of a stream, each as a record."""


class PagedStream(Stream):
    """A stream whose records come a page at a time."""

    _pages: Iterable[FoundPage] = ()

    @abstractmethod
    def get_rows(self, page: FoundPage) -> list[Row]:
        """Give the records that a page has for this stream, without deselected columns."""

    def sync_pages(self, pages: Iterable[FoundPage], context: Context) -> None:
        """Sync the stream as far as some pages go.

        Args:
            pages: Pages of one search.
            context: Of that search.
        """
        self._pages = pages
        self.sync(context=context)

    def columns_wanted(self) -> list[str]:
        """List the columns that are not deselected."""
        return [column for column in self.schema["properties"] if self.mask["properties", column]]

    @override
    def get_records(self, context: Context | None) -> Iterable[Record]:
        for page in self._pages:
            yield from map(record_of, self.get_rows(page))

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
            for page in self._pages:
                rows = self.get_rows(page)
                if rows:
                    writer.write_rows(self.name, rows, self._stream_version)
                    counter.increment(len(rows))
                    self.state_manager.is_flushed = False
        self._write_state_message()


def at_most_leaves_out_columns(stream: Stream) -> bool:
    """Tell whether all that the SDK does to each record is to leave out deselected columns.

    Args:
        stream: A selected stream whose records have the columns and types of its schema, but for
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
