"""Rehearse a release: build it, and use it as a new user does: `python3 tasks.py release`.

The distributions are served by an index on loopback, before the user's own, and their plugins by a
Meltano Hub on loopback. In an empty folder pipx and `meltano add` install from these, then a
simulated org is loaded into DuckDB twice, as the quick start says.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from scripts.generate.plugin_definition import DEFINITION, LOADER_DEFINITION
from scripts.release.build import checked
from scripts.release.distributions import (
    DIST,
    LOADER,
    TAP,
    Distribution,
    DistributionError,
    build,
    find,
)
from scripts.release.five_minutes import load_twice
from scripts.release.machine import Machine, StepError
from scripts.release.server import add_hub, add_index, file_server


def main() -> int:
    """Rehearse a release, and say what was shown.

    Returns:
        0 where everything works.
    """
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dist", type=Path, help="the folder of what was built before")
    arguments = parser.parse_args()
    started = time.monotonic()
    try:
        distributions = find(arguments.dist) if arguments.dist else build(DIST)
        wrong = checked(distributions)
        shown = "" if wrong else rehearse(distributions)
    except (DistributionError, StepError, subprocess.CalledProcessError) as error:
        wrong = [str(error)]
    if wrong:
        sys.stderr.write("\n".join(["NOT READY:", *wrong, ""]))
        return 1
    sys.stdout.write(f"Ready: {shown} ({time.monotonic() - started:.0f} s)\n")
    return 0


def rehearse(distributions: list[Distribution]) -> str:
    """Install and use distributions in a temporary folder.

    Returns:
        What was shown.

    Raises:
        StepError: A step failed.
    """
    tap, loader = distributions
    with tempfile.TemporaryDirectory() as folder:
        served = Path(folder, "served")
        served.mkdir()
        with file_server(served) as server:
            index = add_index(server, distributions)
            definitions = {"extractors": DEFINITION, "loaders": LOADER_DEFINITION}
            machine = Machine(Path(folder, "machine"), index, add_hub(server, definitions))
            machine.folder.mkdir()
            installed_by_pipx(machine, tap)
            rows = load_twice(machine)
            wheels = {f"/simple/{one.project.name}/{one.wheel.name}" for one in distributions}
            if missing := wheels - server.sent:
                raise StepError(f"Installed from elsewhere than the index here: {sorted(missing)}")
    return (
        f"{TAP.name} {tap.version} and {LOADER.name} {loader.version} install with pipx and by "
        f"`meltano add`, and loaded {rows:,} of {rows:,} interactions; a second run found nothing "
        "new"
    )


def installed_by_pipx(machine: Machine, tap: Distribution) -> None:
    """Install the tap with pipx, with what the simulator and the report need, and ask it.

    Raises:
        StepError: It is of another version, or answers something else than it should.
    """
    say(f"pipx install {TAP.name}")
    pipx = (sys.executable, "-m", "pipx")
    machine.run(*pipx, "install", "--quiet", f"{TAP.name}[report,simulator]=={tap.version}")
    command = machine.programs / TAP.name
    for option, expected in (
        ("--version", f"{TAP.name} v{tap.version}"),
        ("--about", "client_secret"),
        ("--discover", '"tap_stream_id":"interactions"'),
    ):
        if expected not in machine.run(command, option):
            raise StepError(f"{TAP.name} {option} does not say {expected}")


def say(line: str) -> None:
    """Print what is being done."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
