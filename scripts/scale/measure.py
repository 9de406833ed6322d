"""Measure what docs/scale.md is derived from: `python3 -m scripts.scale.measure`.

Takes the parts to measure, all if none: `searches`, `loading`, `partition`. `loading` needs the
loaders, `meltano install`; it starts a PostgreSQL server, unless SCALE_POSTGRESQL_URL has the
address of one, where schemas are made and dropped.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genesys_cloud_simulator import Org, Simulator
from scripts.clean_environment import clean_environment, enter_clean_environment, meltano
from scripts.scale.costs import MEASURED
from scripts.scale.extracted_day import START, extract
from scripts.scale.loaded_sizes import ROOT, load_and_weigh

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

A_DAY = 91_000
"""A hundred million interactions in three years."""
PAGES = {
    "interaction_search": 1000,
    "conversation_jobs": 1000,
    "conversation_query": 100,
    "transcript_search": 100,
}
SEARCHES = ("submit", "job_submit")
AT_ONCE = ("conversation_query", "transcript_search")
"""Their searches are answered at once, so the time between polls does not matter."""
SHARE = 75
"""Requests a minute of one partition in four. With more to spare the tap polls more often."""


def main(parts: list[str]) -> int:
    """Measure all, or the parts named, and keep them beside what was measured before."""
    kept = json.loads(MEASURED.read_text(encoding="utf-8")) if MEASURED.exists() else {}
    for part in parts or PARTS:
        with tempfile.TemporaryDirectory() as folder:
            kept.update(PARTS[part](Path(folder), kept))
    MEASURED.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    return 0


def measure_searches(folder: Path, _: dict[str, Any]) -> dict[str, Any]:
    """Count the requests of a day that is full, and of one that is all but empty."""
    costs: dict[str, dict[str, float]] = {}
    for search_api, page in PAGES.items():
        empty = count_requests(search_api, page, 1, folder)[0]
        full, searches, found = count_requests(search_api, page, A_DAY, folder)
        costs[search_api] = {
            "page": page,
            "partition_requests": empty,
            "page_requests": round((full - empty) * page / found, 3),
            "page_searches": round(searches * page / found, 3),
        }
    setting = (
        f"A day of {A_DAY:,} interactions, as many as 100 million in three years have, searches of "
        f"1.5 to 2.5 s, 2 in flight, {SHARE} requests a minute; "
        f"{os.cpu_count()} cores, Python {platform.python_version()}."
    )
    return {"setting": setting, "search_apis": costs}


def count_requests(
    search_api: str, page: int, interactions: int, folder: Path
) -> tuple[int, int, int]:
    """Extract a day; count the requests, the searches submitted and what was found."""
    simulator = Simulator(
        Org(1, START, 1, interactions), requests_per_minute=10**6, query_seconds=2
    )
    messages = folder / "searched.jsonl"
    with simulator.running() as url:
        config = {
            "search_api": search_api,
            "page_size": page,
            "max_concurrent_searches": 2,
            "requests_per_minute": 10**5 if search_api in AT_ONCE else SHARE,
        }
        extract(url, config, messages, ["interactions"])
    counts = simulator.log.by_operation
    with messages.open("rb") as lines:
        found = sum(b'"type":"RECORD"' in line[:40] for line in lines)
    say(f"{search_api}: {found:,} of {interactions:,} interactions by {dict(counts)}")
    return counts.total(), sum(counts[operation] for operation in SEARCHES), found


def measure_partition(folder: Path, _: dict[str, Any]) -> dict[str, Any]:
    """Time a run by Meltano of a day that is all but empty."""
    simulator = Simulator(Org(1, START, 1, 1), requests_per_minute=10**6)
    with simulator.running() as url:
        environment = {
            **clean_environment(),
            "TAP_GENESYS_SEARCH_CLIENT_ID": "simulator-client",
            "TAP_GENESYS_SEARCH_CLIENT_SECRET": "simulator-secret",
            "TAP_GENESYS_SEARCH_AUTH_URL": url,
            "TAP_GENESYS_SEARCH_API_URL": url,
            "TAP_GENESYS_SEARCH_START_DATE": "2026-01-05",
            "TAP_GENESYS_SEARCH_END_DATE": "2026-01-06",
            "TARGET_DUCKDB_PATH": f"{folder}/empty.duckdb",
            "MELTANO_DATABASE_URI": f"sqlite:///{folder}/meltano.db",
        }
        started = time.monotonic()
        subprocess.run(  # noqa: S603
            meltano(
                *("--environment=production", "run", "--no-install"),
                *("--full-refresh", "--refresh-catalog", "tap-genesys-search", "target-duckdb"),
            ),
            cwd=ROOT,
            env=environment,
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        return {"partition_seconds": round(time.monotonic() - started, 1)}


def say(line: str) -> None:
    """Print how far the measurement is."""
    sys.stderr.write(f"{line}\n")


PARTS: Mapping[str, Callable[[Path, dict[str, Any]], dict[str, Any]]] = {
    "searches": measure_searches,
    "loading": load_and_weigh,
    "partition": measure_partition,
}

if __name__ == "__main__":
    enter_clean_environment()
    sys.exit(main(sys.argv[1:]))
