"""The page: tiles, charts and the windows that are not complete, in one HTML file."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

import altair as alt
import vl_convert
from jinja2 import Environment, StrictUndefined

from tap_genesys_search.report.charts.all_charts import draw_charts
from tap_genesys_search.report.charts.search_charts import STATUSES

if TYPE_CHECKING:
    from tap_genesys_search.report.figures import Figures


NOTHING = "\N{EN DASH}"


MOST_LISTED = 200
"""Rows in the table of a chart."""


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


def render_page(figures: Figures, *, requests_per_minute: int, source: str) -> str:
    """Render the page.

    Args:
        figures: What it shows.
        requests_per_minute: The limit that the use of the API is compared with.
        source: Where the figures come from.

    Returns:
        HTML that needs nothing from elsewhere.
    """
    charts = draw_charts(figures, requests_per_minute)
    environment = Environment(autoescape=True, undefined=StrictUndefined)
    environment.filters["figure"] = _figure
    vega, script = _vega(), _read("page.js")
    return environment.from_string(_read("page.html")).render(
        policy=_policy(vega, script),
        style=_read("page.css"),
        subtitle=" · ".join(part for part in (_span(figures), _loaded(figures), source) if part),
        tiles=_tiles(figures, requests_per_minute),
        charts=charts,
        most_listed=MOST_LISTED,
        specs={chart.id: chart.spec for chart in charts if chart.spec},
        vega=vega,
        script=script,
        left=figures.left,
        statuses=STATUSES,
    )


def _read(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _policy(*scripts: str) -> str:
    """Allow the page its own scripts, and nothing from elsewhere."""
    digests = (hashlib.sha256(script.encode()).digest() for script in scripts)
    allowed = " ".join(f"'sha256-{b64encode(digest).decode()}'" for digest in digests)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _span(figures: Figures) -> str:
    if not figures.first or not figures.last:
        return "No interactions loaded"
    return f"{figures.first:%Y-%m-%d} to {figures.last:%Y-%m-%d}, UTC"


def _loaded(figures: Figures) -> str:
    return f"loaded {figures.loaded_at:%Y-%m-%d %H:%M}" if figures.loaded_at else ""


def _tiles(figures: Figures, requests_per_minute: int) -> list[Tile]:
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


def _figure(value: object) -> str:
    """Write a figure of a table."""
    if value is None:
        return NOTHING
    if isinstance(value, float):
        return f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


@cache
def _vega() -> str:
    """Give the library that draws, which the page carries with it."""
    version = ".".join(alt.SCHEMA_VERSION.split(".")[:2])
    # Without a snippet of one's own the bundle is all of Vega, as `vegaEmbed`.
    bundle: str = vl_convert.javascript_bundle(vl_version=version)  # type: ignore[call-arg]
    return bundle.replace("</script", "<\\/script")
