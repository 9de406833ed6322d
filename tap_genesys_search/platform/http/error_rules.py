"""Which error a refusal is: one table, decided by what was asked, the status and the code.

The same answer means different things to different requests. A 400 for the second page of a list
says that paging ends there; for a search over an interval it may say that the interval is too long;
for a poll it says that the platform has lost the query. The wording of a message decides only
where two causes share all three.

Sources: the numbers are those of the facts that the tap is built on. OAuth errors are those of
RFC 6749, section 5.2; codes are those of the platform's `ErrorBody`
(https://developer.genesys.cloud/platform/api/).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from http import HTTPStatus
from typing import TYPE_CHECKING

from tap_genesys_search.errors import (
    ApiRefusedError,
    GoneError,
    LoginLimitedError,
    LoginRefusedError,
    PageBeyondLimitError,
    PageTooLargeError,
    PermissionMissingError,
    RequestError,
    SearchRefusedError,
    SubmissionLimitError,
    TransientRequestError,
    UnauthorizedError,
)
from tap_genesys_search.platform.http.retries import MAY_PASS

if TYPE_CHECKING:
    from collections.abc import Callable, Container


class Asked(Enum):
    """What a request asks for."""

    LOGIN = auto()
    PROBE = auto()
    """A small search, to find out whether the org offers its kind and the client may use it."""
    SEARCH = auto()
    """A search over an interval: its submission, or its first page."""
    PAGE = auto()
    """A further page of a search whose first page was answered."""
    POLL = auto()
    """How a query or a job stands."""
    RESULTS = auto()
    """A page of the results of a job that is done."""
    LIST = auto()
    """The first page of a list."""
    LIST_PAGE = auto()
    """A further page of a list."""
    AGGREGATES = auto()
    """The figures of an interval."""
    OTHER = auto()


ANYTHING = frozenset(Asked)

# A probe asks for one record. There is no smaller page to ask for.
ALL_BUT_PROBES = ANYTHING - {Asked.PROBE}

SEARCHES = frozenset({Asked.SEARCH, Asked.AGGREGATES})

FURTHER_PAGES = frozenset({Asked.PAGE, Asked.LIST_PAGE})

OPEN_SEARCHES = frozenset({Asked.POLL, Asked.RESULTS})


ANY_STATUS = range(1000)

CLIENT_ERRORS = range(400, 500)


ANY_TEXT = re.compile(".*", re.DOTALL)

TOO_LARGE = re.compile(r"response\.entity\.too\.large")

OF_PERMISSION = re.compile(r"(.*\.)?permissions?(\..*)?|not\.authorized")

OF_DEPTH = re.compile(r".*\bpagination may not exceed\b.*", re.IGNORECASE | re.DOTALL)


def none_is_open() -> bool:
    """Tell that the run has no other search open on the platform."""
    return False


@dataclass(frozen=True)
class Rule:
    """A row of the table.

    Attributes:
        asked: What was asked for.
        statuses: HTTP statuses of the answer.
        error: The error that it is.
        code: What the code of the answer must be; an answer without one has "".
        message: What the message must be. Only where nothing else tells two causes apart.
        while_own_open: Whether it holds only while other searches of this run are open.
    """

    asked: Container[Asked]
    statuses: Container[int]
    error: type[RequestError]
    code: re.Pattern[str] = ANY_TEXT
    message: re.Pattern[str] = ANY_TEXT
    while_own_open: bool = False

    def fits(
        self, asked: Asked, status: int, code: str, message: str, is_own_open: Callable[[], bool]
    ) -> bool:
        """Tell whether an answer is of this row."""
        return (
            asked in self.asked
            and status in self.statuses
            and self.code.fullmatch(code) is not None
            and self.message.fullmatch(message) is not None
            and (not self.while_own_open or is_own_open())
        )


RULES = (
    # The tap's own login request is well-formed. `invalid_request` is how the login server says
    # that there were too many (Genesys' Terraform provider waits for it).
    Rule({Asked.LOGIN}, {400}, LoginLimitedError, code=re.compile("invalid_request")),
    # The platform refuses too many open jobs as it refuses too many requests
    # (https://developer.genesys.cloud/forum, topics 12028 and 25774).
    Rule({Asked.SEARCH, Asked.PAGE}, {429}, SubmissionLimitError, while_own_open=True),
    Rule({Asked.PROBE}, {HTTPStatus.NOT_IMPLEMENTED}, ApiRefusedError),
    Rule(ANYTHING, MAY_PASS, TransientRequestError),
    Rule({Asked.LOGIN}, CLIENT_ERRORS, LoginRefusedError),
    Rule(ANYTHING, {401}, UnauthorizedError),
    # Documented for every endpoint: "Reduce pageSize or expand list".
    Rule(ALL_BUT_PROBES, {400, 413}, PageTooLargeError, code=TOO_LARGE),
    Rule(ALL_BUT_PROBES, {413}, PageTooLargeError, code=re.compile("")),
    Rule(ANYTHING, {403}, PermissionMissingError, code=OF_PERMISSION),
    # Any other 403 may come from a gateway, and says nothing of the search.
    Rule(ANYTHING, {403}, RequestError),
    Rule({Asked.PROBE}, CLIENT_ERRORS, ApiRefusedError),
    Rule(SEARCHES, CLIENT_ERRORS, SearchRefusedError),
    Rule(FURTHER_PAGES, {400}, PageBeyondLimitError),
    # A lost cursor and a page that lies too deep are both a 400 of the same endpoint
    # (https://github.com/splunk/genesys_cloud_ta, release 0.2.2).
    Rule({Asked.RESULTS}, {400}, PageBeyondLimitError, message=OF_DEPTH),
    Rule(OPEN_SEARCHES, {400, 404, 409, 410}, GoneError),
    Rule(ANYTHING, ANY_STATUS, RequestError),
)
"""The first row that fits counts; the last one fits all."""


def error_type(
    asked: Asked,
    status: int,
    code: str,
    message: str,
    is_own_open: Callable[[], bool] = none_is_open,
) -> type[RequestError]:
    """Decide which error an answer other than 2xx is.

    Args:
        asked: What was asked for.
        status: HTTP status of the answer.
        code: `code` of the platform's error body, or `error` of an OAuth one; "" without one.
        message: What the platform says.
        is_own_open: Tells whether other searches of this run are open on the platform. It is asked
            only where that makes a difference.
    """
    return next(
        rule.error for rule in RULES if rule.fits(asked, status, code, message, is_own_open)
    )
