"""The page: tiles, charts and the windows that are not complete, in one HTML file."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any, NamedTuple

import vl_convert
from jinja2 import Environment, StrictUndefined

from tap_genesys_search.report.charts import STATUS_COLOURS, draw_charts

if TYPE_CHECKING:
    from tap_genesys_search.report.figures import Figures

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
    template = environment.from_string(
        files(__package__).joinpath("page.html").read_text(encoding="utf-8")
    )
    return template.render(
        source=source,
        span=_span(figures),
        tiles=_tiles(figures, requests_per_minute),
        charts=charts,
        specs=_for_script({chart.id: chart.spec for chart in charts if chart.spec}),
        vega=_vega(),
        left=figures.left,
        colours=STATUS_COLOURS,
    )


def _span(figures: Figures) -> str:
    if not figures.first or not figures.last:
        return "Nothing loaded yet"
    return f"{figures.first[:10]} to {figures.last[:10]}, UTC"


def _tiles(figures: Figures, requests_per_minute: int) -> list[Tile]:
    median, slowest = figures.latency(0.5), figures.latency(0.95)
    complete = figures.outcomes.get("completed", 0)
    others = {name: figures.outcomes.get(name, 0) for name in ("split", "incomplete", "failed")}
    said = [f"{number:,} {name}" for name, number in others.items() if number]
    hit_rate = figures.hit_rate
    return [
        Tile("Interactions", f"{figures.interactions:,}", "each one once"),
        Tile(
            "Hit rate",
            NOTHING if hit_rate is None else f"{hit_rate:.2f} %",
            "of complete windows",
            is_bad=hit_rate is not None and round(hit_rate, 2) < 100,  # noqa: PLR2004
        ),
        Tile(
            "Latency",
            NOTHING if median is None else f"{median:.1f} s",
            "" if slowest is None else f"median; 95 % within {slowest:.1f} s",
        ),
        Tile(
            "Requests",
            f"{figures.requests:,}",
            f"busiest minute {figures.busiest_minute:,.0f}, "
            f"{figures.busiest_minute / requests_per_minute:.0%} of the limit",
            is_bad=figures.busiest_minute > requests_per_minute,
        ),
        Tile(
            "Windows",
            f"{complete:,}",
            "complete" + (f"; {', '.join(said)}" if said else ", none split or incomplete"),
            is_bad=bool(others["incomplete"] or others["failed"]),
        ),
    ]


def _vega() -> str:
    """Give the library that draws, which the page carries with it."""
    # Without a snippet of one's own the bundle is all of Vega, as `vegaEmbed`.
    bundle: str = vl_convert.javascript_bundle()  # type: ignore[call-arg]
    return bundle.replace("</script", "<\\/script")


def _for_script(value: Any) -> str:  # noqa: ANN401 - any JSON
    """Write JSON that can stand in a script element, whatever texts are in it."""
    text = json.dumps(value, ensure_ascii=True)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
