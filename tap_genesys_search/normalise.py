"""From the platform's record to a record of the stream `interactions`."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from tap_genesys_search.search_apis.search_api import ABSENT
from tap_genesys_search.timestamps import format_timestamp, parse_timestamp

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_genesys_search.answers import JsonObject
    from tap_genesys_search.projection import Projection
    from tap_genesys_search.windows import Window

DEFAULTS = {"type": "conversation", "media.type": "voice", "customer.name": "anonymous"}
"""Field to the text that stands for null."""

SCORE_DECIMALS = 4

_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z")


class Normaliser:
    """Normalises the records of one reading of one search.

    Attributes:
        defaults_applied: Column to how many records got its default.
        missing_fields: Fields asked for that one or more records came without.
    """

    def __init__(
        self,
        projection: Projection,
        read_field: Callable[[JsonObject, str], Any],
        window: Window,
        search_id: str,
    ) -> None:
        self._projection = projection
        self._read_field = read_field
        self._window_start = format_timestamp(window.start)
        self._search_id = search_id
        self._surrogates: Counter[str] = Counter()
        self.defaults_applied: Counter[str] = Counter()
        self.missing_fields: set[str] = set()

    def normalise(self, raw: JsonObject) -> JsonObject:
        """Normalise one record.

        Args:
            raw: A record as its search API models it.

        Returns:
            A record with every column of the stream.
        """
        values = {field: self._read_field(raw, field) for field in self._projection.fields}
        self.missing_fields.update(field for field, value in values.items() if value is ABSENT)

        def value_of(field: str) -> Any:  # noqa: ANN401
            value = values[field] if field in values else self._read_field(raw, field)
            return None if value is ABSENT else value

        timestamp = self._timestamp(value_of("timestamp"))
        return {
            "id": self._id(value_of("id"), raw, timestamp),
            "type": self._text("type", "type", value_of("type")),
            "timestamp": timestamp,
            "media_type": self._text("media_type", "media.type", value_of("media.type")),
            "customer_name": self._text(
                "customer_name", "customer.name", value_of("customer.name")
            ),
            "relevance_score": self._score(value_of("relevanceScore")),
            "metadata": self._metadata(value_of("metadata")),
            "search_id": self._search_id,
            **{
                column: as_text(value_of(field))
                for field, column in self._projection.extra_columns.items()
            },
        }

    def _id(self, value: object, raw: JsonObject, timestamp: str) -> str:
        if value is not None and value != "":
            return as_text(value) or ""
        self.defaults_applied["id"] += 1
        # Content and time make the surrogate, so a later reading finds the same one; the score
        # does not, it belongs to the search. Equal records of one reading are numbered, so that
        # none is lost.
        unscored = {name: part for name, part in raw.items() if name != "relevanceScore"}
        content = json.dumps([timestamp, unscored], sort_keys=True, separators=(",", ":"))
        digest = hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:32]
        self._surrogates[digest] += 1
        repeats = self._surrogates[digest] - 1
        return f"surrogate-{digest}-{repeats}" if repeats else f"surrogate-{digest}"

    def _timestamp(self, value: object) -> str:
        if isinstance(value, str):
            value = value.strip()
            try:
                moment = parse_timestamp(value)
            except (ValueError, OverflowError):
                pass
            else:
                return value if _RFC_3339.fullmatch(value) else format_timestamp(moment)
        self.defaults_applied["timestamp"] += 1
        return self._window_start

    def _text(self, column: str, field: str, value: object) -> str:
        if value is None:
            self.defaults_applied[column] += 1
            return DEFAULTS[field]
        return as_text(value) or ""

    def _score(self, value: object) -> float:
        score = read_number(value)
        if score is None:
            self.defaults_applied["relevance_score"] += 1
            return 0.0
        return round(min(max(score, 0.0), 1.0), SCORE_DECIMALS)

    def _metadata(self, value: object) -> JsonObject:
        if value is None:
            self.defaults_applied["metadata"] += 1
            return {}
        return value if isinstance(value, dict) else {"value": value}


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
