#!/usr/bin/env python3
"""Set up this project and run one of its tasks: `python3 tasks.py demo`, `test`, `lint` ….

Needs Python 3.10 or later and a package index, nothing else: uv is fetched where it is missing,
and installs what `uv.lock` names into `.venv`, for the Python that runs this file.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path
from urllib.parse import urljoin

ROOT = Path(__file__).resolve().parent
TOOLS = ROOT / ".tools"
SCRIPTS = "Scripts" if os.name == "nt" else "bin"

# Many tests wait for a platform, so there are more of them at once than cores. Each worker takes
# neighbours, which share what their file sets up, and when it has done its own some of another's.
TESTS = ["-m", "pytest", "--numprocesses=4", "--dist=worksteal"]

# The other tests install or kill something, and have tasks of their own. Their folders are left
# out: each worker imports all that it collects.
EVERYDAY = [
    *TESTS,
    *(f"--ignore=tests/{folder}" for folder in ("reliability", "warehouses", "foreign")),
]

PACKAGES = [
    "tap_genesys_search",
    "genesys_cloud_simulator",
    "benchmarks",
    "scripts",
    "tests",
    "tasks.py",
]

# A project of its own, in its own environment; ruff and mypy check it in this one.
LOADER = ["loader/target_duckdb_bulk", "loader/tests"]

TASKS = {
    # What a clone needs to run against an org.
    "setup": [
        [
            "-m",
            "meltano.cli",
            "--environment=production",
            "run",
            "--only-install",
            "tap-genesys-search",
            "target-duckdb",
        ]
    ],
    "demo": [["-m", "scripts.demo"]],
    "test": [[*EVERYDAY, "-m", "not thorough and not browser"]],
    "thorough": [[*EVERYDAY, "-m", "thorough and not browser"]],
    "coverage": [[*TESTS, "--cov", "--cov-report=term"]],
    "mutation": [["-m", "tests.reliability.mutation_score"]],
    "reliability": [["-m", "pytest", "-m", "reliability", "tests/reliability"]],
    "warehouses": [
        [
            "-m",
            "pytest",
            "--numprocesses=2",
            "--dist=loadfile",
            "-m",
            "warehouses",
            "tests/warehouses",
        ]
    ],
    "dbt": [["-m", "pytest", "-m", "dbt", "tests/warehouses"]],
    "loader": [["-m", "pytest", "--numprocesses=4", "tests"]],
    "foreign": [["-m", "pytest", "-m", "foreign", "tests/foreign"]],
    "bench": [["-m", "benchmarks"]],
    # Warnings are errors: a link that leads nowhere, a page in no table of contents.
    "docs": [["-m", "sphinx", "--fail-on-warning", "--keep-going", "docs", "output/docs"]],
    "hub": [["-m", "scripts.generate.plugin_definition"]],
    "build": [["-m", "scripts.release.build"]],
    "release": [["-m", "scripts.release"]],
    "report": [["-m", "tap_genesys_search.report.cli"]],
    "browser": [["-m", "pytest", "-m", "browser", "tests/report"]],
    "picture": [["-m", "scripts.pictures.demo"], ["-m", "scripts.pictures.report"]],
    "diagrams": [["-m", "scripts.pictures.diagrams"]],
    "orchestration": [["-m", "scripts.orchestration"]],
    "scale": [["-m", "scripts.scale.costs"]],
    "schemas": [
        ["-m", "scripts.generate.schemas"],
        ["-m", "scripts.generate.lookups"],
        ["-m", "scripts.generate.relations"],
        ["-m", "scripts.generate.platform_facts"],
        ["-m", "scripts.generate.reference"],
        ["-m", "scripts.generate.vega_bundle"],
    ],
    "lint": [
        ["-m", "ruff", "check"],
        ["-m", "ruff", "format", "--check"],
        ["-m", "mypy", *PACKAGES],
        ["-m", "mypy", "--config-file=loader/pyproject.toml", *LOADER],
        ["-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-logo"],
        ["-m", "uv", "run", "--no-sync", "zizmor", "--offline", "--quiet", ".github"],
    ],
}

# Tasks of a project of its own, which has a lock file and an environment.
PROJECTS = {"loader": ROOT / "loader"}

# What a task needs of extras and dependency groups; the others get all of them.
LIGHT_TASKS = {
    "setup": ["--extra=simulator", "--group=meltano"],
    "demo": ["--extra=simulator", "--extra=report", "--group=meltano"],
    "report": ["--extra=report"],
    "build": ["--group=release"],
    "release": ["--group=release", "--group=meltano"],
}


def main() -> int:
    """Run the task named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("task", choices=TASKS)
    parser.add_argument("options", nargs=argparse.REMAINDER, help="passed on to the task")
    arguments = parser.parse_args()
    if sys.version_info < (3, 10):
        print("Python 3.10 or later is needed: run this file with it", file=sys.stderr)
        return 1
    environment = task_environment()
    project = PROJECTS.get(arguments.task, ROOT)
    environment_folder = project / ".venv"
    packages = packages_of(arguments.task)
    place = environment_folder.relative_to(ROOT)
    print(f"Setting up {place} with {in_words(packages)} …", file=sys.stderr, flush=True)
    install = [find_uv(), "sync", "--frozen", "--quiet", *packages]
    if subprocess.run(install, cwd=project, env=environment, check=False).returncode:
        return 1
    python = environment_folder / SCRIPTS / "python"
    for command in TASKS[arguments.task]:
        done = subprocess.run(
            [python, *with_options(command, arguments.options)],
            cwd=project,
            env=environment,
            check=False,
        )
        if done.returncode:
            return done.returncode
    return 0


