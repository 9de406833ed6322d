"""The charts of the page, as Vega-Lite draws them; what has no rows has no chart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import altair as alt

if TYPE_CHECKING:
    from tap_genesys_search.report.figures import Figures, Rows

ROW_HEIGHT = 24
"""Pixels of a bar in a list of bars."""

# Okabe and Ito's colours, which people with any colour vision tell apart, on white and on black.
COLOURS = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#999999"]
STATUS_COLOURS = {
    "completed": "#009E73",
    "split": "#E69F00",
    "incomplete": "#CC79A7",
    "failed": "#D55E00",
}


@dataclass(frozen=True)
class Chart:
    """A chart and what stands above it.

    Attributes:
        id: Of the element it is drawn in.
        title: What it shows.
        note: How to read it.
        spec: Vega-Lite; None where there is nothing to draw.
        is_wide: Whether it takes the width of the page.
    """

    id: str
    title: str
    note: str
    spec: dict[str, Any] | None
    is_wide: bool = False


def draw_charts(figures: Figures, requests_per_minute: int) -> list[Chart]:
    """Draw all charts.

    Args:
        figures: What they show.
        requests_per_minute: The limit that the use of the API is compared with.

    Returns:
        The charts, in the order of the page.
    """
    return [
        Chart(
            "by-day",
            "Interactions by day and medium",
            "Each interaction once, on the UTC day it began",
            _spec(_by_day(figures.by_day), figures.by_day),
            is_wide=True,
        ),
        *(
            Chart(
                f"facet-{place}",
                f"Facet {name}",
                "As the platform counts them, largest first",
                _spec(_bars(rows), rows, ROW_HEIGHT * len(rows)),
            )
            for place, (name, rows) in enumerate(figures.facets.items())
        ),
        Chart(
            "relevance",
            "Relevance",
            "How well interactions match the search, 0 to 1; unscored ones are left out",
            _spec(_relevance(figures.relevance), figures.relevance),
        ),
        Chart(
            "latency",
            "Search latency",
            "Seconds from a search's submission to its last page, by window",
            _spec(_by_window(figures.searches, "seconds", "seconds"), figures.searches),
        ),
        Chart(
            "hit-rate",
            "Hit rate",
            "Interactions extracted of those that match, by window",
            _spec(_by_window(figures.searches, "hit_rate", "percent", (0, 100)), figures.searches),
        ),
        Chart(
            "usage",
            "API usage",
            f"Requests a minute of all searches, against the limit of {requests_per_minute:,}",
            _spec(_usage(figures.usage, requests_per_minute), figures.usage),
        ),
    ]


def _spec(
    chart: alt.Chart | alt.LayerChart, rows: Rows, height: int = 220
) -> dict[str, Any] | None:
    if not rows:
        return None
    spec: dict[str, Any] = chart.properties(width="container", height=height).to_dict()
    spec.pop("config")  # the page's own, light or dark
    return spec


def _data(rows: Rows) -> alt.InlineData:
    return alt.InlineData(values=rows)


def _by_day(rows: Rows) -> alt.Chart:
    chart: alt.Chart = (
        alt.Chart(_data(rows))
        .mark_bar()
        .encode(
            x=alt.X("day:O", timeUnit="utcyearmonthdate", title=None, axis=_dates()),
            y=alt.Y("interactions:Q", title=None, axis=alt.Axis(format="~s", tickCount=5)),
            color=alt.Color(
                "media_type:N",
                title=None,
                scale=alt.Scale(range=COLOURS),
                legend=alt.Legend(orient="top"),
            ),
            order=alt.Order("media_type:N"),
            tooltip=[
                alt.Tooltip("day:T", timeUnit="utcyearmonthdate", title="day"),
                alt.Tooltip("media_type:N", title="medium"),
                alt.Tooltip("interactions:Q", format=","),
            ],
        )
    )
    return chart


def _bars(rows: Rows) -> alt.LayerChart:
    # Room for the number behind the longest bar.
    domain = [0, 1.25 * max((row["interactions"] for row in rows), default=1)]
    base = alt.Chart(_data(rows)).encode(
        y=alt.Y("bucket:N", sort=None, title=None, axis=alt.Axis(labelLimit=140)),
        x=alt.X("interactions:Q", title=None, axis=None, scale=alt.Scale(domain=domain)),
        tooltip=[alt.Tooltip("bucket:N"), alt.Tooltip("interactions:Q", format=",")],
    )
    label = base.mark_text(align="left", dx=4).encode(text=alt.Text("interactions:Q", format=","))
    chart: alt.LayerChart = base.mark_bar(color=COLOURS[0]) + label
    return chart


def _relevance(rows: Rows) -> alt.Chart:
    ends = [{**row, "to": row["score"] + 0.05} for row in rows]
    chart: alt.Chart = (
        alt.Chart(_data(ends))
        .mark_bar(color=COLOURS[0], binSpacing=1)
        .encode(
            x=alt.X("score:Q", bin="binned", title=None, scale=alt.Scale(domain=[0, 1])),
            x2="to:Q",
            y=alt.Y("interactions:Q", title=None, axis=alt.Axis(format="~s", tickCount=5)),
            tooltip=[
                alt.Tooltip("score:Q", title="from", format=".2f"),
                alt.Tooltip("to:Q", format=".2f"),
                alt.Tooltip("interactions:Q", format=","),
            ],
        )
    )
    return chart


def _by_window(
    rows: Rows, value: str, unit: str, domain: tuple[float, float] | None = None
) -> alt.Chart:
    scale = alt.Scale(domain=list(domain)) if domain else alt.Scale(zero=True)
    chart: alt.Chart = (
        alt.Chart(_data(rows))
        .mark_circle(size=70, opacity=0.9)
        .encode(
            x=alt.X("utcyearmonthdatehoursminutes(window_start):T", title=None, axis=_dates()),
            y=alt.Y(f"{value}:Q", title=unit, scale=scale, axis=alt.Axis(tickCount=5)),
            color=alt.Color(
                "status:N",
                title=None,
                scale=alt.Scale(domain=list(STATUS_COLOURS), range=list(STATUS_COLOURS.values())),
                legend=alt.Legend(orient="top"),
            ),
            tooltip=[
                alt.Tooltip("window_start:N", title="window from"),
                alt.Tooltip(f"{value}:Q", title=unit, format=",.2f"),
                alt.Tooltip("status:N"),
            ],
        )
    )
    return chart


def _usage(rows: Rows, requests_per_minute: int) -> alt.LayerChart:
    used = (
        alt.Chart(_data(rows))
        .mark_bar(color=COLOURS[0])
        .encode(
            x=alt.X("minute:O", title=None, axis=alt.Axis(labels=False, ticks=False)),
            y=alt.Y("requests:Q", title="requests a minute", axis=alt.Axis(tickCount=5)),
            tooltip=[alt.Tooltip("minute:N"), alt.Tooltip("requests:Q", format=",.0f")],
        )
    )
    limit = alt.Chart(_data([{"limit": requests_per_minute}])).encode(y="limit:Q")
    text = limit.mark_text(align="left", baseline="bottom", dx=4, color="#D55E00").encode(
        x=alt.value(0), text=alt.value(f"limit {requests_per_minute:,}")
    )
    chart: alt.LayerChart = used + limit.mark_rule(color="#D55E00", strokeDash=[4, 3]) + text
    return chart


def _dates() -> alt.Axis:
    return alt.Axis(format="%b %d", labelAngle=0, labelOverlap=True, tickCount=6)
