"""Figures that tests measured, as sections of a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

BEGIN = "<!-- figures: begin -->"
END = "<!-- figures: end -->"
ZEROS = frozenset(
    {
        "Rules broken",
        "Crashes",
        "Private texts found",
        "… missing or different",
        "… missing in the database",
        "… loaded twice",
        "… that no org has",
        "Conversations that have ended and are open",
        "… missing, twice or different",
        "… of them not as they should",
    }
)
"""Figures that a promise says are 0."""

_HEADING = "### "
_HEAD = "| Figure | Measured |\n| --- | ---: |\n"


def describe_figures(sections: Mapping[str, Mapping[str, str]]) -> Iterable[str]:
    """Lay out the figures for a terminal."""
    for title, figures in sections.items():
        yield title
        names, values = (max(map(len, column)) for column in (figures, figures.values()))
        for name, value in figures.items():
            yield f"  {name:<{names}}  {value:>{values}}"


def broken_promises(sections: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Describe the figures that should be 0 and are not."""
    return [
        f"{title}: {name} {value}"
        for title, figures in sections.items()
        for name, value in figures.items()
        if name in ZEROS and value != "0"
    ]


def write_figures(page: Path, sections: Mapping[str, Mapping[str, str]]) -> None:
    """Put sections into a page, in the place of those with the same titles.

    Raises:
        ValueError: A figure should be 0 and is not, so the page is left as it is.
    """
    if broken := broken_promises(sections):
        raise ValueError("; ".join(broken))
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    written, _, after = rest.partition(END)
    kept = dict(_split(written))
    kept.update((title, _table(figures)) for title, figures in sections.items())
    body = "".join(f"{_HEADING}{title}\n\n{table}\n\n" for title, table in sorted(kept.items()))
    page.write_text(f"{before}{BEGIN}\n\n{body}{END}{after}", encoding="utf-8")


def _split(written: str) -> Iterable[tuple[str, str]]:
    for section in f"\n{written}".split(f"\n{_HEADING}")[1:]:
        title, _, table = section.partition("\n")
        yield title.strip(), table.strip()


def _table(figures: Mapping[str, str]) -> str:
    return (_HEAD + "\n".join(f"| {name} | {value} |" for name, value in figures.items())).strip()
