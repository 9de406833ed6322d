"""How long it takes until all is in DuckDB, which is what people wait for."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

from benchmarks.contestant import DLT_PIPELINE, SDK_TAP, TAP, write_config
from benchmarks.contract import STREAM
from benchmarks.figures import Figures, Table
from benchmarks.interleaved import interleave
from benchmarks.options import describe_setting
from benchmarks.processes import Run, measure
from benchmarks.running_server import ROOT, Load, running_server
from benchmarks.script_environments import install_plugins, loader_command, python_for
from benchmarks.sections.detail_tables import (
    CONVERSATIONS_A_DAY,
    conversations_config,
    running_conversations,
    tap_command,
)
from benchmarks.sections.mapped import FLATTENED, HASHED, batch_config, parquet_config
from benchmarks.spread import spread, time_ratios, write_number
from benchmarks.warehouse import Warehouse, piped
from tap_genesys_search.records.conversations.tables import CONVERSATION_TABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from benchmarks.options import Options

LOAD = Load(records=5000)
ALONE = "tap-genesys-search alone, into nothing"
BULK = "tap-genesys-search, target-duckdb-bulk"
MELTANO = "The same by `meltano run`"
OLD = "tap-genesys-search, target-duckdb 0.8.0"
SDK = "Typical Singer SDK tap, target-duckdb 0.8.0"
DLT = "dlt"
HAS_OLD_TARGET = sys.version_info < (3, 14)
"""DuckDB 1.2, the last one that target-duckdb 0.8.0 loads all rows with, is built for no later."""


def measure_interactions(options: Options, folder: Path) -> Figures:
    """Load interactions, by all contestants."""
    windows = options.loaded_records // LOAD.records
    rows = windows * LOAD.records
    warehouse = Warehouse(folder / "warehouse.duckdb", {STREAM: rows})
    loader = _loader(warehouse, folder)
    install_plugins()
    with running_server(LOAD) as server:
        settings = server.config(windows, poll_interval_seconds=0)
        server.warm(windows)
        config = write_config(folder, "config", settings)

        def variant(name: str, **further: object) -> list[str]:
            varied = write_config(folder, name, {**settings, **further})
            return piped(TAP.command(varied), loader)

        batches = folder / "batches"
        batches.mkdir()
        lines = batch_config(batches, format="jsonl", compression="gzip")
        commands = {
            BULK: piped(TAP.command(config), loader),
            "… `customer_name` hashed": variant("hashed", **HASHED),
            "… flattened": variant("flattened", **FLATTENED),
            "… batches of JSON lines": variant("lines", **lines),
            "… batches of Parquet": variant("parquet", **parquet_config(batches)),
            MELTANO: warehouse.by_meltano(
                settings, ["interactions", "interaction_facets", "search_audits"]
            ),
            **_by_old_target(
                warehouse, folder, {OLD: TAP.command(config), SDK: SDK_TAP.command(config)}
            ),
            DLT: [*DLT_PIPELINE.command(config), f"--duckdb={warehouse.file}"],
        }
        return _compare(TAP.command(config), commands, warehouse, options.loading_rounds, rows)


def measure_tables(options: Options, folder: Path) -> Figures:
    """Load conversations as eight tables, by all contestants that make them."""
    return _measure_tables(options, folder, options.loaded_conversations, _all_ways)


def measure_many_tables(options: Options, folder: Path) -> Figures:
    """Load more of them, in the fastest way."""
    conversations = options.many_records // 25
    return _measure_tables(options, folder, conversations, _fastest_way)


def _measure_tables(
    options: Options, folder: Path, conversations: int, ways: Callable[..., dict[str, list[str]]]
) -> Figures:
    days = max(1, conversations // CONVERSATIONS_A_DAY)
    with running_conversations(days) as url:
        settings = conversations_config(url, days)
        config = write_config(folder, "config", settings)
        tap = tap_command(config, folder, "tables", {*CONVERSATION_TABLES, "search_audits"})
        tables = _rows_of(tap)
        warehouse = Warehouse(folder / "warehouse.duckdb", tables)
        commands = ways(warehouse, folder, tap, settings)
        return _compare(tap, commands, warehouse, options.loading_rounds, sum(tables.values()))


def _fastest_way(
    warehouse: Warehouse, folder: Path, tap: list[str], _: Mapping[str, object]
) -> dict[str, list[str]]:
    return {BULK: piped(tap, _loader(warehouse, folder))}


def _all_ways(
    warehouse: Warehouse, folder: Path, tap: list[str], settings: Mapping[str, object]
) -> dict[str, list[str]]:
    install_plugins()
    bare = [sys.executable, "-m", "benchmarks.contestants.bare_tables", str(folder / "config.json")]
    script = ROOT / "benchmarks" / "contestants" / "dlt_tables.py"
    keys = write_config(folder, "keys", _keys_of(folder / "tables.json"))
    dlt = [python_for(script), "-m", "benchmarks.contestants.dlt_tables", str(keys)]
    return {
        **_fastest_way(warehouse, folder, tap, settings),
        MELTANO: warehouse.by_meltano(settings, [*CONVERSATION_TABLES, "search_audits"]),
        **_by_old_target(warehouse, folder, {OLD: tap}),
        "Bare loop, dlt": piped(bare, [*dlt, str(warehouse.file)]),
    }


def _by_old_target(
    warehouse: Warehouse, folder: Path, taps: Mapping[str, list[str]]
) -> dict[str, list[str]]:
    if not HAS_OLD_TARGET:
        return {}
    script = ROOT / "benchmarks" / "contestants" / "old_target_duckdb.py"
    config = str(warehouse.loader_config(folder))
    module = "benchmarks.contestants.old_target_duckdb"
    target = [python_for(script), "-m", module, "--config", config]
    return {name: piped(tap, target) for name, tap in taps.items()}


def _loader(warehouse: Warehouse, folder: Path) -> list[str]:
    return [loader_command(), "--config", str(warehouse.loader_config(folder))]


def _rows_of(tap: Sequence[str]) -> dict[str, int]:
    """Count the rows of each table that the tap writes."""
    with subprocess.Popen(
        tap, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        messages = map(json.loads, process.stdout or ())
        streams = Counter(each["stream"] for each in messages if each["type"] == "RECORD")
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, list(tap))
    return {table: streams[table] for table in CONVERSATION_TABLES if table in streams}


def _keys_of(catalog: Path) -> dict[str, list[str]]:
    streams = json.loads(catalog.read_text(encoding="utf-8"))["streams"]
    return {each["stream"]: each["key_properties"] for each in streams}


def _compare(
    alone: Sequence[str],
    commands: Mapping[str, Sequence[str]],
    warehouse: Warehouse,
    rounds: int,
    rows: int,
) -> Figures:
    runs = interleave(
        {
            ALONE: partial(measure, alone),
            **{name: partial(warehouse.measure, command) for name, command in commands.items()},
        },
        rounds,
        f"{rows:,} rows into DuckDB",
    )
    tables = "" if STREAM in warehouse.tables else f" in {len(warehouse.tables)} tables"
    return Figures(f"{rows:,} rows{tables}. {describe_setting(rounds)}", _table(runs, rows))


def _table(runs: Mapping[str, Sequence[Run]], rows: int) -> Table:
    base = runs[ALONE]
    return Table(
        ["", "× time", "× CPU time", "Seconds", "Rows a second", "Peak memory, MB"],
        [
            [
                name,
                *time_ratios(measured, base),
                write_number(spread(run.seconds for run in measured).median),
                write_number(spread(rows / run.seconds for run in measured).median),
                write_number(spread(run.peak_megabytes for run in measured).median),
            ]
            for name, measured in runs.items()
        ],
    )
