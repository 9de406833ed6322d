"""Aggregate queries: the figures of an interval, by group and span of time.

A figure counts in the span in which the platform emitted its metric, not in that in which the
conversation began
(https://developer.genesys.cloud/forum/t/conversation-aggregates-api-call/18235).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import lru_cache, partial
from itertools import chain
from typing import TYPE_CHECKING, Any

from tap_genesys_search.errors import SearchFailedError
from tap_genesys_search.platform.http.responses import place_of
from tap_genesys_search.records.ids import check_ids, digest_of
from tap_genesys_search.settings.aggregate_names import ONE_DAY
from tap_genesys_search.settings.durations import format_period
from tap_genesys_search.settings.projection import column_name
from tap_genesys_search.timestamps import format_timestamp, read_moment
from tap_genesys_search.windows.grid import Grid
from tap_genesys_search.windows.window import Window

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tap_genesys_search.json_types import JsonObject


ORIGIN = datetime(1970, 1, 5, tzinfo=timezone.utc)
"""Spans are counted from here, a Monday: so each run has the same ones, and weeks are whole."""


CONVERSATION_PATH = "/api/v2/analytics/conversations/aggregates/query"

USER_PATH = "/api/v2/analytics/users/aggregates/query"


MOST_USERS = 100
"""How many users one query may name (there, too)."""


_IDENTITIES = json.JSONEncoder(sort_keys=True)

KEYS = ("aggregate_id", "interval_start", "interval_end", "granularity", "metric", "qualifier")
"""Columns of every aggregate, beside those of its group and its figures."""


@dataclass(frozen=True)
class AggregateQuery:
    """What is asked for, whatever the interval.

    Attributes:
        path: Where it is asked.
        granularity: How long a span is.
        group_by: Dimensions, as the platform calls them.
        metrics: Metrics, as the platform calls them.
    """

    path: str
    granularity: timedelta
    group_by: tuple[str, ...]
    metrics: tuple[str, ...]

    @property
    def group_columns(self) -> tuple[str, ...]:
        """The columns of the group, in the order of its dimensions."""
        return tuple(map(column_name, self.group_by))

    @property
    def fingerprint(self) -> dict[str, object]:
        """What the state keeps, so that a change does not pass unnoticed."""
        return {
            # A text: some loaders can't write a state that holds a fraction.
            "aggregate_granularity": format_period(self.granularity),
            "group_by": list(self.group_by),
            "metrics": list(self.metrics),
        }

    def body(self, window: Window, user_ids: Sequence[str] = ()) -> JsonObject:
        """Build the body, model `ConversationAggregationQuery` or `UserAggregationQuery`.

        Args:
            window: The interval, of whole spans.
            user_ids: The users it is about, where it must name them.
        """
        predicates = [{"dimension": "userId", "value": user_id} for user_id in user_ids]
        return {
            "interval": str(window),
            "granularity": format_period(self.granularity),
            "groupBy": list(self.group_by),
            "metrics": list(self.metrics),
            **({"filter": {"type": "or", "predicates": predicates}} if predicates else {}),
        }

    def windows(self, start: datetime, end: datetime, longest: timedelta) -> Iterator[Window]:
        """Cut a stretch of time into intervals of whole spans, of a day unless a span is longer.

        Args:
            start: First moment, whose span is taken as a whole.
            end: Moment the last span ends before or at.
            longest: How long an interval may be, if that holds a span.
        """
        spans = max(1, min(longest, ONE_DAY) // self.granularity)
        grid = Grid(ORIGIN, spans * self.granularity)
        moment = self.whole_spans_until(start)
        last = self.whole_spans_until(end)
        while moment < last:
            window = Window(moment, min(grid.cell(moment, 0).end, last))
            yield window
            moment = window.end

    def whole_spans_until(self, moment: datetime) -> datetime:
        """Find where the span begins that holds a moment."""
        return moment - (moment - ORIGIN) % self.granularity

    def rows(
        self, answer: JsonObject, window: Window
    ) -> Iterator[tuple[tuple[Any, ...], JsonObject]]:
        """Read the figures of an answer.

        Args:
            answer: Model `ConversationAggregateQueryResponse` or `UserAggregateQueryResponse`.
            window: The interval that was asked for.

        Yields:
            The values of `KEYS` and of the group's columns; and the figures, model
            `StatisticalSummary`, with the dimensions that were not asked for.

        Raises:
            SearchFailedError: The answer is not what the model says, has a figure twice with
                another value, or has figures of another interval.
        """
        try:
            yield from self._rows(answer, window)
        except (KeyError, ValueError, TypeError, AttributeError, OverflowError) as error:
            said = str(error) if isinstance(error, _UnsoundError) else type(error).__name__
            raise SearchFailedError(
                f"{place_of(answer, self.path)} answered results that can't be read ({said})"
            ) from None

    def _rows(
        self, answer: JsonObject, window: Window
    ) -> Iterator[tuple[tuple[Any, ...], JsonObject]]:
        period = format_period(self.granularity)
        # Each group has the same spans.
        read_span = lru_cache(maxsize=1_000)(partial(_read_span, window))
        read: dict[str, object] = {}
        for result in _list(answer, "results"):
            group = result.get("group") or {}
            values = tuple(_as_text(group.get(name)) for name in self.group_by)
            unasked = {name: group[name] for name in group if name not in self.group_by}
            check_ids([json.dumps(value) for value in group.values()])
            dimensions = sorted(zip(self.group_by, values, strict=True))
            for data in _list(result, "data"):
                span = read_span(data["interval"])
                for one in _list(data, "metrics"):
                    metric, qualifier = str(one["metric"]), _as_text(one.get("qualifier"))
                    # Of the row's own columns, so that whoever asks again updates it. Not of
                    # the client: no column would tell one client's figures from another's.
                    identity = [self.path, period, dimensions, unasked, span[0], metric]
                    key = digest_of(_IDENTITIES.encode([*identity, qualifier]))
                    stats = one.get("stats") or {}
                    if read.setdefault(key, stats) != stats:
                        raise _UnsoundError(f"{metric} twice for one group, with two values")
                    yield (key, *span, period, metric, qualifier, *values), {**stats, **unasked}


class _UnsoundError(ValueError):
    """An answer contradicts itself, or the question; says how."""


def lacks_figures(answer: JsonObject) -> bool:
    """Tell an answer in which a part of the model is absent: results, data, metrics or stats."""
    parents: list[Any] = [answer]
    for key in ("results", "data", "metrics", "stats"):
        parts = [one.get(key) for one in parents if isinstance(one, dict)]
        if None in parts:
            return True
        parents = [*chain.from_iterable(one for one in parts if isinstance(one, list))]
    return False


def _list(parent: JsonObject, key: str) -> list[JsonObject]:
    listed = parent.get(key)
    if listed is None:
        return []
    if not isinstance(listed, list):
        raise TypeError(key)
    return listed


def _read_span(window: Window, interval: str) -> tuple[str, str]:
    start, end = map(read_moment, interval.split("/"))
    if start >= window.end or end <= window.start:
        raise _UnsoundError(f"figures of {format_timestamp(start)}, where {window} was asked for")
    return format_timestamp(start), format_timestamp(end)


def _as_text(value: object) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value)
