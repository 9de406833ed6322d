"""What all streams of one run share."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, cast

from tap_genesys_search.clock import SYSTEM_CLOCK
from tap_genesys_search.platform.client import PlatformClient
from tap_genesys_search.search.listeners.totals import RunTotals
from tap_genesys_search.settings.aggregate_names import DEFAULT_GROUP_BY, group_columns
from tap_genesys_search.settings.parse import Settings, read_settings
from tap_genesys_search.settings.projection import DEFAULT_FIELDS, Projection, project
from tap_genesys_search.streams.left_out import LeftOutStreams

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from singer_sdk import Stream

    from tap_genesys_search.clock import Clock


class ListsIds(Protocol):
    """A stream that lists the ids of its entries."""

    def ids(self) -> list[str]:
        """List the ids."""
        ...

    def is_settled(self) -> bool:
        """Tell whether the list has not changed while it was read."""
        ...


class RunContext:
    """What all streams of one run share.

    Args:
        config: The tap's configuration.
        streams: Gives the run's streams by name, once they are loaded.
        clock: The clock to wait by.

    Attributes:
        totals: What the searches have found up to now.
    """

    def __init__(
        self,
        config: Mapping[str, Any],
        streams: Callable[[], Mapping[str, Stream]],
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self._clock = clock
        self._config = config
        self._streams = streams
        self.totals = RunTotals()

    @cached_property
    def settings(self) -> Settings:
        """The checked settings; discovery does without them."""
        return read_settings(self._config)

    @cached_property
    def client(self) -> PlatformClient:
        """The platform API, as the OAuth client sees it."""
        return PlatformClient(self.settings, self._clock)

    @property
    def projection(self) -> Projection:
        """The fields asked for, also where discovery runs without the other settings."""
        return project(self._config.get("fields") or DEFAULT_FIELDS)

    @property
    def aggregate_columns(self) -> dict[str, str]:
        """The dimensions of the conversation aggregates and their columns, as with `projection`."""
        name = "conversation_aggregate_group_by"
        return group_columns(name, self._config.get(name, DEFAULT_GROUP_BY))

    @cached_property
    def left_out(self) -> LeftOutStreams:
        """The streams that could not be synced in this run."""
        streams = self._streams().values()
        return LeftOutStreams(
            [stream.name for stream in streams if stream.selected],
            [
                stream.name
                for stream in streams
                if stream.parent_stream_type is None
                and (stream.selected or stream.has_selected_descendents)
            ],
            is_strict=self.settings.strict,
        )

    def ids_of(self, lookup: str) -> list[str]:
        """List the ids of a lookup's entries, which are read once a run.

        Args:
            lookup: Name of the lookup's stream.

        Raises:
            RequestError: The platform refuses, or does not answer.
            ListingError: The list can't be read to its end.
        """
        return cast("ListsIds", self._streams()[lookup]).ids()

    def is_settled(self, lookup: str) -> bool:
        """Tell whether a lookup whose ids were listed has not changed while it was read.

        Args:
            lookup: Name of the lookup's stream.
        """
        return cast("ListsIds", self._streams()[lookup]).is_settled()
