"""Interactions that were generated last, slot by slot."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from genesys_cloud_simulator.org.interactions import Interaction


# The busiest answer, 50,000 records, stays in memory; a longer walk regenerates as it goes.
CACHED_INTERACTIONS = 50_000


class SlotCache:
    """The interactions of the slots used last, bounded by the number of interactions."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self._slots: OrderedDict[int, Sequence[Interaction]] = OrderedDict()
        self._size = 0

    def get(self, slot: int) -> Sequence[Interaction] | None:
        """Give the interactions of a slot; None where they have to be generated."""
        interactions = self._slots.get(slot)
        if interactions is not None:
            self._slots.move_to_end(slot)
        return interactions

    def put(self, slot: int, interactions: Sequence[Interaction]) -> None:
        """Keep the interactions of a slot, and drop those of the slots not used for longest."""
        self._slots[slot] = interactions
        self._size += len(interactions)
        while self._size > CACHED_INTERACTIONS and len(self._slots) > 1:
            self._size -= len(self._slots.popitem(last=False)[1])
