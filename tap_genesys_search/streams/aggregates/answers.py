"""Asking for aggregates, in as large portions as the platform answers."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from tap_genesys_search.errors import (
    PageTooLargeError,
    RequestError,
    SearchFailedError,
    SearchRefusedError,
)
from tap_genesys_search.platform.http.error_rules import Asked
from tap_genesys_search.platform.http.responses import place_of
from tap_genesys_search.platform.page_size import LearnedSize
from tap_genesys_search.settings.aggregate_names import ONE_DAY
from tap_genesys_search.settings.durations import format_period
from tap_genesys_search.streams.aggregates.query import MOST_USERS, lacks_figures
from tap_genesys_search.windows.window import Window

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tap_genesys_search.json_types import JsonObject
    from tap_genesys_search.platform.client import PlatformClient
    from tap_genesys_search.streams.aggregates.query import AggregateQuery


logger = logging.getLogger("tap-genesys-search.aggregates")


RESULTS = "results"


class AggregateAnswers:
    """The answers to one aggregate query over a run, which learns how much it may ask for.

    Args:
        client: Calls the platform.
        query: What to ask for.
        advice: What to check where the platform refuses the query.
    """

    def __init__(self, client: PlatformClient, query: AggregateQuery, advice: str) -> None:
        self._client = client
        self._query = query
        self._advice = advice
        self._users = LearnedSize(MOST_USERS, "users a query")
        self._spans = LearnedSize(max(1, ONE_DAY // query.granularity), "spans a query")
        self._are_settings_accepted = False
        self._has_empty_groups = False

    def of(self, window: Window, users: Sequence[str]) -> Iterator[JsonObject]:
        """Ask for an interval.

        Args:
            window: The interval, of whole spans.
            users: The users it is about, none where it is about all.

        Yields:
            The answers, each for a portion.

        Raises:
            RequestError: The platform refuses the query, or doesn't answer.
            SearchFailedError: The figures of a single span are too large.
        """
        portions = [(window, users)]
        while portions:
            portion = portions.pop()
            smaller = self._cut(*portion)
            if smaller:
                portions += reversed(smaller)
            elif (answer := self._ask(*portion)) is None:
                portions.append(portion)
            else:
                yield answer

    def _cut(self, window: Window, users: Sequence[str]) -> list[tuple[Window, Sequence[str]]]:
        """Cut a portion in two that is larger than one may be; none where it fits."""
        most_users = self._users.limit
        if len(users) > most_users:
            return [(window, users[:most_users]), (window, users[most_users:])]
        longest = self._spans.limit * self._query.granularity
        if window.length > longest:
            middle = window.start + longest
            return [(Window(window.start, middle), users), (Window(middle, window.end), users)]
        return []

    def _ask(self, window: Window, users: Sequence[str]) -> JsonObject | None:
        """Ask for a portion; None where it is too much, so that smaller ones are asked for."""
        try:
            answer = self._call_for_results(window, users)
        except PageTooLargeError as error:
            self._lower(window, users, error)
            return None
        except SearchRefusedError as error:
            if self._is_answered(window, users) and self._lower_spans(window, error):
                return None
            raise self._explained(error) from None
        self._are_settings_accepted = True
        self._users.answered(len(users))
        self._spans.answered(self._spans_of(window))
        return answer

    def _lower(self, window: Window, users: Sequence[str], error: PageTooLargeError) -> None:
        """Ask for fewer users, else for fewer spans.

        Raises:
            SearchFailedError: There is no less to ask for.
        """
        if self._users.lower(len(users), error.fact) or self._lower_spans(window, error):
            return
        whose = " of one user" if users else ""
        span = format_period(self._query.granularity)
        raise SearchFailedError(
            f"{error.fact}: the figures{whose} for {window}, a single span of {span}, are too "
            f"large to be answered. {self._advice}"
        )

    def _lower_spans(self, window: Window, error: RequestError) -> bool:
        return self._spans.lower(self._spans_of(window), error.fact)

    def _spans_of(self, window: Window) -> int:
        return round(window.length / self._query.granularity)

    def _is_answered(self, window: Window, users: Sequence[str]) -> bool:
        """Find out once a run whether the platform takes the same query over a single span."""
        if self._are_settings_accepted or window.length <= self._query.granularity:
            return self._are_settings_accepted
        try:
            self._call(Window(window.start, window.start + self._query.granularity), users)
        except SearchRefusedError:
            return False
        except PageTooLargeError:
            pass  # it is taken, only its answer is too large
        self._are_settings_accepted = True
        return True

    def _explained(self, error: SearchRefusedError) -> RequestError:
        return RequestError(
            error.fact,
            self._advice,
            status=error.status,
            platform_message=error.platform_message,
        )

    def _call_for_results(self, window: Window, users: Sequence[str]) -> JsonObject:
        """Ask for a portion, once more where the answer lacks a part of the model.

        Of such an answer the model lets nobody tell whether there are no figures or something went
        wrong. If the second one lacks it, too, it counts as no figures.
        """
        answer = self._call(window, users)
        if not lacks_figures(answer):
            return answer
        answer = self._call(window, users)
        if answer.get(RESULTS) is None:
            logger.warning(
                "%s answered twice without %s for %s, which is taken for no figures",
                place_of(answer, self._query.path),
                RESULTS,
                window,
            )
        elif lacks_figures(answer) and not self._has_empty_groups:
            self._has_empty_groups = True
            logger.warning(
                "%s answered twice with groups without figures for %s, which are taken for no "
                "figures. Further ones are not logged",
                place_of(answer, self._query.path),
                window,
            )
        return answer

    def _call(self, window: Window, users: Sequence[str]) -> JsonObject:
        return self._client.call(
            "POST",
            self._query.path,
            json=self._query.body(window, users),
            asked=Asked.AGGREGATES,
        )
