"""A chart: its heading, its figures as a table, and what Vega-Lite draws."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import altair as alt

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_genesys_search.report.warehouse import Rows


CHART_HEIGHT = 220
"""Pixels."""


# The page's style sheet has the colours, for light and for dark.
COLOURS = [f"var(--colour-{place})" for place in range(1, 7)]


SOFT, LINE = "var(--soft)", "var(--line)"


CONFIG = alt.Config(
    background="transparent",
    font="system-ui, -apple-system, 'Segoe UI', Roboto, Arial, sans-serif",
    view=alt.ViewConfig(stroke=None),
    text=alt.MarkConfig(color=SOFT, fontSize=12),
    bar=alt.BarConfig(color=COLOURS[0]),
    axis=alt.AxisConfig(
        labelColor=SOFT,
        labelFontSize=11.5,
        labelOverlap="parity",
        labelSeparation=8,
        gridColor=LINE,
        domainColor=LINE,
        tickColor=LINE,
    ),
    axisX=alt.AxisConfig(grid=False, labelPadding=6, tickSize=0),
    axisY=alt.AxisConfig(domain=False, ticks=False, tickCount=5, labelPadding=6),
)


@dataclass(frozen=True)
class Chart:
    """A chart, what stands above it, and the figures in it as a table.

    Attributes:
        id: Of the element it is drawn in.
        title: What it shows.
        note: How to read it.
        spec: Vega-Lite; None where there is nothing to draw.
        columns: Columns of the table: key in the rows to heading.
        rows: Rows of the table.
        legend: What is shown to its colour, where there is more than one.
        is_wide: Whether it takes the width of the page.
    """

    id: str
    title: str
    note: str
    spec: dict[str, Any] | None
    columns: dict[str, str]
    rows: Rows
    legend: dict[str, str] = field(default_factory=dict)
    is_wide: bool = False


def time_heading(unit: str) -> dict[str, str]:
    """Head the column that names spans of a unit of time."""
    return {"when": f"{unit.capitalize()}, UTC"}


def draw_spec(
    draw: Callable[..., alt.Chart | alt.LayerChart],
    rows: Rows,
    *arguments: object,
    height: int = CHART_HEIGHT,
) -> dict[str, Any] | None:
    """Draw rows, where there are any."""
    if not rows:
        return None
    chart = draw(rows, *arguments).properties(
        width="container",
        height=height,
        autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
    )
    chart.config = CONFIG
    spec: dict[str, Any] = chart.to_dict()
    return spec
