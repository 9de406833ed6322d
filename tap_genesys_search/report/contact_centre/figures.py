"""The figures of a day: ratios of sums, as the page's script computes them too."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tap_genesys_search.report.contact_centre.facts import Facts


NOTHING = "\N{EN DASH}"


MEDIA_WITHOUT_ABANDONS = frozenset({"email", "message"})
"""The platform counts no abandons of them."""


LARGEST = frozenset({"longest_wait_ms"})
"""Measures that are never added up."""


@dataclass(frozen=True)
class Figures:
    """The figures that tiles and the table of queues show without a script.

    Attributes:
        sums: Measure to its sum.
        answer_ms: Milliseconds until an answer, callbacks left out.
        answers: How many answers these are of.
        abandonable: Entries of media that can have abandons.
    """

    sums: Counter[str]
    answer_ms: int
    answers: int
    abandonable: int

    @property
    def service_level(self) -> str:
        """Answered in time, in percent."""
        return percent(self.sums["sl_numerator"], self.sums["sl_denominator"])

    @property
    def abandon_rate(self) -> str:
        """Abandoned of offered, in percent, where the media type has abandons."""
        return (
            percent(self.sums["abandoned"], self.sums["offered"]) if self.abandonable else NOTHING
        )

    @property
    def speed_of_answer(self) -> str:
        """Mean time until an answer."""
        return mean_duration(self.answer_ms, self.answers)

    @property
    def handle_time(self) -> str:
        """Mean time of handling."""
        return mean_duration(self.sums["handle_ms"], self.sums["handled"])

    @property
    def transfer_rate(self) -> str:
        """Transferred of answered, in percent."""
        return percent(self.sums["transferred"], self.sums["answered"])

    @property
    def longest_wait(self) -> str:
        """The longest wait, in words."""
        longest = self.sums["longest_wait_ms"]
        return duration(longest) if longest else NOTHING


def figures_of(facts: Facts, day: int, media_type: int | None, queue: int | None = None) -> Figures:
    """Add up a day.

    Args:
        facts: The facts.
        day: Place of the day.
        media_type: Place of the media type; None for all.
        queue: Place of the queue; None for all.

    Returns:
        The figures.
    """
    columns = facts.queue_days
    media = facts.dimensions.media
    sums: Counter[str] = Counter()
    answer_ms = answers = abandonable = 0
    for row in range(len(columns["day"])):
        of_row = columns["media"][row]
        if columns["day"][row] != day or media_type not in {None, of_row}:
            continue
        if queue not in {None, columns["queue"][row]}:
            continue
        for name in columns.keys() - {"day", "queue", "media", "direction"}:
            value = columns[name][row]
            sums[name] = max(sums[name], value) if name in LARGEST else sums[name] + value
        if media[of_row] != "callback" or media_type is not None:
            answer_ms += columns["answer_ms"][row]
            answers += columns["answered"][row]
        if media[of_row] not in MEDIA_WITHOUT_ABANDONS:
            abandonable += columns["offered"][row]
    return Figures(sums, answer_ms, answers, abandonable)


def occupancy(facts: Facts, day: int) -> str:
    """Compute the occupancy of agents on a day, in percent."""
    columns = facts.status_days
    for row, of_row in enumerate(columns["day"]):
        if of_row == day:
            busy = columns["interacting_ms"][row]
            return percent(busy, busy + columns["communicating_ms"][row] + columns["idle_ms"][row])
    return NOTHING


def percent(part: float, whole: float) -> str:
    """Write a share as the page does: one digit, and a dash where there is nothing."""
    return f"{int(1000 * part / whole + 0.5) / 10:.1f} %" if whole else NOTHING


def mean_duration(milliseconds: float, count: int) -> str:
    """Write a mean time, or a dash."""
    return duration(milliseconds / count) if count else NOTHING


def duration(milliseconds: float) -> str:
    """Write a time as m:ss, from one hour on as h:mm:ss."""
    seconds = int(milliseconds / 1000 + 0.5)
    minutes, rest = divmod(seconds, 60)
    if minutes >= 60:  # noqa: PLR2004
        return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"
    return f"{minutes}:{rest:02}"
