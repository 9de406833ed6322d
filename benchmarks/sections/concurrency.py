"""How long searches that take their time take together, against the least they can."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from benchmarks.contestant import SEQUENTIAL_LOOP, TAP, write_config
from benchmarks.figures import Bar, Figures, Table
from benchmarks.interleaved import interleave
from benchmarks.least_time import Work, work_of
from benchmarks.running_server import Load, RunningServer, running_server
from benchmarks.searching import Searching, search
from benchmarks.spread import ratios, spread, write_number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from benchmarks.options import Options

# As the platform has them.
SHORTEST_JOB, LONGEST_JOB = 2.0, 60.0
DELAY_SECONDS = 0.05
BUDGET, PERIOD_SECONDS = 300, 60.0
POLL_SECONDS = 2.0

RECORDS_A_WINDOW = 100
IN_FLIGHT = (1, 2, 4, 8)


def measure_concurrency(options: Options, folder: Path) -> Figures:
    """Measure the tap with different numbers of searches in flight."""
    scale = options.time_scale
    load = Load(
        records=RECORDS_A_WINDOW,
        job_seconds=(SHORTEST_JOB * scale, LONGEST_JOB * scale),
        logarithmic=True,
        delay_seconds=DELAY_SECONDS * scale,
        budget=BUDGET,
        period_seconds=PERIOD_SECONDS * scale,
    )
    work = work_of(load, options.windows)
    with running_server(load) as server:
        server.warm(options.windows)
        runs = interleave(
            {
                name: partial(search, server, [command])
                for name, command in _commands(server, options, folder).items()
            },
            options.rounds,
            "Concurrency",
        )
    return _figures(runs, work, options)


def _commands(server: RunningServer, options: Options, folder: Path) -> dict[str, list[str]]:
    settings = {
        "poll_interval_seconds": POLL_SECONDS * options.time_scale,
        "requests_per_minute": round(BUDGET / options.time_scale),
    }
    loop = write_config(folder, "loop", server.config(options.windows, **settings))
    commands = {SEQUENTIAL_LOOP.name: SEQUENTIAL_LOOP.command(loop)}
    for in_flight in IN_FLIGHT:
        config = server.config(options.windows, max_concurrent_searches=in_flight, **settings)
        commands[_name(in_flight)] = TAP.command(write_config(folder, f"tap-{in_flight}", config))
    return commands


def _figures(runs: Mapping[str, Sequence[Searching]], work: Work, options: Options) -> Figures:
    seconds = {
        name: [each.counters.searching_seconds for each in measured]
        for name, measured in runs.items()
    }
    base = seconds[SEQUENTIAL_LOOP.name]
    rows, bars = [], []
    for name, in_flight in {SEQUENTIAL_LOOP.name: 1, **{_name(n): n for n in IN_FLIGHT}}.items():
        least = work.least_seconds(in_flight)
        counters = [each.counters for each in runs[name]]
        ratio = ratios(seconds[name], base)
        rows.append(
            [
                name,
                str(spread(value / least for value in seconds[name])),
                str(ratio),
                write_number(spread(least / value for value in base).median),
                write_number(spread(each.requests_sent for each in counters).median),
                write_number(spread(each.refused for each in counters).median),
                str(max(each.most_in_flight for each in counters)),
            ]
        )
        bars.append(Bar(name, ratio.median, ratio.low, ratio.high))
        bars.append(
            Bar(f"least:{in_flight}", *[spread(least / value for value in base).median] * 3)
        )
    return Figures(
        f"{options.windows} windows, jobs of {SHORTEST_JOB:g} to {LONGEST_JOB:g} s, "
        f"{DELAY_SECONDS * 1000:g} ms a request, {BUDGET} requests in {PERIOD_SECONDS:g} s; all "
        f"times, the interval of polls included, × {options.time_scale:g}. {options.setting}",
        Table(
            [
                "",
                "× least possible",
                "× first loop",
                "Least possible × first loop",
                "Requests",
                "429s",
                "Most in flight",
            ],
            rows,
        ),
        bars,
    )


def _name(in_flight: int) -> str:
    return f"{TAP.name}, {in_flight} in flight"
