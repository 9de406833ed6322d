"""Bookmarks, which move when a window is complete and at no other time."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from singer_sdk.streams._state import StreamStateManager
from typing_extensions import override

from tap_genesys_search.errors import StateError
from tap_genesys_search.timestamps import format_timestamp, parse_timestamp, utc_now

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from singer_sdk.helpers.types import Context, Record


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
                "which is no ISO 8601 date. Correct or remove it and run again"
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

    def move_to(
        self, window_end: datetime, replication_key: str, search_api: str | None = None
    ) -> None:
        """Move the bookmark to the end of a complete window. It never moves back.

        Args:
            window_end: End of the window.
            replication_key: The replication key that the state names.
            search_api: The API that searched the window, for the next run with `auto`; None if the
                stream is not filled by a search.
        """
        if search_api is not None:
            self.stream_state["search_api"] = search_api
        self.stream_state["replication_key"] = replication_key
        self.stream_state["replication_key_value"] = format_timestamp(
            max(window_end, self.moment or window_end)
        )

    def move_back_to(self, moment: datetime) -> None:
        """Move the bookmark back, if it turns out that it should not have moved."""
        if self.moment and self.moment > moment:
            self.stream_state["replication_key_value"] = format_timestamp(moment)

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
