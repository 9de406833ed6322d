"""A generated organisation: any number of interactions, the same ones for the same seed.

Nothing is stored. The period is cut into slots of ten minutes; how many interactions each slot
holds is fixed up front, and a slot's interactions are generated when they are asked for. Every
interaction so has an ordinal, its position in time order, and counting and paging work on
ordinals without generating what they skip.
"""

from __future__ import annotations

import random
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import TYPE_CHECKING

from genesys_cloud_simulator.org.conferences import link_conferences
from genesys_cloud_simulator.org.interactions import Interaction, generate_interaction
from genesys_cloud_simulator.org.service import Situation
from genesys_cloud_simulator.org.slot_cache import SlotCache
from genesys_cloud_simulator.org.slots import SLOT, SLOTS_PER_DAY, SLOTS_PER_HALF_HOUR, lay_out
from genesys_cloud_simulator.timestamps import MILLISECOND, format_timestamp, to_milliseconds
from genesys_cloud_simulator.workforce.forecast import half_hour_of
from genesys_cloud_simulator.workforce.staffing import on_queue

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


_SLOT_MILLISECONDS = SLOT // MILLISECOND


# So that of those who come one in seven comes again within a week.
_CUSTOMERS_PER_CONTACT = 34

# Enough for decades; the slots of more would take long to lay out.
LONGEST_DAYS = 10_000


@dataclass(frozen=True)
class Rush:
    """Interactions that all begin within one second.

    Attributes:
        moment: When the second begins.
        interactions: How many there are.
    """

    moment: datetime
    interactions: int


