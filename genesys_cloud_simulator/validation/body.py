"""Checks that every API makes: the body is JSON, and each value has the right type."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NoReturn

from genesys_cloud_simulator.date_formats import parse_date
from genesys_cloud_simulator.errors import PlatformError
from genesys_cloud_simulator.timestamps import parse_interval, parse_timestamp

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime


def read_json(content_type: str, body: bytes) -> object:
    """Read a body that must be JSON.

    Args:
        content_type: The value of the header `Content-Type`.
        body: The body.

    Returns:
        The document.

    Raises:
        PlatformError: If the body is not JSON or does not say that it is.
    """
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise PlatformError(
            415, "unsupported.media.type", f"Content type {content_type!r} is not supported"
        )
    try:
        return json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        bad_request("The request body is not valid JSON")


def exact_object(value: object, name: str, keys: tuple[str, ...]) -> dict[str, object]:
    """Check that a value is an object with just these keys.

    Args:
        value: The value.
        name: What it is called in messages, here and below.
        keys: The keys.

    Returns:
        The value.
    """
    document = known_object(value, name, keys)
    for key in keys:
        if key not in document:
            bad_request(f"{name}.{key} is required", f"{name}.{key}")
    return document


def known_object(value: object, name: str, keys: Sequence[str]) -> dict[str, object]:
    """Check that a value is an object with no other keys than these.

    Args:
        value: The value.
        name: What it is called.
        keys: The keys it may have.

    Returns:
        The value.
    """
    if not isinstance(value, dict):
        bad_request(f"{name} must be an object", name)
    for key in value:
        if key not in keys:
            bad_request(f"Unrecognized field {key!r} in {name}", f"{name}.{key}")
    return value


def optional_list(document: Mapping[str, object], key: str, name: str) -> list[object]:
    """Read a list that may be absent.

    Args:
        document: The object it is in.
        key: Its key there.
        name: What the object is called.

    Returns:
        The list, empty when it is absent or null.
    """
    value = document.get(key)
    return [] if value is None else any_list(value, f"{name}.{key}")


def any_list(value: object, name: str) -> list[object]:
    """Check that a value is a list.

    Args:
        value: The value.
        name: What it is called.

    Returns:
        The value.
    """
    if not isinstance(value, list):
        bad_request(f"{name} must be a list", name)
    return value


def one_of(value: object, name: str, known: Sequence[str]) -> str:
    """Check that a value is one of some strings.

    Args:
        value: The value.
        name: What it is called.
        known: The strings.

    Returns:
        The value.
    """
    if not isinstance(value, str) or value not in known:
        invalid_value(name, f"has the unknown value {value!r}")
    return value


def text(value: object, name: str) -> str:
    """Check that a value is a string that is not empty.

    Args:
        value: The value.
        name: What it is called.

    Returns:
        The value.
    """
    if not isinstance(value, str) or not value:
        invalid_value(name, "must be a string that is not empty")
    return value


def integer(value: object, name: str, smallest: int, largest: int | None) -> int:
    """Check that a value is an integer within bounds.

    Args:
        value: The value.
        name: What it is called.
        smallest: The smallest integer it may be.
        largest: The largest integer it may be; None for no limit.

    Returns:
        The value.
    """
    # JSON's true is an int to Python, but not to anyone else.
    if isinstance(value, bool) or not isinstance(value, int):
        bad_request(f"{name} must be an integer", name)
    if value < smallest or (largest is not None and value > largest):
        bounds = f"at least {smallest}" if largest is None else f"{smallest} to {largest}"
        invalid_value(name, f"must be {bounds}")
    return value


def boolean(value: object, name: str) -> bool:
    """Check that a value is true or false.

    Args:
        value: The value.
        name: What it is called.

    Returns:
        The value.
    """
    if not isinstance(value, bool):
        bad_request(f"{name} must be true or false", name)
    return value


def query_integer(params: Mapping[str, str], name: str, default: int, largest: int | None) -> int:
    """Read an integer from 1 of a query string.

    Args:
        params: The parameters.
        name: The parameter.
        default: What it is when it is absent.
        largest: The largest integer it may be; None for no limit.

    Returns:
        The integer.
    """
    given = params.get(name)
    if given is None:
        return default
    if not given.isascii() or not given.isdigit():
        invalid_value(name, f"must be an integer, not {given!r}")
    return integer(int(given), name, 1, largest)


def timestamp(value: object, name: str) -> datetime:
    """Check that a value is a timestamp.

    Args:
        value: The value.
        name: What it is called.

    Returns:
        The moment.
    """
    try:
        if isinstance(value, str):
            return parse_timestamp(value)
    except ValueError:
        pass
    return _invalid_date(name, value)


def formatted_date(value: object, name: str, pattern: str) -> datetime:
    """Check that a value is a date in the form that the request says.

    Args:
        value: The value.
        name: What it is called.
        pattern: The form, as a pattern of Java's.

    Returns:
        The moment.
    """
    try:
        if isinstance(value, str):
            return parse_date(value, pattern)
    except ValueError:
        pass
    message = f"{name} must be a date as {pattern}, not {value!r}"
    raise PlatformError(400, "invalid.date", message, name)


def interval(value: object, name: str) -> tuple[datetime, datetime]:
    """Check that a value is an interval, such as `2026-01-05T00:00:00Z/2026-01-06T00:00:00Z`.

    Args:
        value: The value.
        name: What it is called.

    Returns:
        Its first moment and the first moment after it.
    """
    if not isinstance(value, str) or value.count("/") != 1:
        bad_request(f"{name} must be an interval as start/end, not {value!r}", name)
    try:
        start, end = parse_interval(value)
    except ValueError:
        _invalid_date(name, value)
    if start >= end:
        bad_request(f"{name} must start before it ends", name)
    return start, end


def bad_request(message: str, name: str | None = None) -> NoReturn:
    """Refuse a request.

    Args:
        message: Why.
        name: The property that is wrong, where there is one.
    """
    raise PlatformError(400, "bad.request", message, name)


def invalid_value(name: str, problem: str) -> NoReturn:
    """Refuse a value.

    Args:
        name: What it is called.
        problem: What is wrong with it.
    """
    raise PlatformError(400, "invalid.value", f"{name} {problem}", name)


def _invalid_date(name: str, value: object) -> NoReturn:
    message = f"{name} must be a date like 2026-01-05T00:00:00.000Z, not {value!r}"
    raise PlatformError(400, "invalid.date", message, name)


def _no_constant(name: str) -> None:
    raise ValueError(name)
