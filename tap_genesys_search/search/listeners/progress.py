"""Showing how far a run is: a bar on a terminal, a log line a window elsewhere, a closing line."""

from __future__ import annotations

import logging
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tap_genesys_search.timestamps import format_timestamp
from tap_genesys_search.wording import counted, grouped

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from tap_genesys_search.json_types import JsonObject
    from tap_genesys_search.search.listeners.listener import RunListener
    from tap_genesys_search.windows.plan import WindowPlan


logger = logging.getLogger("tap-genesys-search.run")


class LoggedProgress:
    """Logs a line for each search."""

    def __init__(self, plan: WindowPlan) -> None:
        self._plan = plan
        self._done = 0

    def search_done(self, audit: JsonObject, _facets: object) -> None:
        """Log what a search found; a halved window is logged as such."""
        if audit["status"] == "split" and audit["error"]:
            logger.warning(
                "Window %s/%s fails, so it is halved: %s",
                audit["window_start"],
                audit["window_end"],
                audit["error"],
            )
            return
        if audit["status"] == "split":
            matching = audit["total_matching_records"]
            logger.info(
                "Window %s/%s %s: shortened",
                audit["window_start"],
                audit["window_end"],
                "is too much for one search"
                if matching is None
                else f"matches {counted(matching, 'interaction')}, too many for one search",
            )
            return
        self._done += 1
        logger.info(
            "Window %d of %d, %s/%s: %d of %s in %.1f s",
            self._done,
            self._plan.planned,
            audit["window_start"],
            audit["window_end"],
            audit["extracted_records"],
            _count(audit["total_matching_records"]),
            audit["latency_ms"] / 1000,
        )


class ConnectionTestProgress:
    """Logs what the search of a connection test found."""

    def search_done(self, audit: JsonObject, _facets: object) -> None:
        """Log how many interactions match; few of them are read in a test."""
        logger.info(
            "%s in window %s/%s by %s",
            _found(audit["total_matching_records"], audit["extracted_records"]),
            audit["window_start"],
            audit["window_end"],
            audit["search_api"],
        )


class BarProgress:
    """Draws a bar: windows done of all, records, records a second, time left."""

    def __init__(self, plan: WindowPlan) -> None:
        from tqdm import tqdm  # noqa: PLC0415 - only where there is a terminal

        self._plan = plan
        self._records = 0
        self._bar = tqdm(total=plan.planned, unit="window", file=sys.stderr, dynamic_ncols=True)

    def search_done(self, audit: JsonObject, _facets: object) -> None:
        """Move the bar by one window; a halved window makes it longer instead."""
        self._bar.total = self._plan.planned
        self._records += audit["extracted_records"]
        elapsed = self._bar.format_dict["elapsed"] or 1
        self._bar.set_postfix_str(
            f"{self._records:,} records, {self._records / elapsed:,.0f} records/s"
        )
        self._bar.update(0 if audit["status"] == "split" else 1)

    def close(self) -> None:
        """Leave the bar as it stands."""
        self._bar.close()


class RunTotals:
    """Adds up what the searches of a run found, for the line that ends its log.

    Attributes:
        complete_until: Up to when all streams that searches fill are complete; None in a run
            without searches.
    """

    def __init__(self) -> None:
        self.complete_until: datetime | None = None
        self._started = time.monotonic()
        self._interactions = 0
        self._windows = 0
        self._incomplete = 0

    def search_done(self, audit: JsonObject, _facets: object) -> None:
        """Count a search; one whose window was split is counted by its parts."""
        if audit["status"] != "split":
            self._windows += 1
            self._interactions += audit["extracted_records"]
            self._incomplete += audit["status"] == "incomplete"

    def log(self, requests: int, written: Mapping[str, int]) -> None:
        """Log in one line what the run did.

        Args:
            requests: How many requests it has sent, logins and retries included.
            written: Stream to number of its records written.
        """
        seconds = time.monotonic() - self._started
        streams = grouped(sum(count > 0 for count in written.values()), "stream")
        done = (
            f"{grouped(sum(written.values()), 'record')} of {streams} written, "
            f"{grouped(requests, 'request')} in {seconds:,.1f} s"
        )
        if self.complete_until is None:
            logger.info("Done: %s", done)
            return
        windows = grouped(self._windows, "window")
        if self._incomplete:
            windows += f" ({self._incomplete} of them incomplete, see search_audits)"
        found = f"{grouped(self._interactions, 'interaction')} found in {windows}"
        until = format_timestamp(self.complete_until)
        logger.info("Done: %s, %s, complete until %s", found, done, until)


def _found(total: int | None, extracted: int) -> str:
    """Write how many interactions there are, as far as a part of a search tells."""
    if total is not None:
        return counted(total, "interaction")
    return f"at least {counted(extracted, 'interaction')}" if extracted else "an uncounted number"


def _count(number: int | None) -> str:
    return "uncounted interactions" if number is None else counted(number, "interaction")


@contextmanager
def report_progress(plan: WindowPlan) -> Iterator[RunListener]:
    """Show a run's progress on stderr.

    Args:
        plan: The run's windows.

    Yields:
        What to tell of each search.
    """
    if not sys.stderr.isatty() or not plan:
        yield LoggedProgress(plan)
        return
    from tqdm.contrib.logging import logging_redirect_tqdm  # noqa: PLC0415

    bar = BarProgress(plan)
    try:
        with logging_redirect_tqdm():
            yield bar
    finally:
        bar.close()
