"""Texts that no message may quote, and the secret that signs webhooks."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from tap_genesys_search.errors import SettingError

if TYPE_CHECKING:
    from collections.abc import Iterator


SECRET_PREFIX = "whsec_"  # noqa: S105 - how a secret begins

SECRET_BYTES = range(24, 65)


def read_secret(text: str) -> bytes:
    """Read the setting `webhook_secret`.

    Args:
        text: Base64, with or without `whsec_` before it.

    Returns:
        The key that requests are signed with.

    Raises:
        SettingError: The text is not such a key.
    """
    try:
        key = base64.b64decode(text.strip().removeprefix(SECRET_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) not in SECRET_BYTES:
        raise SettingError(
            f"webhook_secret must be {SECRET_PREFIX} and base64 of {SECRET_BYTES[0]} to "
            f"{SECRET_BYTES[-1]} random bytes. Make one with: openssl rand -base64 32"
        )
    return key


_STRUCTURE = frozenset(
    {
        *("type", "dimension", "metric", "property", "propertyType", "operator"),
        *("field", "fields", "dateFormat"),
    }
)
"""Values under these names say how a filter works, and never what it searches for."""


def filter_values(filters: object) -> Iterator[str]:
    """List the values that a search is filtered by. One may be a customer's name or number.

    Args:
        filters: The setting `filters`, or a part of the setting.

    Yields:
        All texts and numbers, except names of fields, operators and the like.
    """
    if isinstance(filters, dict):
        for name, part in filters.items():
            if name not in _STRUCTURE:
                yield from filter_values(part)
    elif isinstance(filters, list | tuple):
        for part in filters:
            yield from filter_values(part)
    elif filters is not None and not isinstance(filters, bool):
        yield str(filters)
