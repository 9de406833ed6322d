"""Two taps at once that share what the platform allows one client."""

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
    from collections.abc import Sequence
    from pathlib import Path

    from benchmarks.options import Options

BUDGET, PERIOD_SECONDS = 300, 60.0
JOB_SECONDS = 1.0
DELAY_SECONDS = 0.05
POLL_SECONDS = 1.0
RECORDS_A_WINDOW = 100
TIMES_AS_MANY_WINDOWS = 5
IN_FLIGHT = 4
"""The tap's default."""

_PERCENT = 100


def measure_pairs(options: Options, folder: Path) -> Figures:
    """Measure one tap alone and two that extract the same at the same time."""
    scale = options.time_scale
    windows = options.windows * TIMES_AS_MANY_WINDOWS
    load = Load(
        records=RECORDS_A_WINDOW,
        job_seconds=(JOB_SECONDS * scale, JOB_SECONDS * scale),
        delay_seconds=DELAY_SECONDS * scale,
        budget=BUDGET,
        period_seconds=PERIOD_SECONDS * scale,
    )
    with running_server(load) as server:
        server.warm(windows)
        config = server.config(
            windows,
            poll_interval_seconds=POLL_SECONDS * scale,
            # Each believes that it has the whole budget.
            requests_per_minute=round(BUDGET / scale),
        )
        command = TAP.command(write_config(folder, "config", config))
        runs = interleave(
            {
                "One tap": partial(search, server, [command], may_fail=True),
                "Two taps": partial(search, server, [command, command], may_fail=True),
            },
            options.rounds,
            "Shared budget",
        )
    return Figures(
        f"{windows} windows each, jobs of {JOB_SECONDS:g} s, {BUDGET} requests in "
        f"{PERIOD_SECONDS:g} s for all together; all times × {scale:g}. {options.setting}",
        Table(
            [
                "",
                "Runs complete",
                "Requests of the busier one",
                "Requests",
                "429s",
                "Time × least possible",
                "First to end, of the time",
            ],
            [[name, *_cells(measured, load, windows)] for name, measured in runs.items()],
        ),
    )


def _cells(measured: Sequence[Searching], load: Load, windows: int) -> list[str]:
    taps = len(measured[0].runs)
    runs = [run for each in measured for run in each.runs]
    complete = sum(not run.exit_code for run in runs)
    counters = [each.counters for each in measured]
    shares = [max(each.by_token.values()) / sum(each.by_token.values()) for each in counters]
    firsts = [
        min(run.seconds for run in each.runs) / max(run.seconds for run in each.runs)
        for each in measured
    ]
    least = work_of(load, windows, taps).least_seconds(taps * IN_FLIGHT)
    times = spread(each.searching_seconds / least for each in counters)
    return [
        f"{complete} of {len(runs)}",
        f"{spread(shares).median * _PERCENT:.0f} %",
        write_number(spread(each.requests_sent for each in counters).median),
        str(spread(each.refused for each in counters)),
        str(times),
        f"{spread(firsts).median * _PERCENT:.0f} %",
    ]
