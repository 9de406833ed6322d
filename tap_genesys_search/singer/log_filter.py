"""What becomes of the SDK's log lines: its chatter is left out, its metrics name their stream."""

from __future__ import annotations

import logging

from singer_sdk.metrics import Point

_CHATTER = frozenset(
    {
        "Added '%s' as child stream to '%s'",
        "Skipping deselected stream '%s'.",
        "Skipping parse of env var settings...",
        "Parsing env var for settings config...",
    }
)


def is_worth_a_line(record: logging.LogRecord) -> bool:
    """Tell whether a line is logged. The SDK's chatter is logged at DEBUG only.

    Args:
        record: The log record, from the SDK or the tap.
    """
    return record.msg not in _CHATTER or logging.getLogger(record.name).isEnabledFor(logging.DEBUG)


def with_tags(record: logging.LogRecord) -> bool:
    """Write a metric out in the line itself, and let the line through.

    Meltano shows no more of a metric than its name and value, so its stream is lost there.

    Args:
        record: The log record, from the SDK's logger of metrics.
    """
    if isinstance(record.args, tuple) and record.args and isinstance(record.args[0], Point):
        record.metric_info = record.args[0].to_dict()  # as the SDK's structured log has it
        record.args = (str(record.args[0]),)
    return True
