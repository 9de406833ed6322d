"""The quick start's second part, in a Meltano project of one's own and against the simulator."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb

from scripts.clean_environment import meltano
from scripts.release.distributions import LOADER, TAP
from scripts.release.machine import StepError

if TYPE_CHECKING:
    from pathlib import Path

    from scripts.release.machine import Machine

INTERACTIONS = 1_000
START, END = "2026-01-05", "2026-01-08"
SIMULATOR = (
    "genesys-cloud-simulator",
    *("--port=0", f"--start={START}", "--days=3", f"--interactions={INTERACTIONS}"),
    "--query-seconds=0.2",
)

WAREHOUSE = "warehouse.duckdb"

DONE = re.compile(r"Done: .+ interactions found in (?P<windows>\d+) window")


@dataclass(frozen=True)
class Loaded:
    """What there is after a run.

    Attributes:
        interactions: All that are in DuckDB.
        searched: Number of windows that the run has searched.
    """

    interactions: list[tuple[Any, ...]]
    searched: int


def load_twice(machine: Machine) -> int:
    """Add tap and loader to a new project, test the connection, and load.

    Returns:
        The number of interactions in DuckDB, which is that of the simulated org.

    Raises:
        StepError: A command failed, rows are missing, or the second run changed some.
    """
    add_plugins(machine)
    program, *options = SIMULATOR
    with machine.running(machine.programs / program, *options) as line:
        url = line.split()[-1]
        configure(machine.project, url)
        check_connection(machine)
        first = load(machine)
        if len(first.interactions) != INTERACTIONS:
            raise StepError(f"{len(first.interactions)} of {INTERACTIONS} interactions are loaded")
        second = load(machine)
        if second.interactions != first.interactions:
            raise StepError("The second run changed interactions")
        if second.searched >= first.searched:
            raise StepError(f"The second run searched all {second.searched} windows again")
    report(machine)
    return len(first.interactions)


def add_plugins(machine: Machine) -> None:
    """Make a project, and add tap and loader as Meltano Hub defines them."""
    machine.run(*meltano("init", machine.project.name))
    for name in (TAP.name, LOADER.name):
        run_meltano(machine, "add", name)


def configure(project: Path, url: str) -> None:
    """Write the `.env` of the project, as the quick start says."""
    settings = {
        "TAP_GENESYS_SEARCH_CLIENT_ID": "simulator-client",
        "TAP_GENESYS_SEARCH_CLIENT_SECRET": "simulator-secret",
        "TAP_GENESYS_SEARCH_AUTH_URL": url,
        "TAP_GENESYS_SEARCH_API_URL": url,
        "TAP_GENESYS_SEARCH_START_DATE": START,
        "TAP_GENESYS_SEARCH_END_DATE": END,
        "TARGET_DUCKDB_BULK_PATH": WAREHOUSE,
        "TARGET_DUCKDB_BULK_DEFAULT_TARGET_SCHEMA": "genesys",
    }
    lines = [f"{name}={value}\n" for name, value in settings.items()]
    (project / ".env").write_text("".join(lines), encoding="utf-8")


def check_connection(machine: Machine) -> None:
    """Test the connection with the tap that pipx has installed, and with Meltano's.

    Raises:
        StepError: A test does not pass.
    """
    passed = "Connection test passed"
    said = machine.run(
        machine.programs / TAP.name, "--config=ENV", "--test", folder=machine.project
    )
    if passed not in said or passed not in run_meltano(machine, "invoke", TAP.name, "--test"):
        raise StepError(f"--test does not say {passed}")


def load(machine: Machine) -> Loaded:
    """Run tap and loader, and look into DuckDB.

    Raises:
        StepError: The tap does not say that it is done.
    """
    said = run_meltano(machine, "run", TAP.name, LOADER.name)
    done = DONE.search(said)
    if not done:
        raise StepError("The tap's last line is missing")
    with duckdb.connect(str(machine.project / WAREHOUSE), read_only=True) as connection:
        rows = connection.execute("select * from genesys.interactions order by id").fetchall()
    return Loaded(rows, int(done["windows"]))


def report(machine: Machine) -> None:
    """Build the page about what was loaded.

    Raises:
        StepError: It lacks the library that draws.
    """
    page = machine.project / "report.html"
    command = (machine.programs / "genesys-search-report", WAREHOUSE, f"--output={page.name}")
    machine.run(*command, folder=machine.project)
    if "vegaEmbed" not in page.read_text(encoding="utf-8"):
        raise StepError("The report has no library that draws")


def run_meltano(machine: Machine, *arguments: str) -> str:
    """Run a command of Meltano in the project."""
    command = meltano(*arguments, dotenv=machine.project / ".env")
    sys.stdout.write(f"meltano {' '.join(arguments)}\n")
    sys.stdout.flush()
    return machine.run(*command, folder=machine.project)
