"""The fields of a transcript, also that which says when it was.

Which one that is differs: programs in production search by `conversationStartTime`, the platform's
documentation leaves it open, and `startTime` is the name that other searches have.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from tap_genesys_search.records.fields import ABSENT, read_dotted
from tap_genesys_search.timestamps import read_moment

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from tap_genesys_search.json_types import JsonObject
    from tap_genesys_search.windows.window import Window


TIME_FIELDS = ("conversationStartTime", "startTime")
"""Fields that may say when a transcript was, the likelier one first."""


ID_FIELDS = ("transcriptId", "id", "communicationId")

_SAME = {"media.type": "mediaType", "relevanceScore": "score"}


def fields_from(time_field: str | None) -> tuple[str, ...]:
    """List the time fields, beginning with one that is likelier than the others, if there is."""
    return tuple(dict.fromkeys((time_field or TIME_FIELDS[0], *TIME_FIELDS)))


def read_transcript_field(record: JsonObject, field: str) -> Any:  # noqa: ANN401
    """Read a field of an interaction from a transcript.

    Args:
        record: The transcript.
        field: Dotted name, as in the setting `fields`. Of several times the first one counts,
            whichever the org searches by: so a transcript has the same one in every run.

    Returns:
        The value, None where it is null, or `ABSENT`.
    """
    if field == "id":
        return _first(record, ID_FIELDS)
    if field == "type":
        return "transcript"
    if field == "timestamp":
        return _first(record, TIME_FIELDS)
    if field == "metadata":
        read = next(_held(record, TIME_FIELDS), None)
        return {name: value for name, value in record.items() if name != read}
    return read_dotted(record, _SAME.get(field, field))


def moment_of(record: JsonObject, time_field: str) -> datetime | None:
    """Read a time field; None where it is absent or can't be read."""
    with suppress(KeyError, ValueError, OverflowError):
        return read_moment(record[time_field])
    return None


def identity_of(record: JsonObject) -> str:
    """Identify a transcript: by its id, or else by all it holds."""
    found = _first(record, ID_FIELDS)
    return json.dumps(record, sort_keys=True) if found is ABSENT else str(found)


def count_dated(records: Iterable[JsonObject], field: str, window: Window) -> int:
    """Count the transcripts that a time field dates within a window, or at its end."""
    moments = (moment_of(record, field) for record in records)
    return sum(moment is not None and window.start <= moment <= window.end for moment in moments)


def is_any_dated(records: Collection[JsonObject], fields: Iterable[str], window: Window) -> bool:
    """Tell whether a time field of any transcript lies within a window, or at its end."""
    return any(count_dated(records, field, window) for field in fields)


def _held(record: JsonObject, names: Iterable[str]) -> Any:  # noqa: ANN401
    return (name for name in names if record.get(name) is not None)


def _first(record: JsonObject, names: Iterable[str]) -> Any:  # noqa: ANN401
    return next((record[name] for name in _held(record, names)), ABSENT)
