"""The streams of aggregates: figures that the platform has counted, a span of time after another.

An interval is asked for when it has passed, and the bookmark moves when all of it is written.
"""

from __future__ import annotations

from abc import abstractmethod
from itertools import starmap
from typing import TYPE_CHECKING, Any, ClassVar

from typing_extensions import override

from tap_genesys_search.errors import PageTooLargeError, RequestError, SearchRefusedError
from tap_genesys_search.platform.error_rules import Asked
from tap_genesys_search.records.parts import Part
from tap_genesys_search.records.row_reader import RowReader, warn_of_kept
from tap_genesys_search.records.rows import filled
from tap_genesys_search.schemas import read_schema
from tap_genesys_search.singer.fast_path import RowStream
from tap_genesys_search.streams.aggregate_query import (
    CONVERSATION_PATH,
    KEYS,
    MOST_USERS,
    USER_PATH,
    AggregateQuery,
)
from tap_genesys_search.streams.base import WindowedStream, first_moment
from tap_genesys_search.streams.left_out import noted_alone
from tap_genesys_search.timestamps import format_timestamp
from tap_genesys_search.windows.window import Window

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from singer_sdk import Tap

    from tap_genesys_search.json_types import JsonObject
    from tap_genesys_search.records.rows import Row
    from tap_genesys_search.search_apis.base import SearchApi
    from tap_genesys_search.streams.context import RunContext


class AggregateStream(RowStream, WindowedStream):
    """Figures by group and span of time, one row for each metric and qualifier."""

    selected_by_default = False
    primary_keys = ("aggregate_id",)
    replication_key = "interval_end"
    bookmark_key = "interval_end"

    permissions: ClassVar[tuple[str, ...]]
    """Of these the OAuth client needs one."""

    advice: ClassVar[str]
    """What to check where the platform refuses the query."""

    _are_settings_accepted = False

    @property
    @abstractmethod
    def query(self) -> AggregateQuery:
        """What to ask for."""

    @abstractmethod
    def users(self) -> Iterable[Sequence[str]]:
        """List the users that each query of an interval is about, none where it is about all."""

    @override
    def get_batch_config(self, config: Any) -> None:
        # Held back for a batch, rows would be written after the state that covers them.
        return None

    @override
    def is_filled_by(self, search_api: SearchApi) -> bool:
        return False

    @override
    def row_pages(self) -> Iterable[list[Row]]:
        with noted_alone(self, self.run.left_out, self.permissions):
            yield from self._read()

    def _read(self) -> Iterator[list[Row]]:
        query, settings = self.query, self.run.settings
        start = first_moment([self], settings)
        windows = list(query.windows(start, self._last_moment(), settings.window_length))
        if windows:
            self.logger.info(
                "Stream %s: asking for %s/%s, %d intervals",
                self.name,
                format_timestamp(windows[0].start),
                format_timestamp(windows[-1].end),
                len(windows),
            )
        batches = list(self.users()) if windows else []
        if windows and not batches:
            self.logger.warning(
                "Stream %s: the platform lists no users, so nothing is asked for and the state of "
                "the stream stays as it is",
                self.name,
            )
            return
        columns = tuple(self.columns_wanted())
        reader = RowReader(self.name, (*KEYS, *query.group_columns), columns)
        for window in windows:
            for users in batches:
                for answer in self._ask(window, users):
                    if "results" not in answer:
                        self.logger.warning(
                            "Stream %s: the answer for %s has no results, which is taken for no "
                            "figures",
                            self.name,
                            window,
                        )
                    yield filled(reader.read(list(starmap(Part, query.rows(answer)))), columns)
            self.state_manager.move_to(window.end, self.bookmark_key)
            self.write_state()
        warn_of_kept(self.logger, {self.name: reader.kept})

    def _last_moment(self) -> datetime:
        """Find where to end: by the platform's clock, should this one be ahead."""
        return min(self.run.settings.end, self.run.client.platform_time())

    def _ask(self, window: Window, users: Sequence[str]) -> Iterator[JsonObject]:
        """Ask for an interval, in parts where the platform finds that it is too much at once."""
        try:
            answer = self._call(window, users)
        except PageTooLargeError as error:
            parts = self._halves_of_users(window, users) or self._halves(window, users)
            refusal: RequestError = error
        except SearchRefusedError as error:
            parts = self._halves(window, users) if self._is_answered(window, users) else []
            refusal = error
        else:
            self._are_settings_accepted = True
            yield answer
            return
        if not parts:
            raise RequestError(
                refusal.fact,
                self.advice,
                status=refusal.status,
                platform_message=refusal.platform_message,
            )
        for half, some in parts:
            yield from self._ask(half, some)

    def _halves(self, window: Window, users: Sequence[str]) -> list[tuple[Window, Sequence[str]]]:
        """Halve the interval of a query, unless it is a single span."""
        if window.length <= self.query.granularity:
            return []
        return [(half, users) for half in window.halves(self.query.granularity)]

    def _halves_of_users(
        self, window: Window, users: Sequence[str]
    ) -> list[tuple[Window, Sequence[str]]]:
        """Halve the users of a query, unless it names one or none."""
        middle = len(users) // 2
        return [(window, users[:middle]), (window, users[middle:])] if middle else []

    def _is_answered(self, window: Window, users: Sequence[str]) -> bool:
        """Find out once a run whether the platform takes the same query over a single span."""
        if self._are_settings_accepted or window.length <= self.query.granularity:
            return self._are_settings_accepted
        try:
            self._call(Window(window.start, window.start + self.query.granularity), users)
        except SearchRefusedError:
            return False
        except PageTooLargeError:
            pass  # it is taken, only its answer is too large
        self._are_settings_accepted = True
        return True

    def _call(self, window: Window, users: Sequence[str]) -> JsonObject:
        return self.run.client.call(
            "POST", self.query.path, json=self.query.body(window, users), asked=Asked.AGGREGATES
        )


