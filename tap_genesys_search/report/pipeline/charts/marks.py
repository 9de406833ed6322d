"""What charts are drawn with: columns, bars and points, and the axis of time."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import altair as alt

from tap_genesys_search.report.pipeline.charts.chart import COLOURS, draw_spec

if TYPE_CHECKING:
    from tap_genesys_search.report.warehouse import Rows


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


LEAST_SPANS = 7
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


def data(rows: Rows) -> alt.InlineData:
    """Give rows to a chart."""
    return alt.InlineData(values=rows)


def columns_of_time(rows: Rows, value: str, unit: str, least: int = LEAST_SPANS) -> alt.Chart:
    """Draw a column from the beginning to the end of each span; those of one span are stacked."""
    tops: dict[int, float] = {}
    stacked = []
    for row in rows:
        bottom = tops.get(row["since"], 0)
        tops[row["since"]] = bottom + row[value]
        stacked.append({**row, "bottom": bottom, "top": bottom + row[value]})
    gap = 1.5 if len(tops) <= FEW_SPANS else 0
    return columns(stacked, gap).encode(x=time_axis(rows, "since", unit, least), x2="until")


def columns(rows: Rows, gap: float) -> alt.Chart:
    """Draw columns from `bottom` to `top`, with a gap of some pixels at both sides."""
    largest = max(row["top"] for row in rows)
    chart: alt.Chart = (
        alt.Chart(data(rows))
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


def points(
    rows: Rows, value: str, unit: str, scale: alt.Scale, *tooltips: alt.Tooltip
) -> alt.Chart:
    """Draw a point in the middle of each span."""
    placed = [{**row, "middle": _middle(row)} for row in rows]
    chart: alt.Chart = (
        alt.Chart(data(placed))
        .mark_circle(size=64 if len(rows) <= FEW_SPANS else 20, opacity=1, color=COLOURS[0])
        .encode(
            x=time_axis(rows, "middle", unit),
            y=alt.Y(f"{value}:Q", title=None, scale=scale),
            tooltip=[alt.Tooltip("when:N"), *tooltips],
        )
    )
    return chart


def draw_bars(rows: Rows, *arguments: str) -> dict[str, Any] | None:
    """Draw a list of bars, where there are any, as high as it is long."""
    return draw_spec(_bars, rows, *arguments, height=ROW_HEIGHT * max(len(rows), 3))


def _bars(rows: Rows, name: str, value: str, number_format: str) -> alt.LayerChart:
    largest = max(row[value] for row in rows)
    room = min(0.5, (8 + 7 * len(f"{largest:,.0f}.0")) / NARROWEST)  # for the number behind the bar
    base = alt.Chart(data(rows)).encode(
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


def time_axis(rows: Rows, name: str, unit: str, least: int = LEAST_SPANS) -> alt.X:
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


def colour_by(name: str, names: list[str], colours: list[str]) -> alt.Color:
    """Colour by a name: each one has the colour at its place."""
    return alt.Color(
        f"{name}:N",
        scale=alt.Scale(domain=names, range=colours),
        legend=None,  # the page's own wraps on a phone
    )
