"""Turning a refusal, or no answer at all, into an error that says what to do."""

from __future__ import annotations

import re
from base64 import b64decode
from http import HTTPStatus
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import requests
import urllib3

from tap_genesys_search.errors import (
    RUN_AGAIN,
    PermissionMissingError,
    RequestError,
    TransientRequestError,
    UnauthorizedError,
)
from tap_genesys_search.platform.http.error_rules import Asked, error_type, none_is_open
from tap_genesys_search.platform.http.redaction import one_line
from tap_genesys_search.platform.http.responses import errors_in, read_json
from tap_genesys_search.platform.http.retries import (
    BROKEN_CONNECTIONS,
    LONGEST_WAIT_SECONDS,
    TIMEOUTS,
    requested_wait,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from tap_genesys_search.json_types import JsonObject


LONGEST_SEGMENT = 64
"""Characters of a path's segment that an error quotes."""


LONGEST_PARAMETERS = 3_000

MOST_PERMISSIONS = 20
"""How much of a refusal is looked at for permissions, and how many are named."""


SUCCESSES = range(HTTPStatus.OK, HTTPStatus.MULTIPLE_CHOICES)


_PERMISSION = re.compile(r"[\w-]+:[\w*-]+:[\w*-]+")

_ADVICE: dict[int, str] = {
    HTTPStatus.FORBIDDEN: "No missing permission is named, so a gateway or proxy may refuse it: "
    "ask who runs it, or check the roles of the OAuth client",
    HTTPStatus.NOT_FOUND: "Check environment and api_url; search_api auto finds what an org offers",
    HTTPStatus.REQUEST_TIMEOUT: "Run again: the state is kept",
    HTTPStatus.TOO_MANY_REQUESTS: "Another program may use the same client: lower "
    "requests_per_minute, or run again later; the state is kept",
}


_GRANT = "Give a role of the OAuth client the permission it names"

_FIND_AND_GRANT = (
    "Give a role of the OAuth client the permission of this request, see "
    "docs/reference/permissions.md"
)

_SUBMISSION_ADVICE = (
    "Other programs may fill the org's limit of open searches: lower max_concurrent_searches or "
    "requests_per_minute, or run again later; the state is kept"
)

_ADVICE_ON: dict[tuple[Asked, int], str] = {
    (Asked.SEARCH, HTTPStatus.TOO_MANY_REQUESTS): _SUBMISSION_ADVICE,
    (Asked.PAGE, HTTPStatus.TOO_MANY_REQUESTS): _SUBMISSION_ADVICE,
    (Asked.LOGIN, HTTPStatus.BAD_REQUEST): "Other programs may log in with the same client: run "
    "again later; the state is kept",
}

_SEARCH_ADVICE = "Check the settings fields, filters and start_date"

_MADE_OF_SETTINGS = {Asked.PROBE, Asked.SEARCH, Asked.PAGE}


def explain_refusal(
    response: requests.Response,
    body: bytes,
    secrets: Collection[str],
    asked: Asked,
    is_own_open: Callable[[], bool] = none_is_open,
) -> RequestError:
    """Turn an answer other than 2xx into the error to raise.

    Args:
        response: The answer.
        body: Its body.
        secrets: Texts that the error must not quote.
        asked: What was asked for.
        is_own_open: Tells whether other searches of this run are open on the platform.
    """
    status = response.status_code
    message, code = read_message(body, response.request, secrets)
    said = f': "{message}"' if message else ""
    reason = one_line(response.reason, [*secrets, *_secrets(response.request)])
    place, trace = place_of_response(response, secrets), correlation(response, secrets)
    what = f"{place} answered {status} {code or reason}"
    fact = f"{what.rstrip()}{said}{trace}"
    error = error_type(asked, status, code, message, is_own_open)
    if issubclass(error, UnauthorizedError):
        authorization = str(response.request.headers.get("Authorization", ""))
        return error(fact, status=status, platform_message=message, authorization=authorization)
    if issubclass(error, PermissionMissingError):
        permissions = _named_permissions(body, message, secrets)
        return error(
            fact,
            _GRANT if permissions else _FIND_AND_GRANT,
            status=status,
            platform_message=message,
            # `missing.any.permissions` names some of which one is enough, others name all.
            permissions=(" or " if ".any." in code else " and ").join(permissions),
            place=f"{place}{trace}",
        )
    if issubclass(error, TransientRequestError):
        return _explain_limit(error, fact, message, response)
    return error(fact, advise(status, asked), status=status, platform_message=message)


def _explain_limit(
    error: type[TransientRequestError], fact: str, message: str, response: requests.Response
) -> RequestError:
    """Build the error of a refusal that may pass, unless it takes longer than a run waits."""
    status = response.status_code
    wait = requested_wait(status, response.headers, message)
    if wait is None or wait <= LONGEST_WAIT_SECONDS:
        return error(fact, status=status, platform_message=message, wait_seconds=wait)
    return RequestError(
        f"{fact}. It asks to wait {wait:.0f} s, longer than a run waits "
        f"({LONGEST_WAIT_SECONDS:.0f} s)",
        "Run again later: the state is kept",
        status=status,
        platform_message=message,
    )


def _named_permissions(body: bytes, message: str, secrets: Collection[str]) -> list[str]:
    """List the permissions that a 403 names, in its parameters or else in its message."""
    document = read_json(body)
    params = document.get("messageParams") if isinstance(document, dict) else None
    parameters = " ".join(map(str, params.values())) if isinstance(params, dict) else ""
    found = _PERMISSION.findall(parameters[:LONGEST_PARAMETERS]) or _PERMISSION.findall(message)
    return [one_line(one, secrets) for one in islice(dict.fromkeys(found), MOST_PERMISSIONS)]


def explain_no_answer(
    error: Exception,
    method: str,
    url: str,
    timeout_seconds: float,
    secrets: Collection[str] = (),
) -> RequestError:
    """Turn a failure to get an answer into the error to raise."""
    place = f"{method} {path_of(url, secrets)}"
    host = urlsplit(url).netloc.rpartition("@")[2]
    if isinstance(error, requests.exceptions.SSLError | urllib3.exceptions.SSLError):
        return RequestError(
            f"{place}: no trusted TLS connection to {host}",
            "Check the address, and set REQUESTS_CA_BUNDLE where a proxy has its own certificate",
        )
    if isinstance(error, TIMEOUTS):
        return TransientRequestError(f"{place}: no answer within {timeout_seconds:g} s")
    if isinstance(error, BROKEN_CONNECTIONS):
        return TransientRequestError(f"{place}: {_explain_connection(error)} {host}")
    if not isinstance(error, requests.RequestException | urllib3.exceptions.HTTPError):
        return RequestError(
            f"{place}: can't be sent to {host}, its certificate can't be checked",
            "Correct REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE, which must name a file of certificates",
        )
    return RequestError(
        f"{place}: can't be sent to {host} ({type(error).__name__})", "Check the address"
    )


def place_of_response(response: requests.Response, secrets: Collection[str]) -> str:
    """Name method and path of a request; the query may hold anything, so it stays out."""
    path = path_of(response.url, [*secrets, *_secrets(response.request)])
    return f"{response.request.method} {path}"


def correlation(response: requests.Response, secrets: Collection[str]) -> str:
    """Name the correlation id of a response, to be appended to its place."""
    correlation_id = one_line(
        response.headers.get("ININ-Correlation-Id"), [*secrets, *_secrets(response.request)]
    )
    return f" (correlation id {correlation_id})" if correlation_id else ""


def advise(status: int | None, asked: Asked) -> str:
    """Say what to do about a refusal.

    Args:
        status: HTTP status of the answer, or None where there was no answer.
        asked: What was asked for.
    """
    if status is None:
        return (
            "Check the network, and environment or auth_url and api_url, then run again: the state "
            "is kept"
        )
    known = _ADVICE_ON.get((asked, status)) or _ADVICE.get(status)
    if known:
        return known
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return "Run again: the state is kept. If it recurs for the same dates, lower window_hours"
    if status < HTTPStatus.BAD_REQUEST:
        return (
            "Run again; if it recurs, check that the address is the platform's, not a proxy's"
            if status in SUCCESSES
            else "A redirect is never followed: set environment or api_url to the final address"
        )
    return _SEARCH_ADVICE if asked in _MADE_OF_SETTINGS else RUN_AGAIN


def read_message(
    body: bytes, request: requests.PreparedRequest, secrets: Collection[str]
) -> tuple[str, str]:
    """Read message and code of the platform's error body, or of an OAuth one.

    A gateway's HTML page has neither. What the request carried as a secret is blotted out, should
    an answer echo it.
    """
    document = read_json(body)
    if not isinstance(document, dict):
        return "", ""
    said = (document, *islice(errors_in(document), 1))
    message = _first(said, "message", "error_description", "description")
    code = _first(said, "code", "error")
    secrets = [*secrets, *_secrets(request)]
    return one_line(message, secrets), one_line(code, secrets)


def _first(documents: Iterable[JsonObject], *keys: str) -> object:
    found = (one.get(key) for one in documents for key in keys)
    return next((one for one in found if one and isinstance(one, str)), None)


def path_of(url: str, secrets: Collection[str]) -> str:
    """Write a path with all its segments, but none of them at length: an id may be of any."""
    path = urlsplit(url).path
    if not path.isprintable():
        path = "".join(c if c.isprintable() else "?" for c in path)
    return "/".join(_short_segment(segment, secrets) for segment in path.split("/"))


def _short_segment(segment: str, secrets: Collection[str]) -> str:
    # A filter's value may well be a word of the platform's own paths, such as "query".
    if not segment.isalpha():
        segment = one_line(segment, secrets)
    return segment if len(segment) <= LONGEST_SEGMENT else f"{segment[:LONGEST_SEGMENT]}…"


def _explain_connection(error: Exception) -> str:
    """Say how a connection failed, to go before the host's name."""
    cause = error.args[0] if error.args else None
    reason = getattr(cause, "reason", None) or cause
    if isinstance(reason, urllib3.exceptions.NameResolutionError):
        return "there is no host by the name"
    if isinstance(reason, urllib3.exceptions.NewConnectionError):
        return "no connection to"
    if isinstance(reason, urllib3.exceptions.ProxyError):
        return "the proxy gives no connection to"
    return "the connection broke off to"


def _secrets(request: requests.PreparedRequest) -> Iterator[str]:
    """List the secrets that a request carries, as they are and as they were sent."""
    scheme, _, sent = str(request.headers.get("Authorization", "")).partition(" ")
    if sent:
        yield sent
    if scheme == "Basic":
        yield b64decode(sent).partition(b":")[2].decode()
