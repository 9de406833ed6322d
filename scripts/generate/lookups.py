"""List the lookups in a page and meltano.yml: part of `python3 tasks.py schemas`."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from tap_genesys_search.platform.paging import pages_by_cursor, pages_by_number, whole_list
from tap_genesys_search.streams.lookups.lists import LOOKUPS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_genesys_search.streams.lookups.lists import Lookup

ROOT = Path(__file__).resolve().parents[2]

_PAGING: dict[Callable[..., object], str] = {
    pages_by_number: "page number",
    pages_by_cursor: "cursor",
    whole_list: "one answer",
}


def page_row(lookup: Lookup) -> str:
    """Write the row of a lookup in the page's table of lookups.

    Args:
        lookup: The lookup.

    Returns:
        The line.
    """
    path = lookup.path.removeprefix("/api/v2/")
    lists = " and ".join(
        f"`{path}{'?' if query else ''}{urlencode(query, safe=',')}`" for query in lookup.queries
    )
    key = ", ".join(f"`{column}`" for column in lookup.key)
    needed = " or ".join(f"`{one}`" for one in lookup.permissions) or "none"
    return f"| `{lookup.name}` | {lists} | {_PAGING[lookup.read_pages]} | {key} | {needed} |"


def selected(lookup: Lookup) -> str:
    """Write the line of meltano.yml that selects a lookup.

    Args:
        lookup: The lookup.

    Returns:
        The line.
    """
    return f"    - {lookup.name}.*"


LISTED: dict[str, tuple[str, str, Callable[[Lookup], str]]] = {
    "docs/reference/stream-guide.md": (
        f"| Stream | List (`/api/v2/…`) | Paged by | Key | Permission |\n{'| --- ' * 5}|\n",
        "| `",
        page_row,
    ),
    "meltano.yml": ("    - user_status_aggregates.*\n", "    - ", selected),
}
"""File to what stands above the lookups, how each line begins, and what writes it."""


def with_lookups(name: str, text: str) -> str:
    """List the lookups in a file, in place of those that it lists.

    Args:
        name: Name of the file.
        text: What it holds.

    Returns:
        What it should hold.

    Raises:
        ValueError: The text does not have what stands above the lookups, or has it twice.
    """
    above, beginning, write = LISTED[name]
    lines = "".join(f"{write(lookup)}\n" for lookup in LOOKUPS.values())
    listed = re.compile(rf"{re.escape(above)}(?:{re.escape(beginning)}.*\n)*")
    written, places = listed.subn(lambda _: above + lines, text)
    if places != 1:
        raise ValueError(f"{name} has {places} places for lookups, after {above!r}")
    return written


def main() -> int:
    """Write the files, and tell which have changed."""
    for name in LISTED:
        path = ROOT / name
        text = path.read_text(encoding="utf-8")
        if with_lookups(name, text) != text:
            path.write_text(with_lookups(name, text), encoding="utf-8")
            sys.stdout.write(f"{name} written\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
