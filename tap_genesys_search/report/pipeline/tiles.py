"""The tiles of the extraction."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tap_genesys_search.report.pipeline.charts.search_charts import STATUSES

if TYPE_CHECKING:
    from tap_genesys_search.report.pipeline.figures import Figures


NOTHING = "\N{EN DASH}"


class Tile(NamedTuple):
    """A figure at the top of the page.

    Attributes:
        label: What it is.
        value: The figure.
        detail: What belongs to it.
        is_bad: Whether somebody should look into it.
    """

    label: str
    value: str
    detail: str
    is_bad: bool = False


def pipeline_tiles(figures: Figures, requests_per_minute: int) -> list[Tile]:
    """Write the tiles.

    Args:
        figures: What they show.
        requests_per_minute: The limit that the use of the API is compared with.

    Returns:
        The tiles, in the order of the page.
    """
    median, slow = figures.median_latency, figures.slow_latency
    others = {name: figures.outcomes.get(name, 0) for name in STATUSES[1:]}
    said = [f"{number:,} {name}" for name, number in others.items() if number]
    hit_rate = figures.hit_rate
    used = figures.busiest_minute / requests_per_minute
    return [
        Tile("Interactions", f"{figures.interactions:,}", "each one once"),
        Tile(
            "Completeness",
            NOTHING if hit_rate is None else _percent(hit_rate),
            "extracted of matching",
            is_bad=hit_rate is not None and hit_rate < 100,  # noqa: PLR2004
        ),
        Tile(
            "Search latency",
            NOTHING if median is None else f"{median:,.1f} s",
            "" if slow is None else f"median; 95 % within {slow:,.1f} s",
        ),
        Tile("Requests", f"{figures.requests:,}", "of all searches"),
        Tile(
            "Rate limit used",
            f"{used:.0%}" if figures.requests else NOTHING,
            f"{figures.busiest_minute:,.0f} of {requests_per_minute:,} in the busiest minute",
            is_bad=used > 1,
        ),
        Tile(
            "Windows complete",
            f"{figures.outcomes.get('completed', 0):,}",
            ", ".join(said) or "none split or incomplete",
            is_bad=bool(others["incomplete"] or others["failed"]),
        ),
    ]


def _percent(value: float) -> str:
    """Write a percentage; what is short of 100 is never rounded up to it."""
    return f"{value if value >= 100 else min(value, 99.99):.2f} %"  # noqa: PLR2004
