"""Reading a request for a token: the credentials and parameters, wherever they stand in it."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

if TYPE_CHECKING:
    from collections.abc import Mapping


FORM = "application/x-www-form-urlencoded"

PATH = "/oauth/token"

# The parameters of OAuth 2 that hold no secret. Any other may be one, misspelt for instance.
_PUBLIC = frozenset({"client_id", "grant_type", "scope"})

_CONFIDENTIAL = "client_secret"


@dataclass(frozen=True)
class TokenRequest:
    """A request for a token.

    Attributes:
        credentials: The client's id and secret; None where they are missing or cannot be read.
        parameters: The parameters of the query string and of the form; None where one contradicts
            itself, or where the body should be a form and is not.
    """

    credentials: tuple[str, str] | None
    parameters: Mapping[str, str] | None


def read_token_request(headers: Mapping[str, str], query: str, body: bytes) -> TokenRequest:
    """Read a request for a token.

    The platform takes the client's id and secret by HTTP Basic or in the form, and the grant type
    in the form or in the query string. A secret in the query string is not taken: logs keep those.

    Args:
        headers: The headers of the request by lower-case name.
        query: The query string.
        body: The body.

    Returns:
        The request.
    """
    in_query = _parameters(query)
    # Where the query string asks, a body that is something else has nothing to add.
    without_form: dict[str, str] | None = {} if in_query else None
    form = _form(body) if _may_be_form(headers) else without_form
    credentials = _credentials(headers, form or {})
    if in_query is None or form is None or not _agree(in_query, form):
        return TokenRequest(credentials, None)
    return TokenRequest(credentials, {**in_query, **form})


def basic_credentials(headers: Mapping[str, str]) -> tuple[str, str] | None:
    """Read the client id and secret of HTTP Basic.

    Args:
        headers: The headers of the request by lower-case name.

    Returns:
        The id and the secret, None when there are none or they cannot be read.
    """
    scheme, encoded = _authorization(headers)
    if scheme != "basic":
        return None
    try:
        decoded = base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    client_id, colon, secret = decoded.partition(":")
    return (client_id, secret) if colon else None


def loggable_query(path: str, query: str) -> str:
    """Leave out of a query string what must not be logged.

    Args:
        path: The path of the request.
        query: The query string.

    Returns:
        The query string, as it came where there is nothing to leave out.
    """
    pairs = parse_qsl(query, keep_blank_values=True)
    kept = [pair for pair in pairs if _is_loggable(path, pair[0])]
    return query if len(kept) == len(pairs) else urlencode(kept)


def loggable_document(path: str, document: object) -> object:
    """Leave out of a body what must not be logged.

    Args:
        path: The path of the request.
        document: The body, as read from a form or from JSON.

    Returns:
        The body; None where a request for a token has something else than parameters there.
    """
    if isinstance(document, dict):
        return {name: value for name, value in document.items() if _is_loggable(path, name)}
    return None if _is_login(path) else document


def _is_login(path: str) -> bool:
    return path.startswith("/oauth/")


def _is_loggable(path: str, name: str) -> bool:
    return name in _PUBLIC if _is_login(path) else name != _CONFIDENTIAL


def _authorization(headers: Mapping[str, str]) -> tuple[str, str]:
    scheme, _, rest = headers.get("authorization", "").partition(" ")
    return scheme.lower(), rest.strip()


def _credentials(headers: Mapping[str, str], form: Mapping[str, str]) -> tuple[str, str] | None:
    if _authorization(headers)[0] == "basic":
        return basic_credentials(headers)
    if "client_id" in form and _CONFIDENTIAL in form:
        return form["client_id"], form[_CONFIDENTIAL]
    return None


def _may_be_form(headers: Mapping[str, str]) -> bool:
    return headers.get("content-type", "").partition(";")[0].strip().lower() in {"", FORM}


def _form(body: bytes) -> dict[str, str] | None:
    try:
        return _parameters(body.decode())
    except UnicodeDecodeError:
        return None


def _parameters(text: str) -> dict[str, str] | None:
    """Read parameters; None where they cannot be read, or where one comes twice."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text))
    except ValueError:
        return None
    parameters = dict(pairs)
    return parameters if len(parameters) == len(pairs) else None


def _agree(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    return all(other.get(name, value) == value for name, value in one.items())
