"""From the platform's records to records of the stream `interactions`."""

from __future__ import annotations

import json
import math
from collections import Counter
from types import NoneType
from typing import TYPE_CHECKING, Any

from tap_genesys_search.records.fields import ABSENT, Absent, unscored
from tap_genesys_search.records.ids import check_ids, surrogate_of
from tap_genesys_search.records.unread_times import UnreadTimes
from tap_genesys_search.schemas import read_schema
from tap_genesys_search.settings.projection import COLUMNS
from tap_genesys_search.timestamps import (
    are_platform_timestamps,
    as_platform_timestamp,
    format_timestamp,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_genesys_search.json_types import JsonObject
    from tap_genesys_search.records.rows import Columns
    from tap_genesys_search.settings.projection import Projection
    from tap_genesys_search.windows.window import Window


DEFAULTS = {"type": "conversation", "media.type": "voice", "customer.name": "anonymous"}
"""Field to the text that stands for null."""


SCORE_DECIMALS = 4


UNREAD_TIME = "timestamp"
"""Name in `metadata` of a time that can't be read."""


NULLS = (NoneType, Absent)
"""Types of what gets a default."""


class Normaliser:
    """Normalises the records of one reading of one search, a page at a time.

    Each column is looked at as a whole first: where all its values are as they should be, nothing
    is done to them one by one.

    Args:
        projection: Fields asked for.
        read_column: Reads a field from each record of a page.
        window: The window searched.
        search_id: Id of the search.
        unread_times: Warns of times that can't be read, of all searches of a run.

    Attributes:
        defaults_applied: Column to how many records got its default.
        missing_fields: Fields asked for that one or more records came without.
    """

    def __init__(
        self,
        projection: Projection,
        read_column: Callable[[list[JsonObject], str], list[Any]],
        window: Window,
        search_id: str,
        unread_times: UnreadTimes | None = None,
    ) -> None:
        self._unread_times = unread_times or UnreadTimes("interactions", "metadata")
        self._projection = projection
        self._read_column = read_column
        self._window_start = format_timestamp(window.start)
        self._search_id = search_id
        self._surrogates: Counter[str] = Counter()
        self.defaults_applied: Counter[str] = Counter()
        self.missing_fields: set[str] = set()

    def normalise(self, page: list[JsonObject]) -> Columns:
        """Normalise the records of a page.

        Args:
            page: Records as their search API models them.

        Returns:
            Every column of the stream.
        """
        values = {
            field: self._read_column(page, field)
            for field in dict.fromkeys((*COLUMNS, *self._projection.fields))
        }
        kinds = {field: set(map(type, column)) for field, column in values.items()}
        self.missing_fields.update(
            field for field in self._projection.fields if Absent in kinds[field]
        )
        timestamps, unread = self._timestamps(values["timestamp"], kinds["timestamp"])
        return {
            "id": self._ids(values["id"], kinds["id"], page, timestamps),
            "type": self._texts("type", values["type"], kinds["type"]),
            "timestamp": timestamps,
            "media_type": self._texts("media.type", values["media.type"], kinds["media.type"]),
            "customer_name": self._texts(
                "customer.name", values["customer.name"], kinds["customer.name"]
            ),
            "relevance_score": self._scores(values["relevanceScore"], kinds["relevanceScore"]),
            "metadata": self._keep_unread(
                self._metadata(values["metadata"], kinds["metadata"]), values["timestamp"], unread
            ),
            "search_id": [self._search_id] * len(page),
            **{
                column: _as_texts(values[field], kinds[field])
                for field, column in self._projection.extra_columns.items()
            },
        }

    def _ids(
        self, values: list[Any], kinds: set[type], page: list[JsonObject], timestamps: list[str]
    ) -> list[str]:
        ids = values
        if not kinds <= {str} or not all(values):
            ids = [
                (as_text(value) if value is not ABSENT else None) or self._surrogate(raw, timestamp)
                for value, raw, timestamp in zip(values, page, timestamps, strict=True)
            ]
        check_ids(ids)
        return ids

    def _surrogate(self, raw: JsonObject, timestamp: str) -> str:
        self.defaults_applied["id"] += 1
        # Content and time make the surrogate, so a later reading finds the same one. Equal records
        # of one reading are numbered, so that none is lost.
        surrogate = surrogate_of([timestamp, unscored(raw)])
        self._surrogates[surrogate] += 1
        repeats = self._surrogates[surrogate] - 1
        return f"{surrogate}-{repeats}" if repeats else surrogate

    def _timestamps(self, values: list[Any], kinds: set[type]) -> tuple[list[str], list[int]]:
        """Read the timestamps of a page.

        Returns:
            The timestamps, the window's start where there is none; and the places of those that
            can't be read.
        """
        texts = values if kinds == {str} else [value for value in values if type(value) is str]
        if not kinds <= {str, *NULLS} or not are_platform_timestamps(texts):
            read = [as_platform_timestamp(value) for value in values]
        elif texts is values:
            return texts, []
        else:
            read = [value if type(value) is str else None for value in values]
        lacking = [place for place, timestamp in enumerate(read) if timestamp is None]
        self._count_defaults("timestamp", len(lacking))
        unread = [place for place in lacking if type(values[place]) not in NULLS]
        return [timestamp or self._window_start for timestamp in read], unread

    def _keep_unread(
        self, metadata: list[JsonObject], values: list[Any], unread: list[int]
    ) -> list[JsonObject]:
        """Put times that can't be read into the metadata of their records."""
        for place in unread:
            self._unread_times.note("timestamp")
            name = UNREAD_TIME
            while name in metadata[place]:
                name += "_"
            metadata[place] = {**metadata[place], name: values[place]}
        return metadata

    def _texts(self, field: str, values: list[Any], kinds: set[type]) -> list[str]:
        if kinds <= {str}:
            return values
        texts = _as_texts(values, kinds)
        self._count_defaults(COLUMNS[field], texts.count(None))
        default = DEFAULTS[field]
        return [default if text is None else text for text in texts]

    def _scores(self, values: list[Any], kinds: set[type]) -> list[float]:
        numbers = (
            _nulled(values, kinds)
            if kinds <= {float, *NULLS}
            else [read_number(value) for value in values]
        )
        self._count_defaults("relevance_score", numbers.count(None))
        return [
            0.0
            if number is None or number <= 0.0
            else 1.0
            if number >= 1.0
            else round(number, SCORE_DECIMALS)
            for number in numbers
        ]

    def _metadata(self, values: list[Any], kinds: set[type]) -> list[JsonObject]:
        if kinds <= {dict}:
            return values
        objects = _nulled(values, kinds)
        self._count_defaults("metadata", objects.count(None))
        return [
            value if type(value) is dict else {} if value is None else {"value": value}
            for value in objects
        ]

    def _count_defaults(self, column: str, count: int) -> None:
        if count:
            self.defaults_applied[column] += count


def _as_texts(values: list[Any], kinds: set[type]) -> list[str | None]:
    nulled = _nulled(values, kinds)
    return nulled if kinds <= {str, *NULLS} else [as_text(value) for value in nulled]


def _nulled(values: list[Any], kinds: set[type]) -> list[Any]:
    """Put null where an attribute is absent."""
    if Absent not in kinds:
        return values
    return [None if value is ABSENT else value for value in values]


def as_text(value: object) -> str | None:
    """Write a JSON value as the text of a column; null stays null."""
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def read_number(value: object) -> float | None:
    """Read a JSON number, also one written as text; None where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except OverflowError:  # an integer of more than 308 digits
        return math.inf if int(value) > 0 else -math.inf
    except ValueError:
        return None
    return None if math.isnan(number) else number


def interactions_schema(projection: Projection) -> dict[str, Any]:
    """Build the schema of `interactions`, one more text column for each extra field."""
    schema = read_schema("interactions")
    for field, column in projection.extra_columns.items():
        schema["properties"][column] = {
            "type": ["string", "null"],
            "description": f"Field `{field}` of the platform.",
        }
    return schema
