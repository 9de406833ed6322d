"""Two taps at once that share what the platform allows one client."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from benchmarks.contestant import TAP, write_config
from benchmarks.figures import Figures, Table
from benchmarks.interleaved import interleave
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
WINDOWS_A_WINDOW_OF_OTHERS = 5
_PERCENT = 100


def measure_pairs(options: Options, folder: Path) -> Figures:
    """Measure one tap alone and two that extract the same at the same time."""
    scale = options.time_scale
    windows = options.windows * WINDOWS_A_WINDOW_OF_OTHERS
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
            # Each believes that it has all of it.
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
                "Time × least for as many requests",
                "First to end, of the time",
            ],
            [[name, *_cells(measured, load)] for name, measured in runs.items()],
        ),
    )


def _cells(measured: Sequence[Searching], load: Load) -> list[str]:
    runs = [run for each in measured for run in each.runs]
    complete = sum(not run.exit_code for run in runs)
    counters = [each.counters for each in measured]
    shares = [max(each.by_token.values()) / sum(each.by_token.values()) for each in counters]
    firsts = [
        min(run.seconds for run in each.runs) / max(run.seconds for run in each.runs)
        for each in measured
    ]
    least = [
        max(1, (each.requests_sent - each.refused - 1) // BUDGET) * load.period_seconds
        for each in counters
    ]
    times = [each.searching_seconds / few for each, few in zip(counters, least, strict=True)]
    return [
        f"{complete} of {len(runs)}",
        f"{spread(shares).median * _PERCENT:.0f} %",
        write_number(spread(each.requests_sent for each in counters).median),
        str(spread(each.refused for each in counters)),
        str(spread(times)),
        f"{spread(firsts).median * _PERCENT:.0f} %",
    ]
