"""Ids, in the form of the platform's."""

from __future__ import annotations

import uuid

Named = tuple[tuple[str, str], ...]
"""Ids and names."""


def named(kind: str, name: str) -> dict[str, object]:
    """Give what has a name the id that it has in every organisation.

    Args:
        kind: What it is.
        name: Its name.

    Returns:
        Its id and name.
    """
    return {"id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{kind}/{name}")), "name": name}


def entities(kind: str, *names: str) -> Named:
    """Give each of what has names the id that it has in every organisation.

    Args:
        kind: What they are.
        names: Their names.

    Returns:
        Their ids and names.
    """
    return tuple((str(one["id"]), str(one["name"])) for one in (named(kind, n) for n in names))


def uuid_text(bits: int) -> str:
    """Write a UUID.

    Args:
        bits: 128 bits, some of which are replaced.

    Returns:
        The UUID, of version 4.
    """
    digits = bits.to_bytes(16, "big").hex()
    # Version 4 and the usual variant, so that the ids look like the platform's.
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"
