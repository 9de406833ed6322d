"""The distributions of this repository: a wheel and an archive of the sources for each project."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scripts.clean_environment import installing_environment
from tasks import ROOT, find_uv

if TYPE_CHECKING:
    from pathlib import Path

DIST = ROOT / "output" / "dist"
"""Where `python3 tasks.py build` puts them."""

SBOMS = ROOT / "output" / "sbom"
"""Where it says what each of them needs."""


@dataclass(frozen=True)
class Project:
    """What is built from one `pyproject.toml`.

    Attributes:
        name: On the package index.
        folder: Of its `pyproject.toml`.
        packages: Import packages that the wheel holds.
        wheel_limit: Bytes that the wheel may have.
        sdist_limit: Bytes that the archive of the sources may have.
    """

    name: str
    folder: Path
    packages: tuple[str, ...]
    wheel_limit: int
    sdist_limit: int

    @property
    def file_name(self) -> str:
        """How the names of its files begin."""
        return self.name.replace("-", "_")


TAP = Project(
    "tap-genesys-search",
    ROOT,
    ("tap_genesys_search", "genesys_cloud_simulator"),
    wheel_limit=1_200_000,  # nine tenths of which is the library that draws charts
    sdist_limit=1_600_000,
)

LOADER = Project(
    "target-duckdb-bulk",
    ROOT / "loader",
    ("target_duckdb_bulk",),
    wheel_limit=100_000,
    sdist_limit=120_000,
)


@dataclass(frozen=True)
class Distribution:
    """The two files of a version of a project."""

    project: Project
    version: str
    wheel: Path
    sdist: Path


class DistributionError(Exception):
    """A folder lacks distributions, or has several versions of one."""


def build(folder: Path) -> list[Distribution]:
    """Build the projects' distributions into an empty folder.

    Args:
        folder: Is emptied first.

    Raises:
        CalledProcessError: A project does not build.
    """
    shutil.rmtree(folder, ignore_errors=True)
    for project in (TAP, LOADER):
        # From the archive of the sources, so that it holds what the wheel needs.
        command = [find_uv(), "build", "--quiet", "--out-dir", folder, project.folder]
        subprocess.run(command, env=installing_environment(), check=True)  # noqa: S603
    return find(folder)


def find(folder: Path) -> list[Distribution]:
    """Find the projects' distributions in a folder.

    Raises:
        DistributionError: A file is missing, or there are several.
    """
    return [_found(project, folder) for project in (TAP, LOADER)]


def _found(project: Project, folder: Path) -> Distribution:
    wheels = sorted(folder.glob(f"{project.file_name}-*.whl"))
    if len(wheels) != 1:
        raise DistributionError(f"{folder} has {len(wheels)} wheels of {project.name}, not one")
    version = wheels[0].name.split("-")[1]
    sdist = folder / f"{project.file_name}-{version}.tar.gz"
    if not sdist.exists():
        raise DistributionError(f"{folder} has no {sdist.name}")
    return Distribution(project, version, wheels[0], sdist)
