"""Which fields date the transcripts of an org, as far as its answers have told."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any

from tap_genesys_search.search_apis.transcripts.fields import (
    TIME_FIELDS,
    fields_from,
    is_any_dated,
    moment_of,
)
from tap_genesys_search.wording import counted

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from tap_genesys_search.json_types import JsonObject
    from tap_genesys_search.windows.window import Window


TIME_FIELD = "transcript_time_field"
"""Key in the state of the field that dates the org's transcripts."""


OTHER_FIELD = "transcript_other_time_field"
"""Key in the state of what is known of the other one."""


REFUSED = "refused"
"""The org does not know the other field."""


ACCEPTED = "accepted"
"""The org knows the other field, and no transcript was found that has it alone."""


MIXED = "mixed"
"""Some transcripts of the org have the other field alone, so both are searched by."""


logger = logging.getLogger("tap-genesys-search.transcript_search")


class TimeFields:
    """The time fields of an org.

    Attributes:
        first: The field that dates transcripts, None as long as that is unknown.
        is_found: Whether this run has found transcripts by it.
        other: What is known of the other field; None for nothing.
    """

    def __init__(self) -> None:
        self.first: str | None = None
        self.is_found = False
        self.other: str | None = None
        self._lock = threading.Lock()  # windows are read at the same time

    @property
    def in_order(self) -> tuple[str, ...]:
        """All of them, the one that dates transcripts first."""
        return fields_from(self.first)

    @property
    def are_mixed(self) -> bool:
        """Whether some transcripts have one of them and some the other."""
        return self.other == MIXED

    @property
    def learnt(self) -> JsonObject:
        """What is known, for the state of the next run."""
        if self.first is None:
            return {}
        return {TIME_FIELD: self.first, **({OTHER_FIELD: self.other} if self.other else {})}

    def take(self, state: Mapping[str, Any]) -> None:
        """Take what an earlier run has learnt, as far as it is understood."""
        kept, other = state.get(TIME_FIELD), state.get(OTHER_FIELD)
        if kept in TIME_FIELDS:
            self.first = kept
            self.other = other if other in {REFUSED, ACCEPTED, MIXED} else None

    @property
    def is_other_refused(self) -> bool:
        """Whether the org does not know the other field."""
        return self.other == REFUSED

    def note_other(self, known: str) -> None:
        """Note what a window has shown of the other field; a mixture stays one."""
        with self._lock:
            if not (known == ACCEPTED and self.are_mixed):
                self.other = known

    def found(self, field: str, *, is_other_refused: bool) -> None:
        """Note that transcripts were found by a field; a mixture stays one."""
        with self._lock:
            if self.are_mixed:
                return
            if is_other_refused:
                self.other = REFUSED
            elif field != self.first:
                self.other = None
            self.first, self.is_found = field, True

    def is_within(self, record: JsonObject, window: Window) -> bool:
        """Tell whether a transcript lies in a window; one that doesn't say counts as within."""
        # Whether a DATE_RANGE includes its end is not documented.
        moment = moment_of(record, self.in_order[0])
        if moment is None and self.are_mixed:
            moment = moment_of(record, self.in_order[1])
        return moment is None or window.start <= moment < window.end


def warn_of_other_times(found: Collection[JsonObject], window: Window) -> None:
    """Warn where no transcript that was found in a window is dated within it."""
    if not is_any_dated(found, TIME_FIELDS, window):
        logger.warning(
            "Window %s: %s found, none dated within it by %s. Check whether the "
            "platform searches by another field",
            window,
            counted(len(found), "transcript"),
            " or ".join(TIME_FIELDS),
        )
