"""The values that a dimension or a metric has in a conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from genesys_cloud_simulator.timestamps import parse_timestamp, to_milliseconds
from genesys_cloud_simulator.validation.names import CONVERSATION_DIMENSIONS, HELD_IN, LISTED_AS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from genesys_cloud_simulator.conversations.model import Properties


# The objects a dimension may be in: a segment, its session, its participant, its flow.
Record: TypeAlias = tuple["Properties", ...]


def records(document: Properties, family: str) -> list[Record]:
    """List what a family of filters looks at.

    Args:
        document: A conversation.
        family: The family.

    Returns:
        The conversation itself, its segments, or its evaluations and the like.
    """
    if family == "conversation":
        return [(document,)]
    if family == "segment":
        return [
            (segment, session, party, *_objects(session, "flow"))
            for party, session in _sessions(document)
            for segment in _objects(session, "segments")
        ]
    return [(one,) for one in _objects(document, f"{family}s")]


def record_values(record: Record, name: str, *, of: str = "dimension") -> list[object]:
    """List the values of a dimension or a property.

    Args:
        record: What to look at.
        name: The name.
        of: `dimension` or `property`.

    Returns:
        The values, none when it is not set.
    """
    if of == "property":
        return [
            one["value"] for one in _objects(record[0], "properties") if one.get("property") == name
        ]
    for part in record:
        values = dimension_values(part, name)
        if values:
            return values
    return []


def dimension_values(part: Properties, dimension: str) -> list[object]:
    """List the values of a dimension in one object of a conversation.

    Args:
        part: The object, such as a segment or a session.
        dimension: The dimension.

    Returns:
        The values, none when it is not set.
    """
    if dimension in HELD_IN:
        return [one[dimension] for one in _objects(part, HELD_IN[dimension]) if dimension in one]
    value = part.get(LISTED_AS.get(dimension, dimension), [])
    return value if isinstance(value, list) else [value]


def record_metric(record: Record, document: Properties, name: str) -> float | None:
    """Find the value of a metric.

    Args:
        record: What to look at.
        document: The conversation it is in.
        name: The metric.

    Returns:
        The value, None when there is none.
    """
    if name == "tSegmentDuration":
        return _duration(record[0], "segmentStart", "segmentEnd")
    if record[0] is document:
        return metric_value(document, name)
    value = record[0].get(name)
    return float(value) if isinstance(value, int | float) else None


def metric_value(document: Properties, name: str) -> float | None:
    """Add up a metric of a conversation.

    Args:
        document: The conversation.
        name: The metric.

    Returns:
        The sum over its sessions, None when no session has it.
    """
    if name == "nConversations":
        return 1
    if name == "tConversationDuration":
        return _duration(document, "conversationStart", "conversationEnd")
    values = [
        float(str(metric["value"]))
        for _, session in _sessions(document)
        for metric in _objects(session, "metrics")
        if metric["name"] == name
    ]
    return sum(values) if values else None


def terms(document: Properties, dimension: str) -> set[str]:
    """List the values of a dimension anywhere in a conversation.

    Args:
        document: The conversation.
        dimension: A conversation's or a segment's dimension.

    Returns:
        The values as strings.
    """
    family = "conversation" if dimension in CONVERSATION_DIMENSIONS else "segment"
    return {
        str(value).lower() if isinstance(value, bool) else str(value)
        for record in records(document, family)
        for value in record_values(record, dimension)
    }


def segment_times(document: Properties, name: str) -> list[str]:
    """List the times of a conversation's segments.

    Args:
        document: The conversation.
        name: `segmentStart` or `segmentEnd`.

    Returns:
        The timestamps.
    """
    return [str(segment[name]) for segment, *_ in records(document, "segment") if name in segment]


def _sessions(document: Properties) -> Iterator[tuple[Properties, Properties]]:
    for party in _objects(document, "participants"):
        for session in _objects(party, "sessions"):
            yield party, session


def _objects(document: Properties, name: str) -> list[Properties]:
    value = document.get(name)
    if isinstance(value, dict):
        return [value]
    return value if isinstance(value, list) else []


def _duration(document: Properties, start: str, end: str) -> float | None:
    if start not in document or end not in document:
        return None
    first, last = (parse_timestamp(str(document[name])) for name in (start, end))
    return to_milliseconds(last) - to_milliseconds(first)
