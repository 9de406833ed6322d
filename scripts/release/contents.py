"""Compare what distributions hold with what git holds."""

from __future__ import annotations

import subprocess
import tarfile
from typing import TYPE_CHECKING
from zipfile import ZipFile

from scripts.clean_environment import clean_environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scripts.release.distributions import Distribution, Project

ADDED_TO_SDIST = {"PKG-INFO", ".gitignore"}
"""Written by the build, the second one from the folder above the loader's."""

FILE_LIMIT = 1_000_000
"""Bytes that one file may have: a picture or a recorded answer belongs elsewhere."""

METADATA = ("METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE")


def problems(distribution: Distribution) -> list[str]:
    """Say what is wrong with the files of a distribution.

    The wheel holds each file of its packages that git holds, data included, and nothing else. So
    does the archive of the sources, which may hold further files of git.

    Returns:
        One line for each problem.
    """
    tracked = files_in_git(distribution.project)
    return [
        *_problems_of_wheel(distribution, tracked),
        *_problems_of_sdist(distribution, tracked),
    ]


def files_in_git(project: Project) -> set[str]:
    """List the files of a project that git holds, relative to its folder."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"],  # noqa: S607
        cwd=project.folder,
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    return {name for name in listed.stdout.split("\0") if name}


def _problems_of_wheel(distribution: Distribution, tracked: set[str]) -> Iterator[str]:
    project, wheel = distribution.project, distribution.wheel
    metadata = f"{project.file_name}-{distribution.version}.dist-info/"
    with ZipFile(wheel) as archive:
        sizes = {entry.filename: entry.file_size for entry in archive.infolist()}
    expected = _of_packages(project, tracked) | {metadata + name for name in METADATA}
    yield from _lacking(wheel, expected - set(sizes))
    yield from _added(wheel, set(sizes) - expected)
    yield from _too_large(wheel, sizes, project.wheel_limit)


def _problems_of_sdist(distribution: Distribution, tracked: set[str]) -> Iterator[str]:
    project, sdist = distribution.project, distribution.sdist
    root = f"{project.file_name}-{distribution.version}/"
    with tarfile.open(sdist) as archive:
        files = [entry for entry in archive.getmembers() if not entry.isdir()]
    sizes = {file.name.removeprefix(root): file.size for file in files}
    needed = _of_packages(project, tracked) | {"LICENSE", "README.md", "pyproject.toml"}
    yield from _lacking(sdist, needed - set(sizes))
    yield from _added(sdist, set(sizes) - tracked - ADDED_TO_SDIST)
    yield from _too_large(sdist, sizes, project.sdist_limit)


def _of_packages(project: Project, tracked: set[str]) -> set[str]:
    return {name for name in tracked if name.partition("/")[0] in project.packages}


def _lacking(archive: Path, names: set[str]) -> Iterator[str]:
    yield from (f"{archive.name} lacks {name}" for name in sorted(names))


def _added(archive: Path, names: set[str]) -> Iterator[str]:
    yield from (
        f"{archive.name} holds {name}, which does not belong there" for name in sorted(names)
    )


def _too_large(archive: Path, sizes: dict[str, int], limit: int) -> Iterator[str]:
    for name, size in sizes.items():
        if size > FILE_LIMIT:
            yield f"{archive.name} holds {name} of {size:,} bytes, more than {FILE_LIMIT:,}"
    size = archive.stat().st_size
    if size > limit:
        yield f"{archive.name} has {size:,} bytes, more than {limit:,}"
