"""Environments for contestants whose dependencies the tap can't or need not be installed with."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from benchmarks.running_server import ROOT
from scripts.clean_environment import installing_environment, meltano
from tasks import find_uv

TAP, LOADER = "tap-genesys-search", "target-duckdb"
"""As `meltano.yml` names them."""


def python_for(script: Path) -> str:
    """Install what a script says it needs, and find the Python that has it.

    Args:
        script: Says so at its top, as inline script metadata.

    Returns:
        The command that runs it; so a run is not measured with what looks for it.
    """
    _uv("sync", "--quiet", "--script", script)
    found = subprocess.run(
        [find_uv(), "python", "find", "--script", script],
        env=_environment(),
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return found.stdout.strip()


def loader_command() -> str:
    """Install the loader of this repository, and find its command."""
    folder = ROOT / "loader"
    _uv("sync", "--quiet", "--frozen", "--project", folder)
    return str(folder / ".venv" / Path(sys.executable).parent.name / "target-duckdb-bulk")


def install_plugins() -> None:
    """Let Meltano install the tap and the loader of `meltano.yml`."""
    subprocess.run(
        meltano("--environment=production", "run", "--only-install", TAP, LOADER),
        cwd=ROOT,
        env=installing_environment(),
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _uv(*arguments: str | Path) -> None:
    subprocess.run([find_uv(), *arguments], env=_environment(), check=True)


def _environment() -> dict[str, str]:
    return {
        **installing_environment(),
        "UV_PYTHON": sys.executable,
        "UV_PYTHON_DOWNLOADS": "never",
    }
