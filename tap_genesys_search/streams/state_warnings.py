"""What a run warns of when its settings and its state differ."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from tap_genesys_search.streams.fingerprint import ASKED, describe_changes
from tap_genesys_search.timestamps import format_timestamp
from tap_genesys_search.windows.window import Window

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from tap_genesys_search.settings.parse import Settings
    from tap_genesys_search.streams.base import WindowedStream
    from tap_genesys_search.windows.coverage import Coverage


logger = logging.getLogger("tap-genesys-search.state")


DELETE_BEFORE_SEARCHING = (
    ". Before, delete the facets and audits of these days, which would count twice, and rows that "
    "no longer match: docs/how-to/read-a-date-range-again.md"
)


DELETE_BEFORE_AGGREGATING = (
    ". Rows that are read again, those of the lookback among them, get new keys where the "
    "dimensions changed: delete the rows of these days before, which would count twice"
)


def warn_of_changes(streams: Iterable[WindowedStream], asked: Mapping[str, object]) -> None:
    """Warn where streams are asked with other settings than in the run that wrote their state.

    Args:
        streams: The streams. One without a complete span has no rows that were read the old way.
        asked: The fingerprint of this run, as far as all the streams share it.

    Raises:
        StateError: The state of a stream is invalid.
    """
    changes: dict[str, dict[WindowedStream, datetime]] = {}
    for stream in streams:
        end = stream.coverage.end
        changed = describe_changes(stream.stream_state.get(ASKED), stream.whole_fingerprint(asked))
        if changed and end:
            changes.setdefault(changed, {})[stream] = end
    for changed, ends in changes.items():
        logger.warning(
            "%s %s: %s changed since the last run. Rows up to %s were read the old way and stay as "
            "they are. To read them again, run with --full-refresh (meltano run) or without "
            "--state%s",
            "Streams" if len(ends) > 1 else "Stream",
            ", ".join(stream.name for stream in ends),
            changed,
            format_timestamp(max(ends.values())),
            next(filter(None, (stream.delete_first for stream in ends)), ""),
        )


def warn_of_late_data(
    streams: Iterable[WindowedStream], left_out: Callable[[Coverage], Window | None]
) -> None:
    """Warn where the lookback ends at a start that is later than it.

    Args:
        streams: The streams to fill.
        left_out: Finds what a stream should read again, and does not.
    """
    names: dict[Window, list[str]] = {}
    for stream in streams:
        if late := left_out(stream.coverage):
            names.setdefault(late, []).append(stream.name)
    for late, which in names.items():
        logger.warning(
            "start_date is within the lookback: what has come or changed late in %s is not read "
            "for %s. Set start_date to %s or earlier; what is complete is not loaded twice",
            late,
            ", ".join(which),
            format_timestamp(late.start),
        )


def warn_of_days_left_out(streams: Sequence[WindowedStream], settings: Settings) -> None:
    """Say which days before the start are left out, between others that are complete.

    A gap that arises now is warned of. One that an earlier run has left is logged at INFO.

    Args:
        streams: The streams to fill.
        settings: Give the start.
    """
    gaps: dict[Window, list[str]] = {}
    for stream in streams:
        spans = stream.coverage.spans
        if spans and spans[0].start < settings.start:
            for gap in stream.coverage.gaps(Window(spans[0].start, settings.start)):
                gaps.setdefault(gap, []).append(stream.name)
    ends = [stream.coverage.end for stream in streams if stream.coverage.end]
    for gap, names in gaps.items():
        logger.log(
            logging.WARNING if gap.start in ends else logging.INFO,
            "start_date is later than the state: %s is left out of %s. An earlier start_date reads "
            "it, in any later run",
            gap,
            ", ".join(names),
        )