class ConversationAggregates(AggregateStream):
    """What happened in conversations, by queue, agent and medium, or as is set."""

    name = "conversation_aggregates"
    permissions = ("analytics:conversationAggregate:view",)
    advice = (
        "Check the settings aggregate_granularity, conversation_aggregate_group_by and "
        "conversation_aggregate_metrics"
    )

    def __init__(self, tap: Tap, context: RunContext) -> None:
        super().__init__(tap, context, schema=_schema_of_groups(context.aggregate_columns))

    @property
    @override
    def query(self) -> AggregateQuery:
        settings = self.run.settings
        return AggregateQuery(
            CONVERSATION_PATH,
            settings.aggregate_granularity,
            settings.conversation_aggregate_group_by,
            settings.conversation_aggregate_metrics,
        )

    @override
    def users(self) -> Iterable[Sequence[str]]:
        return [()]


class UserStatusAggregates(AggregateStream):
    """How long users were in which presence and routing status."""

    name = "user_status_aggregates"
    permissions = ("analytics:userAggregate:view",)
    advice = "Check the settings aggregate_granularity and user_aggregate_metrics"

    def __init__(self, tap: Tap, context: RunContext) -> None:
        super().__init__(tap, context, schema=read_schema(self.name))

    @property
    @override
    def query(self) -> AggregateQuery:
        settings = self.run.settings
        return AggregateQuery(
            USER_PATH,
            settings.aggregate_granularity,
            ("userId",),
            settings.user_aggregate_metrics,
        )

    @override
    def users(self) -> Iterable[Sequence[str]]:
        user_ids = self.run.ids_of("users")
        return [
            user_ids[first : first + MOST_USERS] for first in range(0, len(user_ids), MOST_USERS)
        ]


def _schema_of_groups(columns: Mapping[str, str]) -> dict[str, Any]:
    """Build the schema of `conversation_aggregates`, with a text column for each dimension."""
    schema = read_schema(ConversationAggregates.name)
    figures = schema["properties"]
    keys = {name: figures.pop(name) for name in KEYS}
    groups = {
        column: {
            "type": ["string", "null"],
            "description": f"Dimension `{dimension}` of the platform; null where it has no value.",
        }
        for dimension, column in columns.items()
    }
    schema["properties"] = {**keys, **groups, **figures}
    return schema
