"""Check the orchestration project with Dagster and with Airflow, each in an environment of its own.

`python3 tasks.py orchestration`; what is passed on goes to pytest.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from scripts.clean_environment import installing_environment
from tasks import SCRIPTS, find_uv

PROJECT = Path(__file__).parents[1] / "orchestration"


@dataclass(frozen=True)
class Engine:
    """An orchestrator.

    Attributes:
        name: The extra of the project that installs it.
        folder: Its environment.
        modules: What is written for it.
        tests: The tests that are run with it.
    """

    name: str
    folder: str
    modules: tuple[str, ...]
    tests: tuple[str, ...]


ENGINES = (
    Engine(
        "dagster",
        ".venv",
        ("genesys_backfill/dagster_definitions.py",),
        ("tests/test_meltano_run.py", "tests/test_dagster_backfill.py"),
    ),
    Engine(
        "airflow",
        ".venv-airflow",
        ("genesys_backfill/airflow_operator.py", "dags"),
        ("tests/test_airflow_backfill.py",),
    ),
)


def main(options: list[str]) -> int:
    """Set up both environments, and check types and behaviour in each."""
    for engine in ENGINES:
        environment = {
            **installing_environment(),  # its tests install what Meltano runs
            "UV_PROJECT_ENVIRONMENT": engine.folder,
            "UV_PYTHON": sys.executable,
            "UV_PYTHON_DOWNLOADS": "never",
        }
        python = PROJECT / engine.folder / SCRIPTS / "python"
        extra = ("--extra", engine.name, "--group", "test")
        commands: list[list[str | Path]] = [
            [find_uv(), "sync", "--frozen", "--quiet", *extra],
            [python, "-m", "mypy", *engine.modules, *engine.tests],
            [python, "-m", "pytest", *engine.tests, *options],
        ]
        for command in commands:
            done = subprocess.run(  # noqa: S603
                command, cwd=PROJECT, env=environment, check=False
            )
            if done.returncode:
                return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
