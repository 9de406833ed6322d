"""Environments for contestants whose dependencies the tap can't or need not be installed with."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from scripts.clean_environment import installing_environment
from tasks import find_uv

if TYPE_CHECKING:
    from pathlib import Path


def python_for(script: Path) -> str:
    """Install what a script says it needs, and find the Python that has it.

    Args:
        script: Says so at its top, as inline script metadata.

    Returns:
        The command that runs it; so a run is not measured with what looks for it.
    """
    uv = find_uv()
    environment = {
        **installing_environment(),
        "UV_PYTHON": sys.executable,
        "UV_PYTHON_DOWNLOADS": "never",
    }
    subprocess.run([uv, "sync", "--quiet", "--script", script], env=environment, check=True)
    found = subprocess.run(
        [uv, "python", "find", "--script", script],
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return found.stdout.strip()
