"""The platform's ErrorBody, and the exception that becomes one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(eq=False)
class PlatformError(Exception):
    """A refusal, answered with the platform's ErrorBody.

    Attributes:
        status: The HTTP status.
        code: The platform's error code, such as `bad.request`.
        message: What is wrong, in the platform's words.
        field: The part of the request that is wrong, where there is one.
        headers: Further headers of the answer.
        more: Further parts of the ErrorBody, such as `messageParams`.
    """

    status: int
    code: str
    message: str
    field: str | None = None
    headers: Mapping[str, str] | None = None
    more: Mapping[str, object] | None = None


def error_body(error: PlatformError, correlation_id: str) -> dict[str, object]:
    """Write an error as an ErrorBody.

    Args:
        error: The error.
        correlation_id: The correlation id of the request, which is the body's context id.

    Returns:
        The body.
    """
    details = [] if error.field is None else [{"errorCode": error.code, "fieldName": error.field}]
    return {
        "message": error.message,
        "code": error.code,
        "status": error.status,
        "contextId": correlation_id,
        "details": details,
        "errors": [],
        **(error.more or {}),
    }


def error_response(error: PlatformError, correlation_id: str) -> Response:
    """Answer an error.

    Args:
        error: The error.
        correlation_id: The correlation id of the request.

    Returns:
        The answer.
    """
    return json_response(error_body(error, correlation_id), error.status, error.headers)


def json_response(
    content: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Answer with JSON in UTF-8, not escaped to ASCII, as the platform does.

    Args:
        content: What to write as JSON.
        status: The HTTP status.
        headers: Further headers.

    Returns:
        The answer.
    """
    return Response(json_bytes(content), status, headers, media_type="application/json")


def json_bytes(content: object) -> bytes:
    """Write JSON in UTF-8.

    Args:
        content: What to write.

    Returns:
        The JSON.
    """
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    # A lone surrogate, which no UTF-8 can hold, so becomes the escape that JSON has for it.
    return text.encode(errors="backslashreplace")
