"""The three charts that Vega draws; the page's script gives them rows, labels and ticks."""

from __future__ import annotations

from typing import Any

import altair as alt

from tap_genesys_search.report.pipeline.charts.chart import CHART_HEIGHT, COLOURS, CONFIG, SOFT

Spec = dict[str, Any]


KINDS = {
    "answered": COLOURS[0],
    "abandoned": COLOURS[1],
    "flowed out or still open": "var(--split)",
}
"""What becomes of those who are offered, and its colour."""


PARTS = {
    "talk": COLOURS[0],
    "hold": COLOURS[1],
    "after-call work": COLOURS[2],
    "dialling": "var(--split)",
}
"""The parts of a handle time, and their colours."""


FEW = "var(--split)"
"""Colour of a figure of few cases."""


LEVELS = {
    "service level": COLOURS[0],
    "fewer than 20 entries": FEW,
    "goal": SOFT,
}
"""The marks in the chart of the service level, and their colours."""


QUEUE_ROW = 26
"""Pixels of a queue in the chart of handle times."""


def draw_specs() -> dict[str, Spec]:
    """Draw the charts.

    Returns:
        Id of the element to the chart in Vega-Lite. The data set is `rows`; `labels`, `ticks` and
        `count` are what stands below the axis, where, and how long it is.
    """
    return {
        # Vega names the drawing by its description.
        "volume": {"description": "What became of those offered", **_volume()},
        "level": {"description": "Service level", **_level()},
        "parts": {"description": "Handle time by queue", **_parts()},
    }


def _spec(height: object, params: dict[str, object], layers: list[Spec]) -> Spec:
    return {
        "$schema": alt.SCHEMA_URL,
        "config": CONFIG.to_dict(),
        "width": "container",
        "height": height,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "params": [{"name": name, "value": value} for name, value in params.items()],
        "data": {"name": "rows"},
        "layer": layers,
    }


def _over_time(layers: list[Spec]) -> Spec:
    return _spec(CHART_HEIGHT, {"labels": [""], "ticks": [0], "count": 1}, layers)


def _position(name: str) -> Spec:
    return {
        "field": name,
        "type": "quantitative",
        "title": None,
        "scale": {"domainMin": 0, "domainMax": {"expr": "count"}, "nice": False, "zero": False},
        "axis": {
            "values": {"expr": "ticks"},
            "labelExpr": "labels[floor(datum.value)]",
            "labelPadding": 10,
            "grid": False,
        },
    }


def _tooltip(**fields: str) -> list[Spec]:
    return [{"field": field, "title": title, "type": "nominal"} for field, title in fields.items()]


def _volume() -> Spec:
    return _over_time(
        [
            {
                "mark": {"type": "rect", "xOffset": 0.5, "x2Offset": -0.5},
                "encoding": {
                    "x": _position("since"),
                    "x2": {"field": "until"},
                    "y": {
                        "field": "bottom",
                        "type": "quantitative",
                        "title": None,
                        "scale": {"zero": True},
                        "axis": {"format": "~s"},
                    },
                    "y2": {"field": "top"},
                    "color": _colours("kind", KINDS),
                    "tooltip": _tooltip(name="when", kind="what", shown="entries"),
                },
            }
        ]
    )


def _level() -> Spec:
    percent = {
        "type": "quantitative",
        "title": None,
        "scale": {"domain": [0, 100]},
        # Not more of them than the axes' tickCount, or Vega leaves out every other.
        "axis": {"values": [0, 25, 50, 75, 100], "labelExpr": "datum.value + ' %'"},
    }
    middle = _position("middle")
    return _over_time(
        [
            {
                "mark": {"type": "rule", "color": SOFT, "strokeDash": [5, 4]},
                "encoding": {
                    "x": _position("since"),
                    "x2": {"field": "until"},
                    "y": {"field": "goal", **percent},
                },
            },
            {
                "mark": {"type": "line", "color": FEW, "strokeWidth": 1},
                "encoding": {"x": middle, "y": {"field": "level", **percent}},
            },
            {
                "mark": {"type": "line", "color": COLOURS[0], "strokeWidth": 2},
                "encoding": {"x": middle, "y": {"field": "steady", **percent}},
            },
            {
                "mark": {"type": "circle", "opacity": 1},
                "encoding": {
                    "x": middle,
                    "y": {"field": "level", **percent},
                    "color": {
                        "condition": {"test": "datum.few", "value": FEW},
                        "value": COLOURS[0],
                    },
                    "size": {"condition": {"test": "datum.few", "value": 16}, "value": 36},
                    "tooltip": _tooltip(name="when", shown="service level", of="of"),
                },
            },
        ]
    )


def _parts() -> Spec:
    return _spec(
        10 * QUEUE_ROW,
        {"labels": [""], "room": 150},
        [
            {
                "mark": {"type": "bar", "height": QUEUE_ROW - 8},
                "encoding": {
                    "y": {
                        "field": "place",
                        "type": "ordinal",
                        "title": None,
                        "axis": {
                            "labelExpr": "labels[datum.value]",
                            "labelLimit": {"expr": "room"},
                            "labelOverlap": False,
                            "ticks": False,
                            "domain": False,
                        },
                    },
                    "x": {
                        "field": "since",
                        "type": "quantitative",
                        "title": None,
                        "axis": {"labelExpr": "datum.value + ' min'", "tickCount": 5},
                    },
                    "x2": {"field": "until"},
                    "color": _colours("part", PARTS),
                    "tooltip": _tooltip(name="queue", part="part", shown="time"),
                },
            }
        ],
    )


def _colours(field: str, colours: dict[str, str]) -> Spec:
    return {
        "field": field,
        "type": "nominal",
        "legend": None,
        "scale": {"domain": list(colours), "range": list(colours.values())},
    }
