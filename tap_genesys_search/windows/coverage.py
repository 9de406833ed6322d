"""Which spans of time are complete, and which are still to be read."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, pairwise
from typing import TYPE_CHECKING

from tap_genesys_search.windows.window import Window

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime, timedelta

    from tap_genesys_search.windows.grid import Grid


@dataclass(frozen=True)
class Coverage:
    """The spans that are complete.

    Attributes:
        spans: The spans in order. They neither overlap nor touch.
    """

    spans: tuple[Window, ...] = ()

    @classmethod
    def of(cls, spans: Iterable[Window]) -> Coverage:
        """Join spans, in any order, that overlap or touch."""
        joined: list[Window] = []
        for span in sorted(spans):
            if joined and span.start <= joined[-1].end:
                joined[-1] = Window(joined[-1].start, max(joined[-1].end, span.end))
            elif span.start < span.end:
                joined.append(span)
        return cls(tuple(joined))

    @property
    def end(self) -> datetime | None:
        """The end of the last complete span; None where nothing is complete."""
        return self.spans[-1].end if self.spans else None

    def add(self, span: Window) -> Coverage:
        """Add a span that is complete now."""
        return Coverage.of((*self.spans, span))

    def remove(self, span: Window) -> Coverage:
        """Take away a span that is not complete after all."""
        left = []
        for one in self.spans:
            left += [
                Window(one.start, min(one.end, span.start)),
                Window(max(one.start, span.end), one.end),
            ]
        return Coverage.of(one for one in left if one.start < one.end)

    def gaps(self, span: Window) -> list[Window]:
        """List the parts of a span that are not complete, in order."""
        gaps = []
        start = span.start
        for one in self.spans:
            if start < min(one.start, span.end):
                gaps.append(Window(start, min(one.start, span.end)))
            start = max(start, one.end)
        if start < span.end:
            gaps.append(Window(start, span.end))
        return gaps

    def contains(self, span: Window) -> bool:
        """Tell whether all of a span is complete."""
        return any(one.start <= span.start and span.end <= one.end for one in self.spans)

    def span_before(self, moment: datetime) -> Window | None:
        """Find the span that holds the time just before a moment."""
        return next((one for one in self.spans if one.start < moment <= one.end), None)

    def complete_until(self, start: datetime) -> datetime | None:
        """Find up to when all is complete from a moment on; None where nothing is."""
        return next((one.end for one in self.spans if one.start <= start < one.end), None)

    def is_complete_at(self, moment: datetime) -> bool:
        """Tell whether a moment lies in a complete span."""
        return any(one.start <= moment < one.end for one in self.spans)


@dataclass(frozen=True)
class Stretch:
    """A span of time that is to be read, and for which streams.

    Attributes:
        span: The span.
        streams: Names of the streams that are not complete in it.
    """

    span: Window
    streams: frozenset[str]


def stretches_to_read(
    coverages: Mapping[str, Coverage], wanted: Window, grid: Grid, lookback: timedelta
) -> list[Stretch]:
    """Find what is to be read for several streams, so that each is complete.

    Args:
        coverages: Name of a stream to its complete spans.
        wanted: What is to be complete.
        grid: Where windows begin and end.
        lookback: See `spans_to_read`.

    Returns:
        The stretches in order of time.
    """
    if not coverages or wanted.start >= wanted.end:
        return []
    widened = [_widen(coverage, wanted, grid) for coverage in coverages.values()]
    # The same for all streams, so that no two stretches share a cell.
    wanted = Window(min(one.start for one in widened), max(one.end for one in widened))
    spans = {
        name: spans_to_read(coverage, wanted, grid, lookback)
        for name, coverage in coverages.items()
    }
    bounds = sorted({bound for one in chain(*spans.values()) for bound in (one.start, one.end)})
    stretches: list[Stretch] = []
    for start, end in pairwise(bounds):
        lacking = frozenset(
            name
            for name, each in spans.items()
            if any(one.start <= start < one.end for one in each)
        )
        before = stretches[-1] if stretches else None
        if before and before.span.end == start and before.streams == lacking:
            stretches[-1] = Stretch(Window(before.span.start, end), lacking)
        elif lacking:
            stretches.append(Stretch(Window(start, end), lacking))
    return stretches


def spans_to_read(
    coverage: Coverage, wanted: Window, grid: Grid, lookback: timedelta
) -> list[Window]:
    """Find what is to be read, so that all that is wanted is complete.

    Gaps are widened to whole cells of the grid, so that a window that was cut short is read again
    as a whole. The lookback before a gap is read again, and so is the
    lookback before the end of the last span where no gap follows.

    Args:
        coverage: What is complete.
        wanted: What is to be complete.
        grid: Where windows begin and end.
        lookback: How far before the end of a complete span data may still have come or changed.

    Returns:
        The spans in order; they neither overlap nor touch.
    """
    wanted = _widen(coverage, wanted, grid)
    first = wanted.start
    gaps = coverage.gaps(wanted)
    if lookback and coverage.end and coverage.end - lookback < wanted.end:
        # Nothing new, or something that begins here: the end of the last span is read again.
        end = max(coverage.end, first)
        gaps.append(Window(min(end, wanted.end), wanted.end))
    spans = []
    for gap in gaps:
        start, end = gap.start, gap.end
        if coverage.span_before(start):
            start = max(first, grid.cell(start - lookback, 0).start)
        if coverage.is_complete_at(end):
            end = min(wanted.end, grid.cell_end(end))
        spans.append(Window(start, end))
    return list(Coverage.of(spans).spans)


def late_data_left_out(
    coverage: Coverage, start: datetime, grid: Grid, lookback: timedelta
) -> Window | None:
    """Find what the lookback would read again if the run did not start after it.

    Args:
        coverage: What is complete.
        start: The first moment that is wanted.
        grid: Where windows begin and end.
        lookback: See `spans_to_read`.

    Returns:
        A span of time that is complete, or None.
    """
    if coverage.end is None:
        return None
    first = grid.cell(start, 0).start  # of a cell that is read again, all is
    late = Window(max(coverage.end - lookback, coverage.spans[0].start), min(coverage.end, first))
    return late if late.start < late.end else None


def spans_read_again(complete: Iterable[Window], grid: Grid, lookback: timedelta) -> list[Window]:
    """Find what a later run may read again, as far as its dates don't ask for more.

    Args:
        complete: The spans that are complete.
        grid: Where windows begin and end.
        lookback: See `spans_to_read`.

    Returns:
        The end of each complete span, and its first cell where it was begun in the midst of it. A
        span that ends where a cell does is followed by an empty one.
    """
    return [
        again
        for one in complete
        for again in (
            Window(one.start, grid.cell_end(one.start)),
            Window(grid.cell(one.end - lookback, 0).start, grid.cell_end(one.end)),
        )
    ]


def _widen(coverage: Coverage, wanted: Window, grid: Grid) -> Window:
    """Widen a span to whole cells as far as those were read before.

    A part of such a cell, read alone, would count less under the same id.
    """
    first, last = grid.cell(wanted.start, 0).start, grid.cell_end(wanted.end)
    starts = [max(first, one.start) for one in coverage.spans if one.end > first]
    ends = [min(last, one.end) for one in coverage.spans if one.start < last]
    return Window(min([wanted.start, *starts]), max([wanted.end, *ends]))
