"""What a progress bar shows, on terminals of any width."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tap_genesys_search.search.listeners import progress
from tap_genesys_search.search.listeners.totals import Figures

FIGURES = Figures(
    windows_done=11,
    windows=331,
    records=1_234_567,
    requests_left=298,
    seconds=754,
    seconds_left=8_100,
)


@pytest.mark.parametrize("columns", [1, 6, 7, 14, 15, 20, 30, 40, 60, 80, 90, 120, 200])
def test_a_bar_of_any_width(columns: int) -> None:
    bar = progress.bar_of(FIGURES, columns, "█░")
    assert len(bar) < columns or not bar
    assert bar.startswith("11/331") or columns <= 6
    parts = ["windows", "1,234,567 records", "2 h 15 min left", "298 requests left"]
    shown = [part in bar for part in parts]
    assert shown == sorted(shown, reverse=True)  # what matters less goes first
    if columns >= 90:
        assert all(shown)
    if columns >= 40:
        assert "░" in bar


def test_the_line_names_the_same_figures() -> None:
    assert progress.line_of(FIGURES) == (
        "Progress after 12 min: 11 of 331 windows, 1,234,567 records written, 298 requests left in "
        "this minute, about 2 h 15 min left"
    )


def test_a_run_without_searches_has_figures_only() -> None:
    lookups = replace(FIGURES, windows=0, windows_done=0, seconds_left=None)
    assert progress.bar_of(lookups, 80, "█░") == "1,234,567 records, 298 requests left"
    assert progress.bar_of(lookups, 20, "█░") == "1,234,567 records"
    assert progress.bar_of(lookups, 10, "█░") == ""


def test_less_than_a_second_is_not_worth_a_figure() -> None:
    almost_done = replace(FIGURES, seconds_left=0.4)
    assert "0 s" not in progress.bar_of(almost_done, 200, "█░")
    assert progress.line_of(almost_done).endswith("left in this minute")
    assert "about 1 s left" in progress.line_of(replace(FIGURES, seconds_left=1))
