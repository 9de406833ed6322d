"""The charts of searches: latency, completeness, use of the API, and windows by status."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt

from tap_genesys_search.report.pipeline.charts.chart import COLOURS, Chart, draw_spec, time_heading
from tap_genesys_search.report.pipeline.charts.marks import colour_by, columns_of_time, data, points

if TYPE_CHECKING:
    from tap_genesys_search.report.pipeline.figures import Figures
    from tap_genesys_search.report.warehouse import Rows


STATUSES = ("completed", "split", "incomplete", "failed")


STATUS_COLOURS = [f"var(--{status})" for status in STATUSES]


LEAST_MINUTES = 15
"""Room for so many, that one does not look like a long time."""


def search_charts(figures: Figures, requests_per_minute: int) -> list[Chart]:
    """Draw the charts of searches, the use of the API compared with a limit a minute."""
    unit, usage_unit = figures.unit, figures.usage_unit
    when = time_heading(unit)
    busiest = "a minute" if usage_unit == "minute" else f"the busiest minute of each {usage_unit}"
    return [
        Chart(
            "latency",
            "Search latency, seconds",
            f"Median of the {unit}'s searches; the line ends where 95 % of them were done",
            draw_spec(_latencies, figures.latencies, unit),
            {**when, "searches": "Searches", "median": "Median, s", "slow": "95 %, s"},
            figures.latencies,
        ),
        Chart(
            "hit-rate",
            "Completeness, percent",
            f"Extracted of the interactions that match, by {unit}",
            draw_spec(_hit_rates, figures.hit_rates, unit),
            {
                **when,
                "matching": "Matching",
                "extracted": "Extracted",
                "hit_rate": "Completeness, %",
            },
            figures.hit_rates,
        ),
        Chart(
            "usage",
            f"API usage, requests in {busiest}",
            "Submissions, polls, pages and retries that the audits count, spread over the time of "
            "each search; without logins and lookups",
            draw_spec(_usage, figures.usage, usage_unit, requests_per_minute),
            {"when": "UTC", "requests": "Requests"},
            figures.usage,
        ),
        Chart(
            "windows",
            f"Search windows by {unit} and status",
            "Split ones were searched again in shorter ones; incomplete and failed ones lack data",
            draw_spec(_outcomes, figures.outcomes_by_time, unit),
            {**when, "status": "Status", "windows": "Windows"},
            figures.outcomes_by_time,
            legend=dict(zip(STATUSES, STATUS_COLOURS, strict=True)),
        ),
    ]


def _latencies(rows: Rows, unit: str) -> alt.LayerChart:
    median = points(
        rows,
        "median",
        unit,
        alt.Scale(zero=True),
        alt.Tooltip("searches:Q", format=","),
        alt.Tooltip("median:Q", title="median, s", format=",.2f"),
        alt.Tooltip("slow:Q", title="95 %, s", format=",.2f"),
    )
    to_the_slow = median.mark_rule(color=COLOURS[0], strokeWidth=2).encode(y2="slow")
    chart: alt.LayerChart = to_the_slow + median
    return chart


def _hit_rates(rows: Rows, unit: str) -> alt.Chart:
    lowest = min(row["hit_rate"] for row in rows)
    return points(
        rows,
        "hit_rate",
        unit,
        alt.Scale(domain=[min(90, lowest // 10 * 10), 100], zero=False),
        alt.Tooltip("extracted:Q", format=","),
        alt.Tooltip("matching:Q", format=","),
        alt.Tooltip("hit_rate:Q", title="percent", format=".2f"),
    )


def _usage(rows: Rows, unit: str, requests_per_minute: int) -> alt.LayerChart:
    used = columns_of_time(rows, "requests", unit, least=LEAST_MINUTES).encode(
        tooltip=[alt.Tooltip("when:N"), alt.Tooltip("requests:Q", format=",.0f")],
    )
    limit = alt.Chart(data([{"limit": requests_per_minute}])).encode(y="limit:Q")
    text = limit.mark_text(align="right", baseline="bottom", dy=-3).encode(
        x=alt.value("width"), text=alt.value(f"limit {requests_per_minute:,}")
    )
    rule = limit.mark_rule(color=STATUS_COLOURS[-1], strokeDash=[5, 4], strokeWidth=1.5)
    chart: alt.LayerChart = used + rule + text
    return chart


def _outcomes(rows: Rows, unit: str) -> alt.Chart:
    places = {status: place for place, status in enumerate(STATUSES)}
    ordered = sorted(rows, key=lambda row: (row["since"], places.get(row["status"], -1)))
    chart: alt.Chart = columns_of_time(ordered, "windows", unit).encode(
        color=colour_by("status", list(STATUSES), STATUS_COLOURS),
        tooltip=[
            alt.Tooltip("when:N"),
            alt.Tooltip("status:N"),
            alt.Tooltip("windows:Q", format=","),
        ],
    )
    return chart
