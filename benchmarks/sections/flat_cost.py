"""Whether a record costs the same in a long run as in a short one, in time and memory."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from benchmarks.contestant import BARE_LOOP, TAP, write_config
from benchmarks.figures import Figures, Table
from benchmarks.interleaved import interleave
from benchmarks.processes import Run, measure
from benchmarks.running_server import START, Load, running_server
from benchmarks.spread import ratios, spread, write_number

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from benchmarks.options import Options

LOAD = Load(records=5000)
SMALL_RUN = f"{START:%Y-%m-%dT%H:%M}:01Z"
"""An end that leaves one second to be searched: two records, so nearly nothing but start-up."""


def measure_sizes(options: Options, folder: Path) -> Figures:
    """Measure the tap, and the bare loop beside it, at sizes a factor of ten apart."""
    sizes = [options.many_records // 100, options.many_records // 10, options.many_records]
    sizes = [size // LOAD.records * LOAD.records for size in sizes if size >= LOAD.records]
    contestants = (TAP, BARE_LOOP)
    with running_server(LOAD) as server:
        server.warm(sizes[-1] // LOAD.records)
        configs = {
            0: server.config(1, poll_interval_seconds=0, end_date=SMALL_RUN),
            **{
                size: server.config(size // LOAD.records, poll_interval_seconds=0) for size in sizes
            },
        }
        runs = interleave(
            {
                f"{each.name} {size}": partial(
                    measure, each.command(write_config(folder, str(size), config))
                )
                for size, config in configs.items()
                for each in contestants
            },
            options.rounds,
            "Flat cost",
        )
    return Figures(
        f"Windows of {LOAD.records:,} records, pages of 1,000. {options.setting}",
        _table(
            sizes, *([runs[f"{each.name} {size}"] for size in (0, *sizes)] for each in contestants)
        ),
    )


def _table(
    sizes: Sequence[int], tap: Sequence[Sequence[Run]], loop: Sequence[Sequence[Run]]
) -> Table:
    tap_costs = [_costs(runs, tap[0], size) for runs, size in zip(tap[1:], sizes, strict=True)]
    loop_costs = [_costs(runs, loop[0], size) for runs, size in zip(loop[1:], sizes, strict=True)]
    rows = [
        ["2 (start-up)", "–", "–", _memory(tap[0]), _memory(loop[0])],
    ]
    for position, size in enumerate(sizes):
        rows.append(
            [
                f"{size:,}",
                str(ratios(tap_costs[position], tap_costs[-1])),
                str(ratios(tap_costs[position], loop_costs[position])),
                _memory(tap[1 + position]),
                _memory(loop[1 + position]),
            ]
        )
    return Table(
        [
            "Records",
            f"Time a record beyond start-up, × that at {sizes[-1]:,}",
            "… × that of the bare loop",
            "Peak memory, MB",
            "… of the bare loop, MB",
        ],
        rows,
    )


def _costs(runs: Sequence[Run], start_up: Sequence[Run], records: int) -> list[float]:
    return [
        (run.seconds - start.seconds) / records for run, start in zip(runs, start_up, strict=True)
    ]


def _memory(runs: Sequence[Run]) -> str:
    return write_number(spread(run.peak_megabytes for run in runs).median)
