"""A log line for each search whose window needs one."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from tap_genesys_search.wording import counted

if TYPE_CHECKING:
    from tap_genesys_search.json_types import JsonObject
    from tap_genesys_search.windows.plan import WindowPlan


logger = logging.getLogger("tap-genesys-search.run")


class WindowLog:
    """Logs windows that are split. The others are logged at DEBUG: a run may have thousands."""

    def __init__(self, plan: WindowPlan) -> None:
        self._plan = plan
        self._done = 0

    def search_done(self, audit: JsonObject, _facets: object) -> None:
        """Log what a search found, or why its window is split."""
        window = f"{audit['window_start']}/{audit['window_end']}"
        matching = audit["total_matching_records"]
        if audit["status"] != "split":
            self._done += 1
            logger.debug(
                "Window %d of %d, %s: %d of %s in %.1f s",
                self._done,
                self._plan.planned,
                window,
                audit["extracted_records"],
                _count(matching),
                audit["latency_ms"] / 1000,
            )
        elif audit["error"]:
            logger.warning("Window %s fails, so it is halved: %s", window, audit["error"])
        elif matching is None:
            logger.info("Window %s is too much for one search: shortened", window)
        else:
            count = counted(matching, "interaction")
            logger.info("Window %s matches %s, too many for one search: shortened", window, count)


class ConnectionTestLog:
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


def _found(total: int | None, extracted: int) -> str:
    """Write how many interactions there are, as far as a part of a search tells."""
    if total is not None:
        return counted(total, "interaction")
    return f"at least {counted(extracted, 'interaction')}" if extracted else "an uncounted number"


def _count(number: int | None) -> str:
    return "uncounted interactions" if number is None else counted(number, "interaction")
