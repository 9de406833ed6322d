# /// script
# requires-python = ">=3.10"
# dependencies = ["matplotlib>=3.10,<4"]
# ///
"""The plot of the page: `python -m benchmarks.plot docs/performance.json docs/performance.svg`."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

# Of middling brightness, so that it can be read on a light page and on a dark one.
INK = "#717983"
ACCENT = "#d9730d"
PLAIN = "#6a8caf"
TAP = "tap-genesys-search"
LEAST = "least:"


def main() -> None:
    """Draw what the file of figures has."""
    source, target = map(Path, sys.argv[1:])
    figures = json.loads(source.read_text(encoding="utf-8"))
    mpl.rcParams.update(
        {
            "svg.hashsalt": "benchmarks",
            "font.size": 9,
            "text.color": INK,
            **{f"{axis}tick.color": INK for axis in "xy"},
            "axes.edgecolor": INK,
            "axes.labelcolor": INK,
            "axes.spines.top": False,
            "axes.spines.right": False,
        }
    )
    figure = Figure(figsize=(10, 3.6), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(3, 2))
    _draw_throughput(left, figures["throughput"]["bars"])
    _draw_concurrency(right, figures["concurrency"]["bars"])
    drawn = io.StringIO()
    figure.savefig(drawn, format="svg", transparent=True, metadata={"Date": None})
    lines = (line.rstrip() for line in drawn.getvalue().splitlines())
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _draw_throughput(axes: Any, bars: list[dict[str, Any]]) -> None:  # noqa: ANN401
    bars = sorted(bars, key=lambda bar: bar["median"], reverse=True)
    medians = [bar["median"] for bar in bars]
    reach = [
        [bar["median"] - bar["low"] for bar in bars],
        [bar["high"] - bar["median"] for bar in bars],
    ]
    names = [bar["name"] for bar in bars]
    colours = [ACCENT if name == TAP else PLAIN for name in names]
    axes.barh(names, medians, color=colours, xerr=reach, error_kw={"ecolor": INK, "elinewidth": 1})
    for row, bar in enumerate(bars):
        axes.annotate(
            f"{bar['median']:.1f}",
            (bar["high"], row),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
        )
    axes.margins(x=0.1)
    axes.set_xlabel("time for the same records, bare loop = 1")


def _draw_concurrency(axes: Any, bars: list[dict[str, Any]]) -> None:  # noqa: ANN401
    taps = {int(bar["name"].split()[1]): bar for bar in bars if bar["name"].startswith(f"{TAP},")}
    least = {
        int(bar["name"].removeprefix(LEAST)): bar["median"]
        for bar in bars
        if bar["name"].startswith(LEAST)
    }
    numbers = sorted(taps)
    axes.axhline(1, color=PLAIN, linestyle=":", label="first loop")
    axes.errorbar(
        numbers,
        [taps[number]["median"] for number in numbers],
        yerr=[
            [taps[number]["median"] - taps[number]["low"] for number in numbers],
            [taps[number]["high"] - taps[number]["median"] for number in numbers],
        ],
        color=ACCENT,
        marker="o",
        label=TAP,
    )
    axes.plot(
        numbers,
        [least[number] for number in numbers],
        color=INK,
        linestyle="--",
        label="least possible",
    )
    axes.set_ylim(bottom=0)
    axes.set_xticks(numbers)
    axes.set_xlabel("searches in flight")
    axes.set_ylabel("time, first loop = 1")
    axes.legend(frameon=False)


if __name__ == "__main__":
    main()
