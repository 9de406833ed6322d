"""Sixty nights over and over, each a tap and a loader: nothing grows, nothing is lost."""

from __future__ import annotations

import json
import statistics
import subprocess
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

import duckdb
import pytest

from genesys_cloud_simulator import Org
from tests.reliability.nights import moment_of
from tests.reliability.peak_memory import watch_peak
from tests.reliability.pipeline import TAP, last_state, write_configs
from tests.support.running_simulator import running_simulator
from tests.support.singer_run import catalog_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.reliability.conftest import Figures
    from tests.support.running_simulator import RunningSimulator

pytestmark = [pytest.mark.reliability, pytest.mark.timeout(6 * 3600)]

NIGHTS = 60
FIRST_NIGHTS = 20
MOST_GROWTH = 1.15
TABLES = {
    "interaction_search": ("interactions",),
    "conversation_jobs": ("interactions", "conversations", "conversation_metrics"),
    "conversation_query": ("interactions", "conversations", "conversation_metrics"),
}
QUERY = "conversation_query"
KEYS = {
    "interactions": ("id",),
    "conversations": ("conversation_id",),
    "conversation_metrics": ("conversation_id", "participant_id", "session_id", "position"),
}


@dataclass
class Soaked:
    """What some nights took.

    Attributes:
        tap: The peak memory of the tap in each night, in MB.
        loader: That of the loader.
        states: The length of each state, in characters.
    """

    tap: list[float] = field(default_factory=list)
    loader: list[float] = field(default_factory=list)
    states: list[int] = field(default_factory=list)


def test_nights_leave_nothing_behind_and_take_no_more_memory_than_the_first(
    soak_minutes: float, loader: Path, tmp_path: Path, figures: Figures
) -> None:
    ends_at = time.monotonic() + 60 * soak_minutes
    tally: Counter[str] = Counter()
    growth: list[tuple[float, float]] = []
    for number in count():
        api = tuple(TABLES)[number % len(TABLES)]
        org = Org(seed=100 + number, days=NIGHTS + 2, interactions=6_000)
        with running_simulator(org) as running:
            soaked, once = tmp_path / f"{number}-nights", tmp_path / f"{number}-once"
            nights = load_nights(running, api, soaked, loader)
            run(running, api, once, loader)  # all days in the last night, without a state
        compare(api, soaked, once, tally)
        tally["Nights"] += NIGHTS
        growth.append((grown(nights.tap), grown(nights.loader)))
        assert max(nights.states[FIRST_NIGHTS:]) < 2 * max(nights.states[:FIRST_NIGHTS])
        if time.monotonic() > ends_at:
            break
    for name, value in tally.items():
        figures("Soak", name, value)
    taps, loaders = zip(*growth, strict=True)
    figures("Soak", "Memory of the tap, last 20 nights to first 20", f"{max(taps):.2f}")
    figures("Soak", "Memory of the loader, last 20 nights to first 20", f"{max(loaders):.2f}")
    assert max(taps) < MOST_GROWTH
    assert not +Counter({name: tally[name] for name in tally if name.startswith("…")})


def load_nights(running: RunningSimulator, api: str, folder: Path, loader: Path) -> Soaked:
    """Load each night, with the state of the night before."""
    nights = Soaked()
    for night in range(1, NIGHTS + 1):
        running.simulator.now = moment_of(running.simulator.org, night)
        tap, target = run(running, api, folder, loader)
        nights.tap.append(tap)
        nights.loader.append(target)
        nights.states.append(len(last_state(folder) or ""))
    return nights


