"""Writing a page of records at once, where the SDK's work per record would change nothing.

The SDK prunes, conforms, maps, wraps, serialises and counts record by record, which costs ten
times as much as the rest of the tap. Where no stream map is set and the catalog does no more than
leave out columns, all of it but that changes nothing. This is the only place that goes beyond the
SDK's public hooks; where more of that work does something, the SDK does it.
"""

from __future__ import annotations

from abc import abstractmethod
from functools import cache
from itertools import repeat
from typing import TYPE_CHECKING, Any, cast

import msgspec
from singer_sdk import Stream
from singer_sdk.contrib.msgspec import encoder
from singer_sdk.mapper import SameRecordTransform
from typing_extensions import override

from tap_genesys_search.columns import records_of
from tap_genesys_search.timestamps import utc_now

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable
    from datetime import datetime

    from singer_sdk.helpers.types import Context, Record

    from tap_genesys_search.columns import Columns
    from tap_genesys_search.singer_writer import WholeLineWriter

COLUMN_DEPTH = 2
"""Parts of a column's breadcrumb, `("properties", "customer_name")`."""


class PagedStream(Stream):
    """A stream whose records come a page at a time, as columns."""

    @abstractmethod
    def get_pages(self) -> Iterable[Columns]:
        """Read the pages.

        Yields:
            All columns of the stream's schema.
        """

    @override
    def get_records(self, context: Context | None) -> Iterable[Record]:
        for page in self.get_pages():
            yield from records_of(page)

    @override
    def _sync_records(
        self, context: Context | None = None, *, write_messages: bool = True
    ) -> Generator[dict[str, Any], Any, Any]:
        if write_messages and at_most_leaves_out_columns(self):
            self._sync_pages()
        else:
            yield from super()._sync_records(context, write_messages=write_messages)

    def _sync_pages(self) -> None:
        """Write the stream's records as the SDK does, but a page at a time."""
        writer = cast("WholeLineWriter", self._tap.message_writer)
        with self.get_record_counter() as counter, self.get_sync_timer():
            for whole_page in self.get_pages():
                page = {
                    column: values
                    for column, values in whole_page.items()
                    if self.mask["properties", column]
                }
                rows = list(map(row_type(tuple(page)), *page.values()))
                if rows:
                    writer.write_lines(record_lines(self.name, rows, self._stream_version))
                    counter.increment(len(rows))
                    self.state_manager.is_flushed = False
        self._write_state_message()


@cache
def row_type(columns: tuple[str, ...]) -> type[msgspec.Struct]:
    """Make a type that encodes as a record of some columns, and is made faster than a dict."""
    names = [f"column_{place}" for place in range(len(columns))]  # a column may be no identifier
    return msgspec.defstruct("Row", names, rename=dict(zip(names, columns, strict=True)), gc=False)


class _RecordMessage(msgspec.Struct, gc=False):
    """As `singer_sdk.singerlib.RecordMessage.to_dict` has it; what is unset is left out."""

    type: str
    stream: str
    record: msgspec.Struct
    version: int | msgspec.UnsetType
    time_extracted: datetime


def record_lines(stream: str, rows: list[msgspec.Struct], version: int | None) -> bytes:
    """Encode rows as lines of RECORD messages."""
    messages = map(
        _RecordMessage,
        repeat("RECORD"),
        repeat(stream),
        rows,
        repeat(msgspec.UNSET if version is None else version),
        repeat(utc_now()),
    )
    return encoder.encode_lines(list(messages))


def at_most_leaves_out_columns(stream: Stream) -> bool:
    """Tell whether all that the SDK does to each record is to leave out deselected columns.

    Args:
        stream: A selected stream whose records have the columns and types of its schema.
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
