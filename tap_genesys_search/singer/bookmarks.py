"""Bookmarks: they move when a window is complete, and at no other time."""

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
"""By as much the clocks of machines that take turns may differ."""


class WindowBookmark(StreamStateManager):
    """The bookmark of one stream.

    The SDK moves a bookmark with each record and marks it as unsafe until the run ends. A search
    is safe when its window is, so what the SDK writes on the way is left out; no public hook of
    the SDK turns that off.
    """

    @property
    def moment(self) -> datetime | None:
        """The moment up to which the stream is complete, or None in a first run.

        Raises:
            StateError: The state holds something else, or a moment that is still to come.
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
            # No run closes a window that has not passed; the next ones would pass over what comes.
            raise StateError(
                f"The state of stream {self.stream_name!r} says that it is complete up to {value}, "
                "which is still to come: a clock is wrong, or was in an earlier run. Set the clock "
                "right, or the bookmark to the last moment known to be complete, and run again"
            )
        return moment

    @property
    def search_api(self) -> str | None:
        """The search API that an earlier run with `auto` chose, or None."""
        kept = self.stream_state.get("search_api")
        return kept if isinstance(kept, str) else None

    def move_to(
        self, window_end: datetime, replication_key: str, search_api: str | None = None
    ) -> None:
        """Move the bookmark to the end of a complete window; it never moves back.

        Args:
            window_end: End of the window.
            replication_key: What the state names as such.
            search_api: What searched the window, for the next run with `auto`; None where no
                search did.
        """
        if search_api is not None:
            self.stream_state["search_api"] = search_api
        self.stream_state["replication_key"] = replication_key
        self.stream_state["replication_key_value"] = format_timestamp(
            max(window_end, self.moment or window_end)
        )

    def move_back_to(self, moment: datetime) -> None:
        """Move the bookmark back, where it turns out that it should not have moved."""
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