def run(running: RunningSimulator, api: str, folder: Path, loader: Path) -> tuple[float, float]:
    """Run tap and loader at default settings, and measure the peak memory of each, in MB."""
    folder.mkdir(exist_ok=True)
    config = {
        name: running.config[name]
        for name in ("client_id", "client_secret", "auth_url", "api_url", "start_date")
    } | {
        "end_date": running.simulator.now.isoformat() if running.simulator.now else None,
        "search_api": api,
        "requests_per_minute": running.config["requests_per_minute"],
        "poll_interval_seconds": 0.01,
    }
    write_configs(
        folder,
        config,
        {"path": str(folder / "loaded.duckdb"), "default_target_schema": "genesys"},
    )
    catalog = catalog_of("search_audits", "interaction_facets", *TABLES[api], **config)
    (folder / "catalog.json").write_text(json.dumps(catalog))
    (folder / "state.json").write_text(last_state(folder) or "{}")
    with (
        (folder / "stderr").open("wb") as stderr,
        (folder / "states").open("ab") as states,
        subprocess.Popen(
            [
                TAP,
                *("--config", folder / "tap.json", "--catalog", folder / "catalog.json"),
                *("--state", folder / "state.json"),
            ],
            stdout=subprocess.PIPE,
            stderr=stderr,
        ) as tap,
        subprocess.Popen(
            [loader, "--config", folder / "loader.json"],
            stdin=tap.stdout,
            stdout=states,
            stderr=stderr,
        ) as target,
    ):
        assert tap.stdout is not None
        tap.stdout.close()  # the loader's end of the pipe is the only one
        peaks: dict[int, float] = {}
        watchers = [
            threading.Thread(target=watch_peak, args=(process, peaks)) for process in (tap, target)
        ]
        for watcher in watchers:
            watcher.start()
        for watcher in watchers:
            watcher.join()
    assert (tap.returncode, target.returncode) == (0, 0), (folder / "stderr").read_text()
    return peaks[tap.pid], peaks[target.pid]


def compare(api: str, soaked: Path, once: Path, tally: Counter[str]) -> None:
    """Count what the nights have not loaded, and what they have left open."""
    with duckdb.connect() as connection:
        for name, folder in (("nights", soaked), ("once", once)):
            connection.execute(f"ATTACH '{folder / 'loaded.duckdb'}' AS {name} (READ_ONLY)")

        def number(query: str) -> int:
            return int(connection.execute(query).fetchall()[0][0])

        for table in TABLES[api]:
            keys = ", ".join(KEYS[table])
            tally["Rows"] += number(f"SELECT count(*) FROM once.genesys.{table}")  # noqa: S608
            missing = (
                f"SELECT count(*) FROM once.genesys.{table} "  # noqa: S608
                f"ANTI JOIN nights.genesys.{table} USING ({keys})"
            )
            late = number(f"{missing} {began_again(table)}") if api == QUERY else 0
            tally["… missing"] += number(missing) - late
            tally["Rows of conversations that began again, which the query does not find"] += late
            tally["… twice"] += number(
                f"SELECT count(*) - count(DISTINCT ({keys})) FROM nights.genesys.{table}"  # noqa: S608
            )
        if "conversations" in TABLES[api]:
            tally["… ended and left open"] += number(
                "SELECT count(*) FROM once.genesys.conversations AS latest "
                "JOIN nights.genesys.conversations AS loaded USING (conversation_id) "
                "WHERE latest.conversation_end IS NOT NULL AND loaded.conversation_end IS NULL"
            )


def grown(values: list[float]) -> float:
    """Tell by how much the last nights take more than the first, by their medians."""
    first, last = values[:FIRST_NIGHTS], values[-FIRST_NIGHTS:]
    return statistics.median(last) / statistics.median(first)


def began_again(table: str) -> str:
    """Write the condition that a row is of a conversation which has ended, and began again.

    By then the lookback was over, and the conversation query finds conversations by their start
    (docs/how-to/run-every-night.md).
    """
    id_column = KEYS[table][0]
    return (
        f"WHERE {id_column} IN (SELECT latest.conversation_id "  # noqa: S608
        "FROM once.genesys.conversations AS latest "
        "JOIN nights.genesys.conversations AS loaded USING (conversation_id) "
        "WHERE loaded.conversation_end < coalesce(latest.conversation_end, 'infinity'))"
    )
