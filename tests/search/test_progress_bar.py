"""What a progress bar shows, on terminals of any width."""

from __future__ import annotations

import io
import os
import sys
import time
from dataclasses import replace

import pytest
from typing_extensions import override

from tap_genesys_search.search.listeners import progress
from tap_genesys_search.search.listeners.totals import Figures
from tests.support.scripted_searches import wait_until

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


class Terminal(io.StringIO):
    """A terminal that writes in some encoding, or None where it does not say which."""

    encoding: str = "utf-8"

    def __init__(self, encoding: str | None = "utf-8") -> None:
        super().__init__()
        vars(self)["encoding"] = encoding

    @override
    def isatty(self) -> bool:
        return True

    @override
    def fileno(self) -> int:
        return 2


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_LINES", 0.001)
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_BARS", 0.001)


@pytest.mark.parametrize(
    ("encoding", "blocks"),
    [("utf-8", "█░"), ("latin-1", "#-"), (None, "#-"), ("no such encoding", "#-")],
)
@pytest.mark.parametrize(("size", "columns"), [((100, 24), 100), ((0, 0), 80), (None, 80)])
def test_a_terminal_gets_a_bar_in_its_width_and_characters(
    monkeypatch: pytest.MonkeyPatch,
    encoding: str | None,
    blocks: str,
    size: tuple[int, int] | None,
    columns: int,
) -> None:
    def terminal_size(_: int) -> os.terminal_size:
        if size is None:
            raise OSError
        return os.terminal_size(size)

    terminal = Terminal(encoding)
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(os, "get_terminal_size", terminal_size)
    monkeypatch.setenv("TERM", "xterm")
    with progress.shown_progress(lambda: FIGURES, lambda: False):
        wait_until(lambda: "11/331" in terminal.getvalue())
    drawn = terminal.getvalue().split("\r")
    assert drawn[-1].rstrip("\n") == progress.bar_of(FIGURES, columns, blocks)


def test_bar_shows_how_far_the_run_came_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    figures = [FIGURES]
    with progress.shown_progress(lambda: figures[-1], lambda: True):
        figures.append(replace(FIGURES, windows_done=331))
    assert terminal.getvalue().count("11/331") == 0
    assert terminal.getvalue().rpartition("\r")[2].startswith("331/331 windows ██████")


@pytest.mark.parametrize("is_terminal", [False, True])
def test_elsewhere_lines_are_logged_until_the_run_ends_or_is_stopped(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, *, is_terminal: bool
) -> None:
    caplog.set_level("INFO", "tap-genesys-search")
    monkeypatch.setattr(sys, "stderr", Terminal() if is_terminal else io.StringIO())
    monkeypatch.setenv("TERM", "dumb" if is_terminal else "xterm")
    with progress.shown_progress(lambda: FIGURES, lambda: False):
        wait_until(lambda: len(caplog.messages) > 1)
    assert set(caplog.messages) == {progress.line_of(FIGURES)}
    caplog.clear()
    with progress.shown_progress(lambda: FIGURES, lambda: True):
        time.sleep(0.02)
    assert caplog.messages == []


@pytest.mark.parametrize(
    ("windows_done", "done", "to_do"), [(0, 0, 40), (83, 10, 30), (165, 20, 20), (331, 40, 0)]
)
def test_bar_is_as_full_as_the_run_is_done(windows_done: int, done: int, to_do: int) -> None:
    figures = replace(FIGURES, windows_done=windows_done)
    bar = f"{'#' * done}{'-' * to_do}"
    assert progress.bar_of(figures, 200, "#-") == (
        f"{windows_done}/331 windows {bar} 1,234,567 records, 2 h 15 min left, 298 requests left"
    )


@pytest.mark.parametrize(
    ("columns", "bar"),
    [
        (7, "11/331"),
        (6, ""),
        (14, "11/331"),
        (15, "11/331 windows"),
        (20, "11/331 windows"),
        (21, "11/331 windows -----"),
    ],
)
def test_narrow_terminals_get_what_has_room(columns: int, bar: str) -> None:
    assert progress.bar_of(FIGURES, columns, "#-") == bar
