"""The last complete day as it stands on the page without a script: tiles, and the queues."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tap_genesys_search.report.contact_centre.figures import Figures, figures_of, occupancy

if TYPE_CHECKING:
    from tap_genesys_search.report.contact_centre.facts import Facts


DEFAULT_MEDIUM = "voice"


@dataclass(frozen=True)
class Tile:
    """A figure at the top.

    Attributes:
        key: What the script calls it.
        label: What it is.
        value: The figure.
        detail: What belongs to it.
    """

    key: str
    label: str
    value: str
    detail: str


@dataclass(frozen=True)
class Summary:
    """What a reader without JavaScript sees.

    Attributes:
        heading: Which day, and which media type.
        tiles: The tiles.
        queues: Name of a queue to the cells of its row.
    """

    heading: str
    tiles: list[Tile]
    queues: list[tuple[str, list[str]]]


def summarize(facts: Facts) -> Summary | None:
    """Summarize the last complete day.

    Args:
        facts: The facts.

    Returns:
        The summary; None where no day is there.
    """
    day = facts.last_complete
    if day is None:
        return None
    media = facts.dimensions.media
    media_type = media.index(DEFAULT_MEDIUM) if DEFAULT_MEDIUM in media else None
    figures = figures_of(facts, day, media_type)
    shown = f"{facts.days[day].date:%a} {facts.days[day].date.day} {facts.days[day].date:%b %Y}"
    return Summary(
        heading=f"{shown}, {'all media' if media_type is None else DEFAULT_MEDIUM}",
        tiles=_tiles(figures, occupancy(facts, day)),
        queues=[
            (name, _cells(own))
            for queue, name in enumerate(facts.dimensions.queues)
            if any((own := figures_of(facts, day, media_type, queue)).sums.values())
        ],
    )


def _tiles(figures: Figures, busy: str) -> list[Tile]:
    sums = figures.sums
    return [
        Tile(
            "sl",
            "Service level",
            figures.service_level,
            f"{sums['sl_numerator']:,} of {sums['sl_denominator']:,} in time",
        ),
        Tile("offered", "Offered", f"{sums['offered']:,}", f"{sums['answered']:,} answered"),
        Tile(
            "abandon",
            "Abandoned",
            figures.abandon_rate,
            f"{sums['abandoned']:,}, {sums['short_abandoned']:,} of them short",
        ),
        Tile(
            "asa",
            "Speed of answer",
            figures.speed_of_answer,
            f"longest wait {figures.longest_wait}",
        ),
        Tile("aht", "Handle time", figures.handle_time, f"{sums['handled']:,} handled"),
        Tile("occupancy", "Occupancy", busy, "of all agents, not filtered"),
    ]


def _cells(figures: Figures) -> list[str]:
    sums = figures.sums
    return [
        f"{sums['offered']:,}",
        f"{sums['answered']:,}",
        figures.abandon_rate,
        figures.service_level,
        figures.speed_of_answer,
        figures.handle_time,
        figures.transfer_rate,
        figures.longest_wait,
    ]
