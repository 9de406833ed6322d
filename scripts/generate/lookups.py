"""List the lookups in documents, `meltano.yml` and the dbt package.

Part of `python3 tasks.py schemas`.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from scripts.generate.changed_files import write_changed
from scripts.generate.relations import CORE
from tap_genesys_search.platform.paging import pages_by_cursor, pages_by_number, whole_list
from tap_genesys_search.streams.lookups.lists import LOOKUPS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

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


@dataclass(frozen=True)
class Place:
    """A place of a file that lists the lookups.

    Attributes:
        above: What stands before them.
        write: Writes one.
        below: What stands after them.
        between: What stands between two.
        leaves_out: Names of those that are not listed.
    """

    above: str
    write: Callable[[Lookup], str]
    below: str
    between: str = "\n"
    leaves_out: Collection[str] = ()

    def listed(self, text: str) -> list[str]:
        """Read what a text lists.

        Args:
            text: What the file holds.

        Returns:
            The lookups, as they are written.

        Raises:
            ValueError: The text does not have what stands above and below, or has it twice.
        """
        start, end = re.escape(self.above), re.escape(self.below)
        places = re.findall(rf"{start}(.*?){end}", text, re.DOTALL)
        if len(places) != 1:
            raise ValueError(f"{len(places)} places for lookups after {self.above!r}")
        return str(places[0]).split(self.between)

    def with_lookups(self, text: str) -> str:
        """List the lookups in a text, in place of those that it lists.

        Args:
            text: What the file holds.

        Returns:
            What it should hold.

        Raises:
            ValueError: The text does not have what stands above and below, or has it twice.
        """
        written = [
            self.write(lookup) for name, lookup in LOOKUPS.items() if name not in self.leaves_out
        ]
        old, new = (
            f"{self.above}{self.between.join(lookups)}{self.below}"
            for lookups in (self.listed(text), written)
        )
        return text.replace(old, new)


PLACES = {
    "README.md": Place(
        "time in a status, per interval |\n| ",
        lambda lookup: f"`{lookup.name}`",
        " | `id`; members also `queue_id` |",
        between=", ",
    ),
    "docs/reference/stream-guide.md": Place(
        f"| Stream | List (`/api/v2/…`) | Paged by | Key | Permission |\n{'| --- ' * 5}|\n",
        page_row,
        "\n\n",
    ),
    "meltano.yml": Place(
        "    - user_status_aggregates.*\n",
        lambda lookup: f"    - {lookup.name}.*",
        "\n  loaders:\n",
    ),
    "dbt/dbt_project.yml": Place(
        "  genesys_further_streams:\n  - participant_attributes\n",
        lambda lookup: f"  - {lookup.name}",
        "\n\nmodels:\n",
        leaves_out=CORE,
    ),
}
"""File to the place in it that lists the lookups."""


def main() -> int:
    """Write the files, and tell which have changed."""
    texts = {name: (ROOT / name).read_text(encoding="utf-8") for name in PLACES}
    write_changed(ROOT, {name: PLACES[name].with_lookups(text) for name, text in texts.items()})
    return 0


if __name__ == "__main__":
    sys.exit(main())
