"""What is measured: a module a section, each with a function that measures it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.sections import (
    concurrency,
    detail_tables,
    flat_cost,
    mapped,
    request_economy,
    shared_budget,
    start_up,
    throughput,
    warehouse,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from benchmarks.figures import Figures
    from benchmarks.options import Options

SECTIONS: Mapping[str, Callable[[Options, Path], Figures]] = {
    "throughput": throughput.measure_all,
    "throughput-long": throughput.measure_long,
    "mapped": mapped.measure_maps,
    "detail-tables": detail_tables.measure_tables,
    "into-duckdb": warehouse.measure_interactions,
    "tables-into-duckdb": warehouse.measure_tables,
    "tables-into-duckdb-long": warehouse.measure_many_tables,
    "flat-cost": flat_cost.measure_sizes,
    "start-up": start_up.measure_commands,
    "concurrency": concurrency.measure_concurrency,
    "request-economy": request_economy.measure_economy,
    "shared-budget": shared_budget.measure_pairs,
}
