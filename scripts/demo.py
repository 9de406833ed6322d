"""The demo: load a simulated org through Meltano into DuckDB, build marts and page, compare.

Run it from the project's checkout: `python3 tasks.py demo`.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import duckdb

from genesys_cloud_simulator.org.org import Org
from genesys_cloud_simulator.server import Simulator
from scripts.clean_environment import clean_environment, installing_environment, meltano

ENVIRONMENT = "simulator"

DATABASE = Path("output/simulator.duckdb")

LOG = Path("output/demo.log")
"""All lines of Meltano and the plugins; the terminal shows those that tell how far the taps are."""

PAGE = Path("output/report.html")

LOADER = "target-duckdb"

SEARCHES, CONVERSATIONS = EXTRACTORS = ("tap-genesys-search", "tap-genesys-conversations")

SEARCHED = ("interactions", "interaction_facets", "search_audits")

ORG = Org(seed=1, start=datetime(2026, 1, 5, tzinfo=timezone.utc), days=8, interactions=24_000)

MARTS = "dbt-duckdb:build"

SHOWN_LINE = re.compile(r"\[\w+\s*\] (?:(tap-\S+)\s+(?!METRIC)|(dbt-\S+)\s+\S+\s+(?=Done\.))(.*)")
"""A line of a tap, or the last one of dbt, as Meltano shows it: after moment and level the name of
the plugin and its words."""


@dataclass(frozen=True)
class Loaded:
    """What is in the database.

    Attributes:
        rows: Table to number of rows.
        interaction_ids: Ids of the interactions.
        conversation_ids: Ids of the conversations.
        audits: Completed searches as (completeness in percent, latency in ms).
    """

    rows: dict[str, int]
    interaction_ids: set[str]
    conversation_ids: set[str]
    audits: list[tuple[float, int]]


@dataclass(frozen=True)
class Marts:
    """What dbt has built.

    Attributes:
        tables: Number of tables.
        metrics: Metric to the number of groups in which conversations and the platform's own
            aggregates were compared, and of those in which they agree.
    """

    tables: int
    metrics: dict[str, tuple[int, int]]


def main() -> int:
    """Run the demo.

    Returns:
        0 where the database holds exactly the interactions that the simulator holds.
    """
    before = read_database()
    LOG.write_text("", encoding="utf-8")
    if before is None:
        # A state left over from a deleted database would make the run skip what is missing.
        for extractor in EXTRACTORS:
            run_meltano("state", "clear", "--force", f"{ENVIRONMENT}:{extractor}-to-{LOADER}")
    started = time.monotonic()
    simulator = Simulator(ORG, query_seconds=0.2)
    with simulator.running() as url:
        say(f"A Genesys Cloud simulator holds {ORG.interactions:,} interactions at {url}")
        pipelines = [plugin for extractor in EXTRACTORS for plugin in (extractor, LOADER)]
        say(f"meltano run {' '.join([*pipelines, MARTS])}")
        run_meltano("run", *pipelines, MARTS, server=url)
    after = read_database()
    if after is None:
        say(f"Nothing was loaded: {DATABASE} does not exist")
        return 1
    build_page()
    describe(before, after)
    describe_marts(read_marts())
    describe_run(time.monotonic() - started, len(simulator.requests))
    expected = set(ORG.ids_between(ORG.start, ORG.end))
    for name, found in (
        ("interactions", after.interaction_ids),
        ("conversations", after.conversation_ids),
    ):
        if found != expected or after.rows[name] != len(expected):
            say(f"NOT COMPLETE: of {len(expected):,} {name} {len(found & expected):,} are there")
            return 1
    say(
        "Complete: the database holds the simulator's interactions and conversations, each one once"
    )
    return 0


def run_meltano(*arguments: str, server: str | None = None) -> None:
    """Run Meltano in the environment of the simulator, which may be on any port.

    It sees no setting of the user's, but the way to the package index: it installs what is missing.
    """
    environment = installing_environment() | (variables_for(server) if server else {})
    command = meltano(f"--environment={ENVIRONMENT}", *arguments)
    with (
        LOG.open("a", encoding="utf-8") as log,
        subprocess.Popen(  # noqa: S603
            command,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        ) as running,
    ):
        for line in running.stdout or ():
            log.write(line)
            if found := SHOWN_LINE.search(line):
                print(*filter(None, found.groups()), file=sys.stderr, flush=True)  # noqa: T201
    if running.returncode:
        raise subprocess.CalledProcessError(running.returncode, command)


def variables_for(server: str) -> dict[str, str]:
    """Choose the variables, which go before meltano.yml, for a run against a simulator."""
    return {
        "TAP_GENESYS_SEARCH_CLIENT_ID": "simulator-client",
        "TAP_GENESYS_SEARCH_CLIENT_SECRET": "simulator-secret",
        "TAP_GENESYS_SEARCH_AUTH_URL": server,
        "TAP_GENESYS_SEARCH_API_URL": server,
        # The stream maps of docs/warehouses.md may stand in meltano.yml, and `.env` is not read.
        "CUSTOMER_PEPPER": "the pepper of the demo",
    }


def build_page() -> None:
    """Build the page about what was loaded."""
    report = [sys.executable, "-m", "tap_genesys_search.report.cli"]
    # The org's days are in the past: the page is that of the morning after them.
    morning = ORG.end + timedelta(hours=6)
    command = [*report, str(DATABASE), "--output", str(PAGE), "--as-of", morning.isoformat()]
    subprocess.run(command, env=clean_environment(), stdout=subprocess.DEVNULL, check=True)  # noqa: S603


def read_database() -> Loaded | None:
    """Read what is loaded, or None where there is no database yet."""
    if not DATABASE.exists():
        return None
    with duckdb.connect(str(DATABASE), read_only=True) as connection:

        def rows(query: str) -> list[tuple[Any, ...]]:
            return connection.execute(query).fetchall()

        tables = rows(
            "select table_name from information_schema.tables "
            "where table_schema = 'genesys' order by table_name"
        )

        def of(table: str, columns: str) -> list[tuple[Any, ...]]:
            # A demo that failed before has not made each table.
            there = (table,) in tables
            return rows(f"select {columns} from genesys.{table}") if there else []  # noqa: S608

        return Loaded(
            rows={
                table: rows(f"select count(*) from genesys.{table}")[0][0]  # noqa: S608
                for (table,) in tables
            },
            interaction_ids={row[0] for row in of("interactions", "id")},
            conversation_ids={row[0] for row in of("conversations", "conversation_id")},
            audits=[
                (float(hit_rate), int(latency))
                for status, hit_rate, latency in of(
                    "search_audits", "status, hit_rate_percentage, latency_ms"
                )
                if status == "completed"
            ],
        )


def read_marts() -> Marts:
    """Read what dbt has built, and how it compares."""
    with duckdb.connect(str(DATABASE), read_only=True) as connection:
        (tables,) = connection.execute(
            "select count(*) from information_schema.tables "
            "where table_schema = 'genesys_marts' and table_type = 'BASE TABLE'"
        ).fetchall()[0]
        metrics = connection.execute(
            "select metric, compared_groups, agreeing_groups "
            "from genesys_marts.rec_genesys__metric_totals"
        ).fetchall()
    return Marts(
        tables=tables,
        metrics={metric: (int(compared), int(agreeing)) for metric, compared, agreeing in metrics},
    )


def describe(before: Loaded | None, after: Loaded) -> None:
    """Print which rows were loaded, and how the searches went."""
    hit_rates = [hit_rate for hit_rate, _ in after.audits]
    latencies = sorted(latency for _, latency in after.audits)
    say()
    say(f"{'Table':<26}{'Rows':>10}{'New':>10}")
    for table in (*SEARCHED, *sorted(set(after.rows) - set(SEARCHED))):
        rows = after.rows[table]
        new = rows - (before.rows.get(table, 0) if before else 0)
        say(f"{table:<26}{rows:>10,}{new:>10,}")
    say()
    hit_rate = sum(hit_rates) / len(hit_rates)
    say(f"Searches   {len(after.audits)} completed, completeness {hit_rate:.2f} %")
    say(
        f"Latency    {latencies[len(latencies) // 2] / 1000:.1f} s median, "
        f"{latencies[-1] / 1000:.1f} s longest"
    )


def describe_marts(marts: Marts) -> None:
    """Print what dbt has built, and how it compares with the platform's own aggregates."""
    agreeing = sum(compared == agreed for compared, agreed in marts.metrics.values())
    groups = sum(compared for compared, _ in marts.metrics.values())
    say(
        f"Marts      {marts.tables} tables; {agreeing} of {len(marts.metrics)} metrics agree with "
        f"the platform's aggregates, in {groups:,} groups"
    )


def describe_run(seconds: float, requests: int) -> None:
    """Print what the run took, and where it has written to."""
    say(f"This run   {seconds:.0f} s, {requests} requests")
    say(f"Database   {DATABASE} (tables genesys.interactions, genesys_marts.fct_conversation, …)")
    say(f"Page       {PAGE} (open it in a browser)")
    say(f"Log        {LOG} (all lines of Meltano, the taps, the loader and dbt)")
    say()


def say(line: str = "") -> None:
    """Print one line of the demo."""
    print(line, flush=True)  # noqa: T201


if __name__ == "__main__":
    try:
        sys.exit(main())
    except subprocess.CalledProcessError:
        last = LOG.read_text(encoding="utf-8").splitlines()[-20:]
        advice = (
            f"The demo failed: the lines above, or all of {LOG}, say why. Run it again to resume"
        )
        sys.exit("\n".join([*last, advice]))
