"""The streams of aggregates: figures that the platform has counted, a span of time after another.

An interval is asked for when it has passed, and the bookmark moves when it is written whole.
"""

from __future__ import annotations

from abc import abstractmethod
from datetime import timedelta
from itertools import starmap
from typing import TYPE_CHECKING, Any, ClassVar

from typing_extensions import override

from tap_genesys_search.records.parts import Part
from tap_genesys_search.records.row_reader import RowReader, warn_of_kept
from tap_genesys_search.records.rows import filled
from tap_genesys_search.schemas import read_schema
from tap_genesys_search.singer.fast_path import RowStream
from tap_genesys_search.streams.aggregates.answers import AggregateAnswers
from tap_genesys_search.streams.aggregates.query import (
    CONVERSATION_PATH,
    KEYS,
    ORIGIN,
    USER_PATH,
    AggregateQuery,
)
from tap_genesys_search.streams.base import WindowedStream
from tap_genesys_search.streams.left_out import noted_alone
from tap_genesys_search.streams.nothing_found import note_records
from tap_genesys_search.streams.state_warnings import (
    DELETE_BEFORE_AGGREGATING,
    warn_of_changes,
    warn_of_days_left_out,
    warn_of_late_data,
)
from tap_genesys_search.timestamps import format_timestamp
from tap_genesys_search.windows.coverage import late_data_left_out, spans_to_read
from tap_genesys_search.windows.grid import Grid
from tap_genesys_search.windows.window import Window
from tap_genesys_search.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from singer_sdk import Tap

    from tap_genesys_search.records.rows import Row
    from tap_genesys_search.search_apis.base import SearchApi
    from tap_genesys_search.streams.context import RunContext


LOOKBACK = timedelta(hours=48)
"""How far before the end of complete data the platform may still correct counts, unless set."""


class AggregateStream(RowStream, WindowedStream):
    """Figures by group and span of time, one row for each metric and qualifier."""

    selected_by_default = False
    primary_keys = ("aggregate_id",)
    replication_key = "interval_end"
    bookmark_key = "interval_end"
    delete_first = DELETE_BEFORE_AGGREGATING

    permissions: ClassVar[tuple[str, ...]]
    """Of these the OAuth client needs one."""

    advice: ClassVar[str]
    """What to check where the platform refuses the query."""

    @property
    @abstractmethod
    def query(self) -> AggregateQuery:
        """What to ask for."""

    @abstractmethod
    def users(self) -> Sequence[str] | None:
        """List the users that an interval is about, None where it is about all."""

    def are_users_settled(self) -> bool:
        """Tell whether no user is missing because their list has changed while it was read."""
        return True

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
        warn_of_days_left_out([self], settings)
        warn_of_changes([self], query.fingerprint)
        grid = Grid(ORIGIN, query.granularity)
        start, lookback = query.whole_spans_until(settings.start), settings.lookback_or(LOOKBACK)
        warn_of_late_data([self], lambda known: late_data_left_out(known, start, grid, lookback))
        spans = spans_to_read(self.coverage, Window(start, self._last_moment()), grid, lookback)
        windows = [
            window
            for span in spans
            for window in query.windows(span.start, span.end, settings.window_length)
        ]
        if windows:
            self.logger.info(
                "Stream %s: asking for %s/%s, %s",
                self.name,
                format_timestamp(windows[0].start),
                format_timestamp(windows[-1].end),
                counted(len(windows), "interval"),
            )
            yield from self._read_windows(windows)

    def _read_windows(self, windows: list[Window]) -> Iterator[list[Row]]:
        users = self.users()
        if users is not None and not users:
            self.logger.warning(
                "Stream %s: the platform lists no users, so nothing is asked for and the state of "
                "the stream stays as it is. Check the roles and divisions of the OAuth client",
                self.name,
            )
            return
        query = self.query
        answers = AggregateAnswers(self.run.client, query, self.advice)
        columns = tuple(self.columns_wanted())
        reader = RowReader(self.name, (*KEYS, *query.group_columns), columns)
        found = 0
        for window in windows:
            for answer in answers.of(window, users or ()):
                parts = list(starmap(Part, query.rows(answer, window)))
                rows = filled(reader.read(parts), columns)
                found += len(rows)
                yield rows
            self._complete(window)
        if not self.is_connection_test:
            note_records(self.name, self.state_manager.stream_state, found, windows)
        warn_of_kept(self.logger, {self.name: reader.kept})

    def _complete(self, window: Window) -> None:
        """Move the bookmark past an interval, unless users may be missing from it."""
        if self.are_users_settled():
            self.complete(window, self.query.fingerprint)
            self.write_state()

    def _last_moment(self) -> datetime:
        """Find where to end: by the platform's clock, should this one be ahead."""
        return min(self.run.settings.end, self.run.client.platform_time())


class ConversationAggregates(AggregateStream):
    """What happened in conversations, by queue, agent and media type, or as set."""

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
    def users(self) -> Sequence[str] | None:
        return None


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
    def users(self) -> Sequence[str] | None:
        user_ids = self.run.ids_of("users")
        if not self.are_users_settled():
            self.logger.warning(
                "Stream %s: the list of users has changed while it was read, so the state of the "
                "stream stays as it is and the next run asks for all users",
                self.name,
            )
        return user_ids

    @override
    def are_users_settled(self) -> bool:
        return self.run.is_settled("users")


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
