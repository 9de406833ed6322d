"""Leaving out what the SDK logs in each run about each of some thirty streams."""

from __future__ import annotations

import logging

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