def with_options(command: list[str], options: list[str]) -> list[str]:
    """Add options to a command. Tests that they name stand in the place of those it names."""
    if any(option.startswith("tests/") for option in options):
        command = [part for part in command if not part.startswith("tests")]
    return [*command, *options]


def packages_of(task: str) -> list[str]:
    """List the options of `uv sync` that install what a task needs.

    A light task leaves what others have installed.
    """
    if task in LIGHT_TASKS:
        return ["--inexact", "--no-default-groups", *LIGHT_TASKS[task]]
    return ["--all-extras"]


def in_words(packages: list[str]) -> str:
    """Say which extras and dependency groups options of `uv sync` install."""
    named = [option[2:].replace("=", " ") for option in packages if "=" in option]
    return ", ".join(named or ["all extras", "group dev"])


def task_environment() -> dict[str, str]:
    """Build the variables of a task: what the machine needs, and no setting of the user's.

    PYTHONDONTWRITEBYTECODE, which images of containers often set, is left out too: tests start the
    tap some sixty times, and without compiled files that takes longer than most tests.
    """
    from scripts.clean_environment import (  # noqa: PLC0415 - needs 3.10
        installing_environment,
    )

    return {
        **installing_environment(),
        "UV_PYTHON": sys.executable,
        "UV_PYTHON_DOWNLOADS": "never",
    }


def find_uv() -> str | Path:
    """Find uv, or install it into `.tools`."""
    found = shutil.which("uv")
    if found:
        return found
    for installed in (TOOLS / SCRIPTS / "uv", TOOLS / SCRIPTS / "uv.exe"):
        if installed.exists():
            return installed
    subprocess.run(
        [
            sys.executable,
            *find_pip(),
            "install",
            "-qq",
            "--root-user-action=ignore",
            "--target",
            TOOLS,
            "uv>=0.8,<1",
        ],
        check=True,
        env=task_environment(),
        stdout=sys.stderr,
    )
    return find_uv()


def find_pip() -> list[str | Path]:
    """Find pip; Debian's Python comes without, but pip's own wheel can run itself."""
    if importlib.util.find_spec("pip"):
        return ["-m", "pip"]
    index = "https://pypi.org/pypi/pip/json"
    with urllib.request.urlopen(index, timeout=60) as answer:
        files = json.load(answer)["urls"]
    wheels = (file["url"] for file in files if file["packagetype"] == "bdist_wheel")
    url = urljoin(index, next(wheels))  # mirrors answer relative addresses
    wheel = TOOLS / url.rpartition("/")[2]
    TOOLS.mkdir(exist_ok=True)
    with urllib.request.urlopen(url, timeout=60) as answer:
        wheel.write_bytes(answer.read())
    return [wheel / "pip"]


if __name__ == "__main__":
    sys.exit(main())
