"""The charts of the page, as Vega-Lite draws them; what has no rows has no chart."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import altair as alt

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_genesys_search.report.figures import Figures, Rows


CHART_HEIGHT = 220
"""Pixels."""


ROW_HEIGHT = 24
"""Pixels of a bar in a list of bars."""


NARROWEST = 165
"""Pixels that the longest bar and its number have on a phone."""


FEW_SPANS = 90
"""So many bars have a gap between each other."""


FEW = 6
"""Up to here an axis names each whole number, and no halves."""


MOST_LABELS = 16
"""Names below a time axis; on a phone fewer are shown."""


MOST_LISTED = 200
"""Rows in the table of a chart."""


LEAST_SPANS = 7

LEAST_MINUTES = 15
"""Room for so many, that one does not look like a long time."""


TIME_FORMATS = {
    "minute": "%H:%M",
    "hour": "%-d %b %H:%M",
    "day": "%-d %b",
    "week": "%-d %b %Y",
    "month": "%b %Y",
}

NAMED_BY_START = frozenset({"minute", "hour", "week"})
"""Other spans are named below their middle."""


LONGEST_WITHOUT_YEAR = 300 * 86_400_000
"""Milliseconds; in longer ones a day and month are not enough."""


# The page's style sheet has the colours, for light and for dark.
COLOURS = [f"var(--colour-{place})" for place in range(1, 7)]

STATUSES = ("completed", "split", "incomplete", "failed")

STATUS_COLOURS = [f"var(--{status})" for status in STATUSES]

SOFT, LINE = "var(--soft)", "var(--line)"


OTHER = "other"


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


def draw_charts(figures: Figures, requests_per_minute: int) -> list[Chart]:
    """Draw all charts.

    Args:
        figures: What they show.
        requests_per_minute: The limit that the use of the API is compared with.

    Returns:
        The charts, in the order of the page. Those of conversations are left out where none were
        loaded as tables.
    """
    return [
        *_interaction_charts(figures),
        *_search_charts(figures, requests_per_minute),
        *_conversation_charts(figures),
    ]


def _interaction_charts(figures: Figures) -> list[Chart]:
    unit = figures.unit
    by_time, media = _merge_media(figures.by_time)
    return [
        Chart(
            "by-time",
            f"Interactions by {unit} and medium",
            "Each one counted once, when it began, UTC",
            _spec(_by_time, by_time, media, unit, height=CHART_HEIGHT + 40),
            {**_when(unit), "media_type": "Medium", "interactions": "Interactions"},
            by_time,
            legend=dict(zip(media, COLOURS, strict=False)),
            is_wide=True,
        ),
        *(
            Chart(
                f"facet-{place}",
                f"Interactions by {name}",
                "The platform's own count (facet), largest first",
                _bars_spec(rows, "bucket", "interactions", ",d"),
                {"bucket": name, "interactions": "Interactions"},
                rows,
            )
            for place, (name, rows) in enumerate(figures.facets.items())
        ),
        Chart(
            "relevance",
            "Interactions by relevance score",
            "From 0 to 1, as the search scores them; those without a score are left out",
            _spec(_relevance, figures.relevance),
            {"score": "From", "to": "To", "interactions": "Interactions"},
            figures.relevance,
        ),
    ]


def _search_charts(figures: Figures, requests_per_minute: int) -> list[Chart]:
    unit, usage_unit = figures.unit, figures.usage_unit
    when = _when(unit)
    busiest = "a minute" if usage_unit == "minute" else f"the busiest minute of each {usage_unit}"
    return [
        Chart(
            "latency",
            "Search latency, seconds",
            f"Median of the {unit}'s searches; the line ends where 95 % of them were done",
            _spec(_latencies, figures.latencies, unit),
            {**when, "searches": "Searches", "median": "Median, s", "slow": "95 %, s"},
            figures.latencies,
        ),
        Chart(
            "hit-rate",
            "Hit rate, percent",
            f"Extracted of the interactions that match, by {unit}",
            _spec(_hit_rates, figures.hit_rates, unit),
            {**when, "matching": "Matching", "extracted": "Extracted", "hit_rate": "Hit rate, %"},
            figures.hit_rates,
        ),
        Chart(
            "usage",
            f"API usage, requests in {busiest}",
            "Submissions, polls, pages and retries that the audits count, spread over the time of "
            "each search; without logins and lookups",
            _spec(_usage, figures.usage, usage_unit, requests_per_minute),
            {"when": "UTC", "requests": "Requests"},
            figures.usage,
        ),
        Chart(
            "windows",
            f"Search windows by {unit} and status",
            "Split ones were searched again in shorter ones; incomplete and failed ones lack data",
            _spec(_outcomes, figures.outcomes_by_time, unit),
            {**when, "status": "Status", "windows": "Windows"},
            figures.outcomes_by_time,
            legend=dict(zip(STATUSES, STATUS_COLOURS, strict=True)),
        ),
    ]


def _conversation_charts(figures: Figures) -> list[Chart]:
    charts = [
        Chart(
            "handle-times",
            "Average handle time by queue, minutes",
            "Talk, hold and wrap-up, in the busiest queues",
            _bars_spec(figures.handle_times, "queue", "minutes", ".1f"),
            {"queue": "Queue", "handled": "Handled", "minutes": "Minutes"},
            figures.handle_times,
        ),
        Chart(
            "abandons",
            "Customers who gave up waiting, percent",
            "Of those offered to a queue, by hour of the day, UTC",
            _spec(_abandons, figures.abandons),
            {"hour": "Hour", "offered": "Offered", "abandoned": "Gave up", "rate": "Rate, %"},
            figures.abandons,
        ),
    ]
    return [chart for chart in charts if chart.spec]


def _when(unit: str) -> dict[str, str]:
    return {"when": f"{unit.capitalize()}, UTC"}


def _spec(
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


def _data(rows: Rows) -> alt.InlineData:
    return alt.InlineData(values=rows)


def _time(rows: Rows, name: str, unit: str, least: int = LEAST_SPANS) -> alt.X:
    """Draw spans of time from left to right, the room of some at least."""
    first = min(row["since"] for row in rows)
    length = min(row["until"] - row["since"] for row in rows)
    last = max(row["until"] for row in rows)
    named = sorted({row["since"] if unit in NAMED_BY_START else _middle(row) for row in rows})
    step = -(-len(named) // MOST_LABELS)
    with_year = unit == "day" and last - first > LONGEST_WITHOUT_YEAR
    words = TIME_FORMATS[unit] + (" %Y" if with_year else "")
    # Numbers, not times: Vega's interpreter reads the milliseconds of a time as a year.
    return alt.X(
        f"{name}:Q",
        title=None,
        scale=alt.Scale(domain=[first, max(last, first + least * length)], nice=False, zero=False),
        axis=alt.Axis(values=named[::step], labelExpr=f"utcFormat(datum.value, '{words}')"),
    )


def _middle(row: dict[str, Any]) -> int:
    return int(row["since"] + row["until"]) // 2


def _columns_of_time(rows: Rows, value: str, unit: str, least: int = LEAST_SPANS) -> alt.Chart:
    """Draw a column from the beginning to the end of each span; those of one span are stacked."""
    tops: dict[int, float] = {}
    stacked = []
    for row in rows:
        bottom = tops.get(row["since"], 0)
        tops[row["since"]] = bottom + row[value]
        stacked.append({**row, "bottom": bottom, "top": bottom + row[value]})
    gap = 1.5 if len(tops) <= FEW_SPANS else 0
    return _columns(stacked, gap).encode(x=_time(rows, "since", unit, least), x2="until")


def _columns(rows: Rows, gap: float) -> alt.Chart:
    largest = max(row["top"] for row in rows)
    chart: alt.Chart = (
        alt.Chart(_data(rows))
        .mark_rect(color=COLOURS[0], xOffset=gap, x2Offset=-gap)
        .encode(
            y=alt.Y(
                "top:Q",
                title=None,
                scale=alt.Scale(zero=True),
                axis=alt.Axis(
                    # The axis would write 0k.
                    labelExpr="datum.value ? format(datum.value, '~s') : '0'",
                    values=list(range(math.ceil(largest) + 1)) if largest < FEW else alt.Undefined,
                ),
            ),
            y2="bottom",
        )
    )
    return chart


def _colour(name: str, names: list[str], colours: list[str]) -> alt.Color:
    return alt.Color(
        f"{name}:N",
        scale=alt.Scale(domain=names, range=colours),
        legend=None,  # the page's own wraps on a phone
    )


def _merge_media(rows: Rows) -> tuple[Rows, list[str]]:
    """Name the media from the largest on; those beyond the number of colours become one."""
    totals: Counter[str] = Counter()
    for row in rows:
        totals[row["media_type"]] += row["interactions"]
    media = sorted(totals, key=lambda name: (-totals[name], name))
    named = media if len(media) <= len(COLOURS) else [*media[: len(COLOURS) - 1], OTHER]
    merged: dict[tuple[int, int], dict[str, Any]] = {}
    for row in rows:
        place = min(media.index(row["media_type"]), len(named) - 1)
        own = merged.setdefault(
            (row["since"], place), {**row, "media_type": named[place], "interactions": 0}
        )
        own["interactions"] += row["interactions"]
    return [merged[key] for key in sorted(merged)], named


def _by_time(rows: Rows, media: list[str], unit: str) -> alt.Chart:
    chart: alt.Chart = _columns_of_time(rows, "interactions", unit).encode(
        color=_colour("media_type", media, COLOURS[: len(media)]),
        tooltip=[
            alt.Tooltip("when:N"),
            alt.Tooltip("media_type:N", title="medium"),
            alt.Tooltip("interactions:Q", format=","),
        ],
    )
    return chart


def _bars_spec(rows: Rows, *arguments: str) -> dict[str, Any] | None:
    return _spec(_bars, rows, *arguments, height=ROW_HEIGHT * max(len(rows), 3))


def _bars(rows: Rows, name: str, value: str, number_format: str) -> alt.LayerChart:
    largest = max(row[value] for row in rows)
    room = min(0.5, (8 + 7 * len(f"{largest:,.0f}.0")) / NARROWEST)  # for the number behind the bar
    base = alt.Chart(_data(rows)).encode(
        y=alt.Y(
            f"{name}:N",
            sort=alt.EncodingSortField(value, op="max", order="descending"),
            title=None,
            axis=alt.Axis(labelLimit=150, labelOverlap=False),
        ),
        x=alt.X(
            f"{value}:Q",
            title=None,
            axis=None,
            scale=alt.Scale(domain=[0, largest / (1 - room)], nice=False),
        ),
        tooltip=[alt.Tooltip(f"{name}:N"), alt.Tooltip(f"{value}:Q", format=number_format)],
    )
    label = base.mark_text(align="left", dx=5).encode(
        text=alt.Text(f"{value}:Q", format=number_format)
    )
    chart: alt.LayerChart = base.mark_bar(size=ROW_HEIGHT - 6) + label
    return chart


def _relevance(rows: Rows) -> alt.Chart:
    bins = [{**row, "bottom": 0, "top": row["interactions"]} for row in rows]
    chart: alt.Chart = _columns(bins, 1).encode(
        x=alt.X(
            "score:Q",
            title=None,
            scale=alt.Scale(domain=[0, 1]),
            axis=alt.Axis(values=[0, 0.2, 0.4, 0.6, 0.8, 1], format=".1f"),
        ),
        x2="to",
        tooltip=[
            alt.Tooltip("score:Q", title="from", format=".2f"),
            alt.Tooltip("to:Q", format=".2f"),
            alt.Tooltip("interactions:Q", format=","),
        ],
    )
    return chart


def _points(
    rows: Rows, value: str, unit: str, scale: alt.Scale, *tooltips: alt.Tooltip
) -> alt.Chart:
    """Draw a point in the middle of each span."""
    placed = [{**row, "middle": _middle(row)} for row in rows]
    chart: alt.Chart = (
        alt.Chart(_data(placed))
        .mark_circle(size=64 if len(rows) <= FEW_SPANS else 20, opacity=1, color=COLOURS[0])
        .encode(
            x=_time(rows, "middle", unit),
            y=alt.Y(f"{value}:Q", title=None, scale=scale),
            tooltip=[alt.Tooltip("when:N"), *tooltips],
        )
    )
    return chart


def _latencies(rows: Rows, unit: str) -> alt.LayerChart:
    median = _points(
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
    return _points(
        rows,
        "hit_rate",
        unit,
        alt.Scale(domain=[min(90, lowest // 10 * 10), 100], zero=False),
        alt.Tooltip("extracted:Q", format=","),
        alt.Tooltip("matching:Q", format=","),
        alt.Tooltip("hit_rate:Q", title="percent", format=".2f"),
    )


def _outcomes(rows: Rows, unit: str) -> alt.Chart:
    places = {status: place for place, status in enumerate(STATUSES)}
    ordered = sorted(rows, key=lambda row: (row["since"], places.get(row["status"], -1)))
    chart: alt.Chart = _columns_of_time(ordered, "windows", unit).encode(
        color=_colour("status", list(STATUSES), STATUS_COLOURS),
        tooltip=[
            alt.Tooltip("when:N"),
            alt.Tooltip("status:N"),
            alt.Tooltip("windows:Q", format=","),
        ],
    )
    return chart


def _usage(rows: Rows, unit: str, requests_per_minute: int) -> alt.LayerChart:
    used = _columns_of_time(rows, "requests", unit, least=LEAST_MINUTES).encode(
        tooltip=[alt.Tooltip("when:N"), alt.Tooltip("requests:Q", format=",.0f")],
    )
    limit = alt.Chart(_data([{"limit": requests_per_minute}])).encode(y="limit:Q")
    text = limit.mark_text(align="right", baseline="bottom", dy=-3).encode(
        x=alt.value("width"), text=alt.value(f"limit {requests_per_minute:,}")
    )
    rule = limit.mark_rule(color=STATUS_COLOURS[-1], strokeDash=[5, 4], strokeWidth=1.5)
    chart: alt.LayerChart = used + rule + text
    return chart


def _abandons(rows: Rows) -> alt.Chart:
    hours = [{**row, "to": row["hour"] + 1, "bottom": 0, "top": row["rate"]} for row in rows]
    chart: alt.Chart = _columns(hours, 1).encode(
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
