"""What the long tests share: their options, the loader, and the figures they measure."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from scripts.clean_environment import installing_environment, meltano
from tests.reliability.figures import broken_promises, describe_figures, write_figures

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reliability.md"
DEFAULT_KILLS = 200
DEFAULT_SCHEDULES = 520
DEFAULT_SOAK_MINUTES = 120.0
LOADER = "target-duckdb-bulk"

Figures: TypeAlias = Callable[[str, str, object], None]

_MEASURED = pytest.StashKey[dict[str, dict[str, str]]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--kills", type=int, default=DEFAULT_KILLS, help="runs to kill")
    parser.addoption(
        "--schedules", type=int, default=DEFAULT_SCHEDULES, help="random schedules of faults"
    )
    parser.addoption(
        "--soak-minutes", type=float, default=DEFAULT_SOAK_MINUTES, help="how long the soak lasts"
    )


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_MEASURED] = {}


def pytest_sessionfinish(session: pytest.Session) -> None:
    measured = session.config.stash[_MEASURED]
    if broken_promises(measured):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    measured = config.stash[_MEASURED]
    if not measured:
        return
    terminalreporter.section("figures")
    for line in describe_figures(measured):
        terminalreporter.line(line)
    for broken in broken_promises(measured):
        terminalreporter.line(f"not written, as it should be 0: {broken}", red=True)
    if not broken_promises(measured):
        write_figures(PAGE, measured)
        terminalreporter.line(f"written into {PAGE.relative_to(ROOT)}")


@pytest.fixture(scope="session")
def figures(request: pytest.FixtureRequest) -> Figures:
    """Note a figure: its section, its name, its value. Counts and ratios, no places or names."""
    measured = request.config.stash[_MEASURED]

    def note(section: str, name: str, value: object) -> None:
        text = f"{value:,}" if isinstance(value, (int, float)) else str(value)
        measured.setdefault(section, {})[name] = text

    return note


@pytest.fixture(scope="session")
def kills(request: pytest.FixtureRequest) -> int:
    """How many runs are to be killed."""
    return int(request.config.getoption("--kills", DEFAULT_KILLS))


@pytest.fixture(scope="session")
def schedule_count(request: pytest.FixtureRequest) -> int:
    """How many random schedules of faults are to be run, over all search APIs."""
    return int(request.config.getoption("--schedules", DEFAULT_SCHEDULES))


@pytest.fixture(scope="session")
def soak_minutes(request: pytest.FixtureRequest) -> float:
    """How long nights are to follow each other."""
    return float(request.config.getoption("--soak-minutes", DEFAULT_SOAK_MINUTES))


@pytest.fixture(scope="session")
def loader() -> Path:
    """The loader for DuckDB, in an environment of its own, as Meltano installs it."""
    command = ROOT / ".meltano" / "loaders" / "target-duckdb" / "venv" / "bin" / LOADER
    if not command.exists():
        subprocess.run(
            meltano("install", "loader", "target-duckdb"),
            cwd=ROOT,
            env=installing_environment(),
            check=True,
        )
    return command
