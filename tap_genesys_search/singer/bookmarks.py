"""Bookmarks, which move when a window is complete and at no other time."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from singer_sdk.streams._state import StreamStateManager
from typing_extensions import override

from tap_genesys_search.errors import StateError
from tap_genesys_search.timestamps import format_timestamp, parse_timestamp, utc_now
from tap_genesys_search.windows.coverage import Coverage
from tap_genesys_search.windows.grid import EPOCH
from tap_genesys_search.windows.window import SMALLEST_WINDOW, Window

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from singer_sdk.helpers.types import Context, Record


COMPLETE = "complete"
"""The key of the complete spans; a list, because states that are merged replace lists."""


CLOCK_TOLERANCE = timedelta(hours=1)
"""How far the clocks of machines that take turns may differ."""


class WindowBookmark(StreamStateManager):
    """The bookmark of one stream.

    The SDK moves a bookmark with each record and marks it as unsafe until the run ends. Here a
    bookmark is safe as soon as its window is complete, so what the SDK writes on the way is left
    out. The SDK has no public hook to turn that off.
    """

    @property
    def moment(self) -> datetime | None:
        """The moment up to which the stream is complete, or None in a first run.

        Raises:
            StateError: The bookmark is not a date, or lies in the future.
        """
        value = self.stream_state.get("replication_key_value")
        if value is None:
            return None
        try:
            moment = parse_timestamp(value)
        except (ValueError, TypeError, AttributeError, OverflowError):
            raise StateError(
                f"The state of stream {self.stream_name!r} has {str(value)[:64]!r} for a bookmark, "
                "which is not an ISO 8601 date. Correct or remove it and run again"
            ) from None
        if moment - utc_now() > CLOCK_TOLERANCE:
            # No run completes a window before its end. Later runs would skip what comes by then.
            raise StateError(
                f"The state of stream {self.stream_name!r} says that it is complete up to {value}, "
                "which is still to come: a clock is wrong, or was in an earlier run. Set the clock "
                "right, or the bookmark to the last moment known to be complete, and run again"
            )
        return moment

    @property
    def search_api(self) -> str | None:
        """The search API that an earlier run with `auto` chose, or None without such a run."""
        kept = self.stream_state.get("search_api")
        return kept if isinstance(kept, str) else None

    def coverage(self, start: datetime) -> Coverage:
        """Read which spans are complete.

        A state without spans, of an earlier version or written by another tool, says only up to
        when the stream is complete. A bookmark that was moved by hand counts: data
        after it are read again.

        Args:
            start: From when on a state without spans is complete.

        Raises:
            StateError: The bookmark or a span is not a date, or lies in the future.
        """
        moment = self.moment
        if moment is None or moment <= EPOCH:  # before all data, as by hand to read everything
            return Coverage()
        coverage = Coverage.of(self._spans())
        if coverage.end is None:
            return Coverage((Window(min(start, moment - SMALLEST_WINDOW), moment),))
        if coverage.end < moment:
            return coverage.add(Window(coverage.end, moment))
        return coverage.remove(Window(moment, coverage.end)) if moment < coverage.end else coverage

    def write_coverage(self, coverage: Coverage, replication_key: str) -> None:
        """Write which spans are complete; the bookmark is the end of the last one.

        Args:
            coverage: The spans.
            replication_key: The replication key that the state names.
        """
        if coverage.end is None:
            for key in (COMPLETE, "replication_key_value"):
                self.stream_state.pop(key, None)
            return
        self.stream_state["replication_key"] = replication_key
        self.stream_state["replication_key_value"] = format_timestamp(coverage.end)
        self.stream_state[COMPLETE] = [
            {"start": format_timestamp(span.start), "end": format_timestamp(span.end)}
            for span in coverage.spans
        ]

    def keep_search_api(self, search_api: str | None) -> None:
        """Keep the API that searched a window, for the next run with `auto`; None keeps none."""
        if search_api is None:
            self.stream_state.pop("search_api", None)
        else:
            self.stream_state["search_api"] = search_api

    def _spans(self) -> list[Window]:
        spans = self.stream_state.get(COMPLETE)
        try:
            read = [
                Window(parse_timestamp(span["start"]), parse_timestamp(span["end"]))
                for span in spans or ()
            ]
            if any(span.start >= span.end for span in read):
                raise ValueError  # noqa: TRY301 - what is wrong with it is said below
            return read  # noqa: TRY300
        except (ValueError, TypeError, AttributeError, OverflowError, KeyError):
            raise StateError(
                f"The state of stream {self.stream_name!r} has {str(spans)[:64]!r} for "
                f"{COMPLETE!r}, which is not a list of spans with start and end. Correct or remove "
                "it and run again"
            ) from None

    @override
    def increment_state(
        self, latest_record: Record, *, context: Context | None = None, replication_key: str
    ) -> None:
        pass

    @override
    def write_starting_replication_value(
        self,
        context: Context | None,
        replication_method: str,
        replication_key: str | None,
        config: dict[str, Any],
        compare_start_date_fn: Callable[[str, str], str] | None = None,
    ) -> None:
        pass

    @override
    def write_replication_key_signpost(
        self, value: datetime | str | float | None, *, context: Context | None = None
    ) -> None:
        pass
