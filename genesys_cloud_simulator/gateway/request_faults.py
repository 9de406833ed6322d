"""The answers of faults that replace the answer of a route."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse, Response

from genesys_cloud_simulator.errors import PlatformError, error_response, json_response
from genesys_cloud_simulator.faults.bodies import hostile_response
from genesys_cloud_simulator.state.rate_limit import login_rate_limit_response, rate_limit_error

if TYPE_CHECKING:
    from collections.abc import Callable

    from genesys_cloud_simulator.faults.fault import Fault
    from genesys_cloud_simulator.gateway.exchange import Exchange


_BAD_GATEWAY = (
    "<html><head><title>502 Bad Gateway</title></head>"
    "<body><center><h1>502 Bad Gateway</h1></center></body></html>"
)

_PROXY_PAGE = "<!DOCTYPE html><html><body><h1>Scheduled maintenance</h1></body></html>"

_MESSAGES = {
    500: ("internal.server.error", "The server encountered an unexpected condition."),
    503: ("service.unavailable", "The service is temporarily unavailable."),
    504: ("gateway.timeout", "The request timed out."),
}

_STATUS_502 = 502


def faulty_response(fault: Fault, exchange: Exchange) -> Response | None:
    """Answer a request that a fault strikes.

    Args:
        fault: The fault.
        exchange: The request.

    Returns:
        The answer; None where the fault lets the request through.
    """
    answer = _ANSWERS.get(fault.kind)
    return hostile_response(fault) if answer is None else answer(fault, exchange)


def too_large_error(status: int) -> PlatformError:
    """Write the refusal of an answer that would be too large.

    Args:
        status: 400 or 413, both of which the platform documents for every endpoint.

    Returns:
        The error.
    """
    return PlatformError(
        status,
        "response.entity.too.large",
        "The response is over the size limit. Reduce pageSize or expand list to reduce response "
        "size if applicable",
    )


def _proxy_page(_: Fault, __: Exchange) -> Response:
    return HTMLResponse(_PROXY_PAGE)


def _server_error(fault: Fault, exchange: Exchange) -> Response:
    if fault.status == _STATUS_502:
        return HTMLResponse(_BAD_GATEWAY, fault.status)
    code, message = _MESSAGES[fault.status]
    return error_response(PlatformError(fault.status, code, message), exchange.correlation_id)


def _rate_limited(fault: Fault, exchange: Exchange) -> Response:
    seconds = fault.retry_after_seconds
    headers = {"inin-ratelimit-reset": str(seconds)} if exchange.is_api else {}
    if fault.retry_after == "seconds":
        headers["Retry-After"] = str(seconds)
    elif fault.retry_after == "date":
        moment = datetime.now(timezone.utc) + timedelta(seconds=seconds)
        headers["Retry-After"] = format_datetime(moment, usegmt=True)
    error = rate_limit_error(exchange.allowance.allowed, seconds, headers)
    return error_response(error, exchange.correlation_id)


def _login_rate_limited(_: Fault, exchange: Exchange) -> Response:
    return login_rate_limit_response(exchange.allowance.allowed)


def _too_large(fault: Fault, exchange: Exchange) -> Response:
    return error_response(too_large_error(fault.too_large_status), exchange.correlation_id)


def _timed_out(_: Fault, exchange: Exchange) -> Response:
    error = PlatformError(408, "request.timeout", "The request timed out.")
    return error_response(error, exchange.correlation_id)


def _without_status(_: Fault, __: Exchange) -> Response:
    code, message = _MESSAGES[500]
    return json_response({"message": message, "code": code})


def _with_text_status(_: Fault, exchange: Exchange) -> Response:
    code, message = _MESSAGES[500]
    return json_response(
        {
            "message": message,
            "code": code,
            "status": "500",
            "contextId": exchange.correlation_id,
        }
    )


_ANSWERS: dict[str, Callable[[Fault, Exchange], Response]] = {
    "non_json_body": _proxy_page,
    "server_error": _server_error,
    "rate_limited": _rate_limited,
    "login_rate_limited": _login_rate_limited,
    "answer_too_large": _too_large,
    "request_timeout": _timed_out,
    "error_without_status": _without_status,
    "error_with_text_status": _with_text_status,
}
