"""A stream that uses internals of the SDK: window bookmarks, state, the reader of the output."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from singer_sdk import Stream
from singer_sdk.mapper import MAPPER_ELSE_OPTION, RemoveRecordTransform
from typing_extensions import override

from tap_genesys_search.singer.bookmarks import WindowBookmark
from tap_genesys_search.singer.pages.map_rules import definitions_of, rules_of
from tap_genesys_search.singer.pages.page_maps import check_keys_made, keys_made

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from singer_sdk.helpers.types import Record
    from singer_sdk.singerlib import Catalog, RecordMessage

    from tap_genesys_search.singer.writer import WholeLineWriter


class KeyedStream(Stream):
    """A stream whose keys are the tap's: no catalog replaces them, no stream map empties them."""

    @override
    def apply_catalog(self, catalog: Catalog) -> None:
        # What other keys a catalog names is refused once all streams are there.
        keys = self.primary_keys
        super().apply_catalog(catalog)
        self.primary_keys = keys

    @property
    def stream_map_definitions(self) -> dict[str, Any]:
        """What the setting `stream_maps` says of the stream; nothing where it says nothing."""
        definitions = definitions_of(self.name, self._tap.mapper.stream_maps_dict)
        if isinstance(self.stream_maps[0], RemoveRecordTransform):
            definitions[MAPPER_ELSE_OPTION] = None
        return definitions

    @property
    def flattening(self) -> dict[str, Any]:
        """The settings of flattening; without it a depth of 0 and no others."""
        options = self._tap.mapper.flattening_options
        if not options.enabled:
            return {"flattening_max_depth": 0}
        return {
            "flattening_max_depth": options.max_level,
            "flattening_separator": options.separator,
            "flattening_max_key_length": options.max_key_length,
        }

    @cached_property
    def _keys_made(self) -> dict[str, tuple[str, ...]]:
        """Key columns that stream maps make, by the name of the stream that is written."""
        rules = rules_of(self.name, self._tap.mapper.stream_maps_dict)
        maps = zip(self.stream_maps, rules, strict=True)
        return {one.stream_alias: keys_made(one, its_rules) for one, its_rules in maps}

    @override
    def _generate_record_messages(self, record: Record) -> Generator[RecordMessage, None, None]:
        for message in super()._generate_record_messages(record):
            check_keys_made(self.name, self._keys_made[message.stream], [dict(message.record)])
            yield message


class BaseStream(KeyedStream):
    """A stream whose state says which windows are complete."""

    @property
    @override
    def state_manager(self) -> WindowBookmark:
        if self._state_manager is None:
            self._state_manager = WindowBookmark(
                tap_name=self.tap_name,
                stream_name=self.name,
                tap_state=self._tap_state,
                state_partitioning_keys=self.state_partitioning_keys,
            )
        return cast("WindowBookmark", self._state_manager)

    @property
    def is_connection_test(self) -> bool:
        """Whether only the stream's first records are read, to test that it can be read."""
        return self.ABORT_AT_RECORD_COUNT is not None

    def write_state(self) -> None:
        """Write the state of all streams if it has changed."""
        self._tap.state_writer.write_state(self.tap_state)

    @property
    def records_written(self) -> Mapping[str, int]:
        """How many records of each stream were written in this run."""
        return cast("WholeLineWriter", self._tap.message_writer).records_written

    def check_reader(self) -> None:
        """Find out whether anybody still reads what the tap writes.

        Raises:
            OutputClosedError: Nobody reads it.
        """
        cast("WholeLineWriter", self._tap.message_writer).check_reader()
