"""Listings that change while they are read: a record joins a page before, or leaves it."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from genesys_cloud_simulator.faults.fault import Fault


@dataclass
class MovingRecords:
    """The record that is missing from the listings for now, if one is.

    The first page of any search brings it back, so that a search sent again finds everything.
    """

    _missing: int | None = field(default=None, init=False)

    def listed(
        self,
        matches: Sequence[int],
        page: tuple[int, int],
        fault: Fault | None,
        *,
        expects_insertion: bool,
    ) -> Sequence[int]:
        """Leave out the record that is missing.

        Args:
            matches: The ordinals of all matches, in the order of the listing.
            page: The offset and the size of the page that is answered.
            fault: The fault that strikes the page, None for none.
            expects_insertion: Whether an `inserted_record` strikes the next page.

        Returns:
            The matches without it.
        """
        offset, size = page
        if offset == 0:
            more = len(matches) > size
            self._missing = matches[size // 2] if more and expects_insertion else None
        elif fault is not None and fault.kind == "inserted_record":
            self._missing = None
        elif fault is not None and fault.kind == "vanished_record":
            self._missing = matches[offset - size] if offset - size < len(matches) else None
        missing = self._missing
        if missing is None:
            return matches
        return array("Q", (one for one in matches if one != missing))
