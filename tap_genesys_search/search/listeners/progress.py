"""Showing how far a run is: a bar on a terminal, a log line a minute elsewhere."""

from __future__ import annotations

import logging
import os
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tap_genesys_search.wording import duration, grouped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tap_genesys_search.search.listeners.totals import Figures


logger = logging.getLogger("tap-genesys-search.run")


SECONDS_BETWEEN_LINES = 60.0

SECONDS_BETWEEN_BARS = 0.5


FAREWELL_SECONDS = 2.0
"""A thread that writes to a stderr that nobody reads does not end."""


SHORTEST_BAR, LONGEST_BAR = 5, 40
"""Columns of the bar. The figures take the others."""


COLUMNS_OF_NO_SIZE, LINES_OF_NO_SIZE = 80, 24
"""What a terminal is taken for that doesn't know its size."""


BLOCKS, ASCII_BLOCKS = "█░", "#-"
"""Characters of the bar: for windows done, and for windows to do."""


@contextmanager
def shown_progress(
    figures: Callable[[], Figures], is_stopped: Callable[[], bool]
) -> Iterator[None]:
    """Show on stderr how far a run is, until it ends or is stopped.

    Args:
        figures: Tells how far it is; called in a thread.
        is_stopped: Tells whether a signal has stopped the run, which may take seconds to end.
    """
    if not _can_draw():

        def log() -> None:
            logger.info("%s", line_of(figures()))

        with _repeated(SECONDS_BETWEEN_LINES, log, is_stopped):
            yield
        return
    with _drawn(figures, is_stopped):
        yield


def line_of(figures: Figures) -> str:
    """Write how far a run is as a line of a log."""
    parts = [
        f"{grouped(figures.records, 'record')} written",
        f"{grouped(figures.requests_left, 'request')} left in this minute",
    ]
    if figures.windows:
        parts.insert(0, f"{figures.windows_done:,} of {grouped(figures.windows, 'window')}")
    if time_left := _time_left(figures):
        parts.append(f"about {time_left}")
    return f"Progress after {duration(figures.seconds)}: {', '.join(parts)}"


def bar_of(figures: Figures, columns: int, blocks: str) -> str:
    """Write how far a run is as a bar with figures, of which narrow terminals get fewer.

    Args:
        figures: How far it is.
        columns: Width of the terminal. The last one stays free, as some begin a new line there.
        blocks: The characters for windows done and for windows to do.

    Returns:
        The bar; empty where not even the number of windows has room.
    """
    room = columns - 1
    count = f"{figures.windows_done}/{figures.windows}"
    texts = [grouped(figures.records, "record")]
    if time_left := _time_left(figures):
        texts.append(time_left)
    texts.append(f"{grouped(figures.requests_left, 'request')} left")
    if not figures.windows:
        return _most_that_fit(texts, room)
    share = figures.windows_done / figures.windows
    for length in range(len(texts), -1, -1):
        shown = [f"{count} windows", ", ".join(texts[:length])]
        bar = min(LONGEST_BAR, room - sum(len(text) + 1 for text in shown if text))
        if bar >= SHORTEST_BAR:
            done = round(bar * share)
            drawn = blocks[0] * done + blocks[1] * (bar - done)
            return " ".join(filter(None, [shown[0], drawn, shown[1]]))
    return next((text for text in (f"{count} windows", count) if len(text) <= room), "")


def _time_left(figures: Figures) -> str:
    """Write how long the searches still take; "" where that is open, or less than a second."""
    seconds = figures.seconds_left or 0
    return f"{duration(seconds)} left" if seconds >= 1 else ""


def _most_that_fit(texts: list[str], room: int) -> str:
    lines = (", ".join(texts[:length]) for length in range(len(texts), 0, -1))
    return next((line for line in lines if len(line) <= room), "")


def _can_draw() -> bool:
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


def _columns() -> int:
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or COLUMNS_OF_NO_SIZE
    except (OSError, ValueError):
        return COLUMNS_OF_NO_SIZE


def _blocks() -> str:
    try:
        BLOCKS.encode(sys.stderr.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return ASCII_BLOCKS
    return BLOCKS


@contextmanager
def _drawn(figures: Callable[[], Figures], is_stopped: Callable[[], bool]) -> Iterator[None]:
    """Draw the bar below what is logged. It has no colours, so NO_COLOR has nothing to take."""
    from tqdm import tqdm  # noqa: PLC0415 - only where there is a terminal
    from tqdm.contrib.logging import logging_redirect_tqdm  # noqa: PLC0415

    blocks = _blocks()
    # By itself tqdm draws nothing on a terminal that doesn't know its size, and cuts the bar to the
    # size that a terminal had at first.
    bar = tqdm(bar_format="{desc}", file=sys.stderr, desc="", ncols=0, nrows=LINES_OF_NO_SIZE)

    def draw() -> None:
        bar.set_description_str(bar_of(figures(), _columns(), blocks))

    try:
        with logging_redirect_tqdm(), _repeated(SECONDS_BETWEEN_BARS, draw, is_stopped):
            yield
    finally:
        draw()
        bar.close()


@contextmanager
def _repeated(
    seconds: float, show: Callable[[], None], is_stopped: Callable[[], bool]
) -> Iterator[None]:
    """Call a function now and then in a thread, until the run is stopped."""
    is_over = threading.Event()

    def repeat() -> None:
        while not is_over.wait(seconds) and not is_stopped():
            show()

    thread = threading.Thread(target=repeat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join(FAREWELL_SECONDS)
