"""The demo: extract a simulated org through Meltano into DuckDB, and compare the two.

Run it from the project's checkout: `python3 tasks.py demo`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import duckdb

from tap_genesys_search.simulator.org import Org
from tap_genesys_search.simulator.server import Simulator

ENVIRONMENT = "simulator"
DATABASE = Path("output/simulator.duckdb")
STREAMS = ("interactions", "interaction_facets", "search_audits")
ORG = Org(seed=1, start=datetime(2026, 1, 5, tzinfo=timezone.utc), days=8, interactions=24_000)
MELTANO = Path(sys.executable).parent / "meltano"


@dataclass(frozen=True)
class Loaded:
    """What is in the database.

    Attributes:
        rows: Stream to number of rows.
        interaction_ids: Ids of the interactions.
        audits: Completed searches as (hit rate in percent, latency in ms).
    """

    rows: dict[str, int]
    interaction_ids: set[str]
    audits: list[tuple[float, int]]


def main() -> int:
    """Run the demo.

    Returns:
        0 where the database holds exactly the interactions that the simulator holds.
    """
    before = read_database()
    if before is None:
        # A state left over from a deleted database would make the run skip what is missing.
        run_meltano(
            "state", "clear", "--force", f"{ENVIRONMENT}:tap-genesys-search-to-target-duckdb"
        )
    started = time.monotonic()
    simulator = Simulator(ORG, query_seconds=0.2)
    with simulator.running() as url:
        say(f"A Genesys Cloud simulator holds {ORG.interactions:,} interactions at {url}")
        say("meltano run tap-genesys-search target-duckdb (the first time installs both)")
        run_meltano("run", "tap-genesys-search", "target-duckdb", server=url)
    after = read_database()
    if after is None:
        say(f"Nothing was loaded: {DATABASE} does not exist")
        return 1
    describe(before, after, time.monotonic() - started, len(simulator.requests))
    missing = ORG.interactions - len(
        after.interaction_ids & set(ORG.ids_between(ORG.start, ORG.end))
    )
    if missing or after.rows["interactions"] != ORG.interactions:
        say(f"NOT COMPLETE: {missing:,} interactions of the simulator are missing")
        return 1
    say("Complete: the database holds the simulator's interactions, each one once")
    return 0


def run_meltano(*arguments: str, server: str | None = None) -> None:
    """Run Meltano in the environment of the simulator, which may be on any port."""
    environment = {**os.environ, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
    if server:
        # Variables go before meltano.yml, and before a .env file with a real org's credentials.
        environment |= {
            "TAP_GENESYS_SEARCH_CLIENT_ID": "simulator-client",
            "TAP_GENESYS_SEARCH_CLIENT_SECRET": "simulator-secret",
            "TAP_GENESYS_SEARCH_AUTH_URL": server,
            "TAP_GENESYS_SEARCH_API_URL": server,
        }
    subprocess.run(  # noqa: S603
        [MELTANO, f"--environment={ENVIRONMENT}", *arguments],
        check=True,
        env=environment,
        stdout=sys.stderr,
    )


def read_database() -> Loaded | None:
    """Read what is loaded, or None where there is no database yet."""
    if not DATABASE.exists():
        return None
    with duckdb.connect(str(DATABASE), read_only=True) as connection:

        def rows(query: str) -> list[tuple[Any, ...]]:
            return connection.execute(query).fetchall()

        return Loaded(
            rows={
                stream: rows(f"select count(*) from genesys.{stream}")[0][0]  # noqa: S608
                for stream in STREAMS
            },
            interaction_ids={row[0] for row in rows("select id from genesys.interactions")},
            audits=[
                (float(hit_rate), int(latency))
                for hit_rate, latency in rows(
                    "select hit_rate_percentage, latency_ms from genesys.search_audits "
                    "where status = 'completed'"
                )
            ],
        )


def describe(before: Loaded | None, after: Loaded, seconds: float, requests: int) -> None:
    """Print the summary."""
    hit_rates = [hit_rate for hit_rate, _ in after.audits]
    latencies = sorted(latency for _, latency in after.audits)
    say()
    say(f"{'Stream':<20}{'Rows':>10}{'New':>10}")
    for stream in STREAMS:
        rows = after.rows[stream]
        say(f"{stream:<20}{rows:>10,}{rows - (before.rows[stream] if before else 0):>10,}")
    say()
    hit_rate = sum(hit_rates) / len(hit_rates)
    say(f"Searches   {len(after.audits)} completed, hit rate {hit_rate:.2f} %")
    say(
        f"Latency    {latencies[len(latencies) // 2] / 1000:.1f} s median, "
        f"{latencies[-1] / 1000:.1f} s longest"
    )
    say(f"This run   {seconds:.0f} s, {requests} requests")
    say(f"Database   {DATABASE} (tables genesys.interactions, …)")
    say()


def say(line: str = "") -> None:
    """Print one line of the demo."""
    print(line, flush=True)  # noqa: T201


if __name__ == "__main__":
    try:
        sys.exit(main())
    except subprocess.CalledProcessError:
        sys.exit("The demo failed: Meltano's lines above say why")
