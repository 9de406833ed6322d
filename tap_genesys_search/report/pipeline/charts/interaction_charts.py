"""The charts of interactions: by time and media type, by facet, and by relevance."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import altair as alt

from tap_genesys_search.report.pipeline.charts.chart import (
    CHART_HEIGHT,
    COLOURS,
    Chart,
    draw_spec,
    time_heading,
)
from tap_genesys_search.report.pipeline.charts.marks import (
    colour_by,
    columns,
    columns_of_time,
    draw_bars,
)

if TYPE_CHECKING:
    from tap_genesys_search.report.pipeline.figures import Figures
    from tap_genesys_search.report.warehouse import Rows


OTHER = "other"


def interaction_charts(figures: Figures) -> list[Chart]:
    """Draw the charts of interactions."""
    unit = figures.unit
    by_time, media = _merge_media(figures.by_time)
    return [
        Chart(
            "by-time",
            f"Interactions by {unit} and media type",
            "Each one counted once, when it began, UTC",
            draw_spec(_by_time, by_time, media, unit, height=CHART_HEIGHT + 40),
            {**time_heading(unit), "media_type": "Media type", "interactions": "Interactions"},
            by_time,
            legend=dict(zip(media, COLOURS, strict=False)),
            is_wide=True,
        ),
        *(
            Chart(
                f"facet-{place}",
                f"Interactions by {name}",
                "The platform's own count (facet), largest first",
                draw_bars(rows, "bucket", "interactions", ",d"),
                {"bucket": name, "interactions": "Interactions"},
                rows,
            )
            for place, (name, rows) in enumerate(figures.facets.items())
        ),
        Chart(
            "relevance",
            "Interactions by relevance score",
            "From 0 to 1, as the search scores them; those without a score are left out",
            draw_spec(_relevance, figures.relevance),
            {"score": "From", "to": "To", "interactions": "Interactions"},
            figures.relevance,
        ),
    ]


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
    chart: alt.Chart = columns_of_time(rows, "interactions", unit).encode(
        color=colour_by("media_type", media, COLOURS[: len(media)]),
        tooltip=[
            alt.Tooltip("when:N"),
            alt.Tooltip("media_type:N", title="media type"),
            alt.Tooltip("interactions:Q", format=","),
        ],
    )
    return chart


def _relevance(rows: Rows) -> alt.Chart:
    bins = [{**row, "bottom": 0, "top": row["interactions"]} for row in rows]
    chart: alt.Chart = columns(bins, 1).encode(
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
