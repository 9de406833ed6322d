"""The charts of conversations: handle times, and abandoned conversations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt

from tap_genesys_search.report.pipeline.charts.chart import Chart, draw_spec
from tap_genesys_search.report.pipeline.charts.marks import columns, draw_bars

if TYPE_CHECKING:
    from tap_genesys_search.report.pipeline.figures import Figures
    from tap_genesys_search.report.warehouse import Rows


def conversation_charts(figures: Figures) -> list[Chart]:
    """Draw the charts of conversations, where any were loaded as tables."""
    charts = [
        Chart(
            "handle-times",
            "Average handle time by queue, minutes",
            "Talk, hold and wrap-up, in the busiest queues",
            draw_bars(figures.handle_times, "queue", "minutes", ".1f"),
            {"queue": "Queue", "handled": "Handled", "minutes": "Minutes"},
            figures.handle_times,
        ),
        Chart(
            "abandons",
            "Customers who abandoned, percent",
            "Of those offered to a queue, by hour of the day, UTC",
            draw_spec(_abandons, figures.abandons),
            {"hour": "Hour", "offered": "Offered", "abandoned": "Gave up", "rate": "Rate, %"},
            figures.abandons,
        ),
    ]
    return [chart for chart in charts if chart.spec]


def _abandons(rows: Rows) -> alt.Chart:
    hours = [{**row, "to": row["hour"] + 1, "bottom": 0, "top": row["rate"]} for row in rows]
    chart: alt.Chart = columns(hours, 1).encode(
        x=alt.X(
            "hour:Q",
            title=None,
            scale=alt.Scale(domain=[0, 24]),
            axis=alt.Axis(values=list(range(0, 25, 3)), labelExpr="datum.label + ':00'"),
        ),
        x2="to",
        tooltip=[
            alt.Tooltip("hour:Q"),
            alt.Tooltip("offered:Q", format=","),
            alt.Tooltip("abandoned:Q", title="gave up", format=","),
            alt.Tooltip("rate:Q", title="percent", format=".1f"),
        ],
    )
    return chart
