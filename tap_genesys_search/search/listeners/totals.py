"""Adding up what a run has done, for its progress and its last line."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from tap_genesys_search.timestamps import format_timestamp
from tap_genesys_search.wording import grouped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from tap_genesys_search.json_types import JsonObject
    from tap_genesys_search.windows.plan import WindowPlan


logger = logging.getLogger("tap-genesys-search.run")


AUDITS = "search_audits"
"""The stream that has a record even of a run that could search nothing."""


FOUND_AGAIN = ", each counted in every window that finds it"
"""Said where fewer rows are loaded than were found."""


@dataclass(frozen=True)
class Figures:
    """How far a run is.

    Attributes:
        windows_done: Windows whose search has ended.
        windows: All windows by the current plan; 0 where none is to be searched, or not yet.
        records: Records of all streams written so far.
        requests_left: How many requests may be sent now.
        seconds: How long the run has taken.
        seconds_left: How long its searches will take from here, or None as long as that is open.
    """

    windows_done: int
    windows: int
    records: int
    requests_left: int
    seconds: float
    seconds_left: float | None


class RunTotals:
    """Adds up what the searches of a run found.

    The thread that searches writes here; the one that shows the progress reads `figures`.

    Attributes:
        complete_until: Up to when all streams that searches fill are complete; None in a run
            without searches.
        finds_again: Whether each window finds, and counts, what lasts over several of them.
    """

    def __init__(self) -> None:
        self.complete_until: datetime | None = None
        self.finds_again = False
        self._started = self._searches_started = time.monotonic()
        self._plans: Sequence[WindowPlan] = ()
        self._planned = 0
        self._share = 0.0
        self._windows = 0
        self._incomplete = 0
        self._interactions = 0
        self._matching: int | None = 0

    def expect(self, plans: Sequence[WindowPlan]) -> None:
        """Count the windows of plans as those to be searched, instead of any planned before."""
        self._searches_started = time.monotonic()
        self._plans = plans
        self._look_at_plans()

    def search_done(self, audit: JsonObject, _facets: object) -> None:
        """Count a search; one whose window was split is counted by its parts."""
        if audit["status"] != "split":
            matching = audit["total_matching_records"]
            self._windows += 1
            self._interactions += audit["extracted_records"]
            self._incomplete += audit["status"] == "incomplete"
            unknown = matching is None or self._matching is None
            self._matching = None if unknown else self._matching + matching
        self._look_at_plans()

    def _look_at_plans(self) -> None:
        # Here, because a plan can't be read while another thread takes windows off it.
        self._planned = sum(plan.planned for plan in self._plans)
        length = sum((plan.length for plan in self._plans), timedelta(0))
        left = sum((plan.length_left for plan in self._plans), timedelta(0))
        self._share = 1 - left / length if length else 1.0

    def figures(self, requests_left: int, written: Mapping[str, int]) -> Figures:
        """Tell how far the run is.

        Args:
            requests_left: How many requests may be sent now.
            written: Stream to number of its records written.
        """
        now = time.monotonic()
        share = self._share
        is_known = 0 < share < 1
        searching = now - self._searches_started
        return Figures(
            self._windows,
            self._planned,
            sum([*written.values()]),
            requests_left,
            now - self._started,
            searching * (1 - share) / share if is_known else None,
        )

    def log_done(self, requests: int, written: Mapping[str, int]) -> None:
        """Log in one line what the run did.

        Args:
            requests: How many requests it has sent, logins and retries included.
            written: Stream to number of its records written.
        """
        logger.info("Done: %s", self._summary(requests, written))

    def log_unfinished(self, requests: int, written: Mapping[str, int]) -> None:
        """Log what a run did that fails; nothing where that is nothing.

        Args:
            requests: How many requests it has sent, logins and retries included.
            written: Stream to number of its records written.
        """
        if self._windows or any(written[stream] for stream in written if stream != AUDITS):
            logger.info("Not finished: %s", self._summary(requests, written))

    def _summary(self, requests: int, written: Mapping[str, int]) -> str:
        seconds = time.monotonic() - self._started
        streams = grouped(sum(count > 0 for count in written.values()), "stream")
        done = (
            f"{grouped(sum(written.values()), 'record')} of {streams} written, "
            f"{grouped(requests, 'request')} in {seconds:,.1f} s"
        )
        if not self._plans and self.complete_until is None:
            return done
        until = self.complete_until
        complete = f"complete until {format_timestamp(until)}" if until else "nothing complete"
        return f"{self._found()}, {done}, {complete}"

    def _found(self) -> str:
        windows = grouped(self._windows, "window")
        if self._incomplete:
            windows += f" ({self._incomplete} of them incomplete, see search_audits)"
        found = grouped(self._interactions, "interaction")
        if self._matching is not None and self._windows:
            found = f"{self._interactions:,} of {grouped(self._matching, 'interaction')}"
        again = FOUND_AGAIN if self.finds_again and self._windows > 1 else ""
        return f"{found} found in {windows}{again}"
