"""Figures of the benchmark's sections: kept in a file, laid out as tables, put into a page."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

BEGIN = "<!-- figures of {name}: begin -->"
END = "<!-- figures of {name}: end -->"


@dataclass(frozen=True)
class Table:
    """A table of a section.

    Attributes:
        columns: Their headings; the first one names the rows.
        rows: As many cells each as there are columns.
    """

    columns: list[str]
    rows: list[list[str]]

    def markdown(self) -> str:
        """Lay it out for a page."""
        lines = [self.columns, ["---", *["---:"] * (len(self.columns) - 1)], *self.rows]
        return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)

    def plain(self) -> str:
        """Lay it out for a terminal."""
        rows = [self.columns, *self.rows]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return "\n".join(
            "  ".join([f"{row[0]:<{widths[0]}}", *map(str.rjust, row[1:], widths[1:])]).rstrip()
            for row in rows
        )


@dataclass(frozen=True)
class Bar:
    """A ratio to be drawn.

    Attributes:
        name: Of what.
        median: In the middle.
        low: The smallest.
        high: The largest.
    """

    name: str
    median: float
    low: float
    high: float


@dataclass(frozen=True)
class Figures:
    """What a section measured.

    Attributes:
        setting: What it was measured with, in a sentence.
        table: For the page.
        bars: For the plot.
    """

    setting: str
    table: Table
    bars: list[Bar] = field(default_factory=list)


def keep_figures(file: Path, measured: Mapping[str, Figures]) -> dict[str, Figures]:
    """Put figures into a file, in the place of earlier ones of the same sections.

    Returns:
        All that are in the file now.
    """
    kept = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    kept.update((name, asdict(figures)) for name, figures in measured.items())
    file.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return {name: _read(document) for name, document in kept.items()}


def write_figures(page: Path, measured: Mapping[str, Figures]) -> None:
    """Put each section's table into a page, between its markers.

    Raises:
        ValueError: The page has no place for a section.
    """
    text = page.read_text(encoding="utf-8")
    for name, figures in measured.items():
        begin, end = BEGIN.format(name=name), END.format(name=name)
        before, found, rest = text.partition(begin)
        _, found_end, after = rest.partition(end)
        if not found or not found_end:
            raise ValueError(f"{page.name} has no place for the figures of {name}")
        body = f"{figures.setting}\n\n{figures.table.markdown()}"
        text = f"{before}{begin}\n\n{body}\n\n{end}{after}"
    page.write_text(text, encoding="utf-8")


def describe_figures(measured: Mapping[str, Figures]) -> Iterable[str]:
    """Lay out figures for a terminal."""
    for name, figures in measured.items():
        yield f"\n{name}: {figures.setting}\n\n{figures.table.plain()}"


def _read(document: dict[str, object]) -> Figures:
    return Figures(
        setting=str(document["setting"]),
        table=Table(**document["table"]),  # type: ignore[arg-type]
        bars=[Bar(**bar) for bar in document["bars"]],  # type: ignore[attr-defined]
    )
