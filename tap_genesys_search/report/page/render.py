"""The page: two views, what they show as data, and the scripts, in one HTML file."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from dataclasses import dataclass
from datetime import timezone
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FunctionLoader, StrictUndefined

from tap_genesys_search.report.contact_centre.charts import KINDS, LEVELS, PARTS, draw_specs
from tap_genesys_search.report.contact_centre.marts import BUILD_COMMAND
from tap_genesys_search.report.contact_centre.summary import summarize
from tap_genesys_search.report.page.help_texts import HELP
from tap_genesys_search.report.pipeline.charts.all_charts import draw_charts
from tap_genesys_search.report.pipeline.charts.search_charts import STATUSES
from tap_genesys_search.report.pipeline.tiles import NOTHING, pipeline_tiles

if TYPE_CHECKING:
    from datetime import datetime

    from tap_genesys_search.report.contact_centre.encoding import Encoded
    from tap_genesys_search.report.contact_centre.facts import Facts
    from tap_genesys_search.report.pipeline.figures import Figures
    from tap_genesys_search.report.pipeline.health import Health


MOST_LISTED = 200
"""Rows in the table of a chart."""


LATE_HOURS = 36
"""So old may data be when the page is built; a night's run that failed is older."""


SCRIPTS = (
    "facts.js",
    "format.js",
    "filters.js",
    "measures.js",
    "tiles.js",
    "first.js",
    "tables.js",
    "heatmap.js",
    "charts.js",
    "sections.js",
    "menus.js",
    "start.js",
)
"""In this order; each uses those before it."""


@dataclass(frozen=True)
class Content:
    """What the page shows.

    Attributes:
        figures: Of the searches.
        health: Of the warehouse.
        encoded: The facts of the contact centre.
        requests_per_minute: The limit that the use of the API is compared with.
        source: Where the figures come from.
        built_at: When, UTC.
    """

    figures: Figures
    health: Health
    encoded: Encoded
    requests_per_minute: int
    source: str
    built_at: datetime


def render_page(content: Content) -> str:
    """Render the page.

    Args:
        content: What it shows.

    Returns:
        HTML that needs nothing from elsewhere.
    """
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        loader=FunctionLoader(_read),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["figure"] = _figure
    vega, script = _read("vega.js"), _script()
    return environment.get_template("page.html").render(
        policy=_policy(vega, script),
        style=_read("page.css") + _read("contact.css"),
        vega=vega,
        script=script,
        source=content.source,
        built_at=f"{content.built_at:%Y-%m-%dT%H:%MZ}",
        health=content.health,
        **_of_contact_centre(content),
        **_of_pipeline(content),
    )


def _of_contact_centre(content: Content) -> dict[str, Any]:
    encoded = content.encoded
    facts = encoded.facts
    return {
        "facts": facts,
        "payload": encoded.text,
        "notes": encoded.notes,
        "summary": summarize(facts),
        "kinds": KINDS,
        "levels": LEVELS,
        "parts": PARTS,
        "centre_specs": draw_specs(),
        "help_texts": HELP,
        "build_command": BUILD_COMMAND,
        "data_until": _data_until(facts),
        "hours_old": _hours_old(content),
        "late_hours": LATE_HOURS,
    }


def _of_pipeline(content: Content) -> dict[str, Any]:
    figures = content.figures
    charts = draw_charts(figures, content.requests_per_minute)
    return {
        "subtitle": " · ".join(part for part in (_span(figures), _loaded(figures)) if part),
        "tiles": pipeline_tiles(figures, content.requests_per_minute),
        "charts": charts,
        "most_listed": MOST_LISTED,
        "specs": {chart.id: chart.spec for chart in charts if chart.spec},
        "left": figures.left,
        "statuses": STATUSES,
    }


def _data_until(facts: Facts) -> str:
    """Write until when the data reach, as the clocks of the page's zone show it."""
    if facts.data_until is None:
        return NOTHING
    local = facts.data_until.replace(tzinfo=timezone.utc).astimezone(ZoneInfo(facts.zone))
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M}"


def _hours_old(content: Content) -> int:
    until = content.encoded.facts.data_until
    if until is None:
        return 0
    return int((content.built_at.replace(tzinfo=None) - until).total_seconds() // 3600)


def _read(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _script() -> str:
    """Put the scripts together, in a scope of their own."""
    return '"use strict";\n{\n' + "\n".join(_read(f"scripts/{name}") for name in SCRIPTS) + "}\n"


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


def _figure(value: object) -> str:
    """Write a figure of a table."""
    if value is None:
        return NOTHING
    if isinstance(value, float):
        return f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