@dataclass(frozen=True)
class Org:
    """An organisation and all its interactions.

    Attributes:
        seed: Decides every interaction; the same seed gives the same organisation.
        start: The first moment, midnight UTC.
        days: The length of the period.
        interactions: The exact number of interactions in the period, with those of the rush.
        rush: Many interactions in one second, None for none.
    """

    seed: int = 1
    start: datetime = datetime(2026, 1, 5, tzinfo=timezone.utc)
    days: int = 28
    interactions: int = 10_000
    rush: Rush | None = None
    _slot_starts: Sequence[int] = field(init=False, repr=False, compare=False)
    _loads: Sequence[float] = field(init=False, repr=False, compare=False)
    _cache: SlotCache = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Check the arguments and spread the interactions over the slots."""
        if self.start.utcoffset() != timedelta(0) or self.start.time() != datetime.min.time():
            message = f"start must be midnight UTC, not {self.start.isoformat()}"
            raise ValueError(message)
        if not 1 <= self.days <= LONGEST_DAYS:
            message = f"days must be 1 to {LONGEST_DAYS}, not {self.days}"
            raise ValueError(message)
        if self.interactions < 0:
            message = f"interactions must be at least 0, not {self.interactions}"
            raise ValueError(message)
        if self.rush is not None:
            self._check_rush(self.rush)
        rushing = 0 if self.rush is None else self.rush.interactions
        slots = lay_out(self.seed, self.start, self.days, self.interactions - rushing)
        starts = slots.starts
        if self.rush is not None:
            rush_slot = (self.rush.moment - self.start) // SLOT
            for slot in range(rush_slot + 1, len(starts)):
                starts[slot] += rushing
        object.__setattr__(self, "_slot_starts", starts)
        object.__setattr__(self, "_loads", slots.loads)
        object.__setattr__(self, "_cache", SlotCache())

    def _check_rush(self, rush: Rush) -> None:
        if not self.start <= rush.moment < self.end:
            message = f"a rush must be within the period, not at {rush.moment.isoformat()}"
            raise ValueError(message)
        if not 0 < rush.interactions <= self.interactions:
            message = f"a rush has 1 to {self.interactions} interactions, not {rush.interactions}"
            raise ValueError(message)
        if (rush.moment - self.start) % SLOT > SLOT - timedelta(seconds=1):
            message = "the second of a rush must not reach beyond its ten minutes"
            raise ValueError(message)

    @property
    def end(self) -> datetime:
        """The first moment after the period."""
        return self.start + timedelta(days=self.days)

    def ordinals(self, start: datetime, end: datetime) -> range:
        """Find the interactions of a range of time.

        Args:
            start: The first moment of the range.
            end: The first moment after it.

        Returns:
            The ordinals of the interactions with `start <= timestamp < end`.
        """
        first = self._first_ordinal_from(start)
        return range(first, max(first, self._first_ordinal_from(end)))

    def moment_of(self, ordinal: int) -> datetime:
        """Return when an interaction began.

        Args:
            ordinal: Its ordinal.

        Returns:
            The moment.
        """
        slot = bisect_right(self._slot_starts, ordinal) - 1
        offsets = self._offsets(slot, self._rng(slot))
        return self.start + slot * SLOT + offsets[ordinal - self._slot_starts[slot]] * MILLISECOND

    def documents(self, ordinals: Iterable[int]) -> Iterator[Interaction]:
        """Generate interactions.

        Args:
            ordinals: Which ones, best in ascending order.

        Yields:
            The interactions. They are shared with the cache and must not be changed.
        """
        first = after = 0
        interactions: Sequence[Interaction] = ()
        for ordinal in ordinals:
            if not first <= ordinal < after:
                slot = bisect_right(self._slot_starts, ordinal) - 1
                first, after = self._slot_starts[slot], self._slot_starts[slot + 1]
                interactions = self._slot(slot)
            yield interactions[ordinal - first]

    def count(self, start: datetime, end: datetime) -> int:
        """Count the interactions with `start <= timestamp < end`, without generating them.

        Args:
            start: The first moment of the range.
            end: The first moment after it.

        Returns:
            The number of interactions.
        """
        return len(self.ordinals(start, end))

    def interactions_between(
        self, start: datetime, end: datetime, offset: int = 0, limit: int | None = None
    ) -> list[Interaction]:
        """List the interactions with `start <= timestamp < end` in time order.

        Args:
            start: The first moment of the range.
            end: The first moment after it.
            offset: How many to leave out at the beginning.
            limit: The largest number to list; all when not given.

        Returns:
            The interactions. They are shared with the cache and must not be changed.
        """
        ordinals = self.ordinals(start, end)[offset:]
        return list(self.documents(ordinals if limit is None else ordinals[:limit]))

    def ids_between(self, start: datetime, end: datetime) -> Iterator[str]:
        """Walk the ids of the interactions with `start <= timestamp < end` in time order.

        Args:
            start: The first moment of the range.
            end: The first moment after it.

        Yields:
            The ids.
        """
        for interaction in self.documents(self.ordinals(start, end)):
            yield str(interaction["id"])

    def count_by_day(self) -> dict[date, int]:
        """Count the interactions of each day of the period.

        Returns:
            The number of interactions by day, in day order, days without any included.
        """
        starts = self._slot_starts
        return {
            (self.start + timedelta(days=day)).date(): starts[(day + 1) * SLOTS_PER_DAY]
            - starts[day * SLOTS_PER_DAY]
            for day in range(self.days)
        }

    def _first_ordinal_from(self, moment: datetime) -> int:
        """The ordinal of the first interaction at or after a moment."""
        # Timestamps are whole milliseconds, so rounding up keeps the comparison exact.
        offset = -((self.start - moment) // MILLISECOND)
        slot, within = divmod(offset, _SLOT_MILLISECONDS)
        if slot < 0:
            return 0
        if slot >= len(self._slot_starts) - 1:
            return self.interactions
        if within == 0:
            return self._slot_starts[slot]
        return self._slot_starts[slot] + bisect_left(self._offsets(slot, self._rng(slot)), within)

    def _rng(self, slot: int) -> random.Random:
        return random.Random(f"{self.seed}:{slot}")  # noqa: S311 - not for security

    def _offsets(self, slot: int, rng: random.Random) -> list[int]:
        """The milliseconds from the slot's start to each of its interactions, sorted."""
        size = self._slot_starts[slot + 1] - self._slot_starts[slot]
        rushing = range(0)
        if self.rush is not None and (self.rush.moment - self.start) // SLOT == slot:
            rushing = range(self.rush.interactions)
        spread = [int(rng.random() * _SLOT_MILLISECONDS) for _ in range(size - len(rushing))]
        return sorted(spread + [self._rush_offset + int(rng.random() * 1000) for _ in rushing])

    @property
    def _rush_offset(self) -> int:
        """The milliseconds from the start of its slot to the rush."""
        return 0 if self.rush is None else (self.rush.moment - self.start) % SLOT // MILLISECOND

    def _slot(self, slot: int) -> Sequence[Interaction]:
        # One thread at a time: two that want the same slot would both generate it.
        with self._cache.lock:
            interactions = self._cache.get(slot)
            if interactions is None:
                interactions = self._generate(slot)
                self._cache.put(slot, interactions)
            return interactions

    def _generate(self, slot: int) -> Sequence[Interaction]:
        rng = self._rng(slot)
        offsets = self._offsets(slot, rng)
        # Up to the tens of minutes; the rest is the offset into a slot of ten minutes.
        prefix = format_timestamp(self.start + slot * SLOT)[:15]
        situation = self._situation(slot)
        interactions = [
            generate_interaction(
                rng,
                f"{prefix}{offset // 60_000}:{offset // 1000 % 60:02}.{offset % 1000:03}Z",
                situation,
                turn,
            )
            for turn, offset in enumerate(offsets, self._slot_starts[slot])
        ]
        link_conferences(interactions)
        return interactions

    def _situation(self, slot: int) -> Situation:
        half_hour = half_hour_of(to_milliseconds(self.start + slot * SLOT))
        return Situation(
            half_hour,
            self._loads[slot // SLOTS_PER_HALF_HOUR],
            max(1, round(_CUSTOMERS_PER_CONTACT * self.interactions / self.days)),
            on_queue(half_hour),
        )
