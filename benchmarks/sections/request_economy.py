"""How many requests a record costs, and how late a search that is done is noticed."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from benchmarks.contestant import TAP, write_config
from benchmarks.figures import Figures, Table
from benchmarks.interleaved import interleave
from benchmarks.least_time import work_of
from benchmarks.running_server import Load, running_server
from benchmarks.searching import Searching, search
from benchmarks.spread import spread, write_number

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from benchmarks.options import Options

RECORDS_A_WINDOW = 2000
PAGES_A_WINDOW = 2

IN_FLIGHT = 4
"""The tap's default."""

JITTER = 0.05
JOB_SECONDS = (0.0, 0.3, 3.0)
_PERCENT = 100


def measure_economy(options: Options, folder: Path) -> Figures:
    """Count the requests of a tap that polls as its defaults have it."""
    windows = options.windows
    rows = []
    for seconds in JOB_SECONDS:
        for jitter in (0.0, JITTER) if seconds else (0.0,):
            times = (seconds * (1 - jitter), seconds * (1 + jitter))
            load = Load(records=RECORDS_A_WINDOW, job_seconds=times)
            name = f"{seconds:g} s" + (f" ± {jitter:.0%}" if jitter else "")
            with running_server(load) as server:
                server.warm(windows)
                command = TAP.command(write_config(folder, "config", server.config(windows)))
                contestants: dict[str, Callable[[], Searching]] = {
                    name: partial(search, server, [command])
                }
                measured = interleave(contestants, options.rounds, "Request economy")[name]
            rows.append([name, *_cells(measured, load, windows, seconds)])
    return Figures(
        f"{windows * RECORDS_A_WINDOW:,} records in {windows} windows of {PAGES_A_WINDOW} pages, "
        f"the tap's own intervals of polls, 4 searches in flight. {options.setting}",
        Table(
            [
                "Job time",
                "Requests per page of 1,000 (least: 2)",
                "Noticed late, mean",
                "Noticed late, most",
                "Time × least possible",
            ],
            rows,
        ),
    )


def _cells(
    measured: Sequence[Searching], load: Load, windows: int, job_seconds: float
) -> list[str]:
    least = work_of(load, windows).least_seconds(IN_FLIGHT)
    pages = windows * PAGES_A_WINDOW
    requests = spread(each.counters.requests_sent for each in measured)
    late = [[job.overshoot_seconds for job in each.counters.jobs] for each in measured]
    mean = spread(sum(run) / len(run) for run in late).median
    most = spread(max(run) for run in late).median
    return [
        write_number(requests.median / pages),
        _share(mean, job_seconds),
        _share(most, job_seconds),
        str(spread(each.counters.searching_seconds / least for each in measured)) if least else "–",
    ]


def _share(seconds: float, job_seconds: float) -> str:
    if job_seconds:
        return f"{seconds / job_seconds * _PERCENT:.1f} % of the job"
    return f"{seconds * 1000:.0f} ms"
