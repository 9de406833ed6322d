"""One partition as a `meltano run`, apart from all others that run at the same time."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from genesys_backfill.errors import (
    PartitionFailedError,
    PartitionIncompleteError,
    ProjectError,
)
from genesys_backfill.run_log import MELTANO, TAP, LogLine, RunReport, parse_line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from genesys_backfill.partition import Partition
    from genesys_backfill.request_budget import RequestBudget

CHECKOUT = Path(__file__).parents[2]
PLUGIN_FOLDERS = ("extractors", "loaders", "mappers", "utilities")
STOP_SECONDS = 15
"""How long Meltano and its plugins have to end on SIGTERM; the tap takes five at most."""
PIPE_CLOSED = "The target has ended"
"""How the tap's line begins where the loader is to blame."""
_GLANCE_SECONDS = 0.1


@dataclass(frozen=True)
class MeltanoProject:
    """A Meltano project with the tap and a loader, both installed.

    Attributes:
        root: Its folder.
        executable: The command `meltano`.
        system_folder: Where Meltano has installed the plugins.
        loader: The name of the loader, one that several runs may load with at once.
    """

    root: Path
    executable: str
    system_folder: Path
    loader: str


def project_from(environment: Mapping[str, str]) -> MeltanoProject:
    """Find the Meltano project.

    Args:
        environment: May have `MELTANO_PROJECT_ROOT` and `MELTANO_SYS_DIR_ROOT`, which are
            Meltano's own, and `GENESYS_LOADER`.

    Raises:
        ProjectError: There is none, or Meltano or its plugins are not installed.
    """
    root = Path(environment.get("MELTANO_PROJECT_ROOT", CHECKOUT))
    if not (root / "meltano.yml").is_file():
        message = f"{root} has no meltano.yml: set MELTANO_PROJECT_ROOT to a Meltano project"
        raise ProjectError(message)
    own = root / ".venv" / "bin" / "meltano"
    executable = str(own) if own.exists() else shutil.which("meltano", path=environment.get("PATH"))
    if executable is None:
        message = "There is no command meltano: install it, or put it on PATH"
        raise ProjectError(message)
    system_folder = Path(environment.get("MELTANO_SYS_DIR_ROOT", root / ".meltano"))
    loader = environment.get("GENESYS_LOADER", "target-postgres")
    for plugin in (system_folder / "extractors" / TAP, system_folder / "loaders" / loader):
        if not plugin.exists():
            message = f"{plugin.name} is not installed: run `meltano install` in {root}"
            raise ProjectError(message)
    return MeltanoProject(root, executable, system_folder, loader)


def command(project: MeltanoProject, partition: Partition) -> list[str]:
    """Build the command that loads a partition.

    It reads the day anew, whatever an earlier run has left as state: a partition that is run
    again is to find what came late. So no state of its own is passed over, either.
    """
    return [
        project.executable,
        "--log-format=json",
        "run",
        "--no-install",
        "--full-refresh",
        f"--state-id-suffix={partition.key}",
        TAP,
        project.loader,
    ]


def variables(partition: Partition, share: RequestBudget) -> dict[str, str]:
    """Build the environment variables that make the tap load a partition, and no more."""
    return {
        "TAP_GENESYS_SEARCH_START_DATE": partition.start,
        "TAP_GENESYS_SEARCH_END_DATE": partition.end,
        "TAP_GENESYS_SEARCH_REQUESTS_PER_MINUTE": str(share.requests_per_minute),
        "TAP_GENESYS_SEARCH_SPREAD_REQUESTS": "true",
        "TAP_GENESYS_SEARCH_MAX_CONCURRENT_SEARCHES": str(share.concurrent_searches),
    }


def run_partition(
    partition: Partition,
    project: MeltanoProject,
    share: RequestBudget,
    say: Callable[[LogLine], object],
    started: Callable[[subprocess.Popen[str]], object] = lambda _: None,
) -> RunReport:
    """Load a partition; whatever interrupts this ends Meltano and its plugins, too.

    Its requests are spread evenly, so that those of the partition that follows it in its place,
    and knows nothing of them, add up with them to no more than their share in any minute.

    Args:
        partition: The day to load.
        project: What loads it.
        share: What it may send to the platform.
        say: Takes each line of Meltano's log, as it comes.
        started: Takes the process, for `stop` from another place.

    Returns:
        What was loaded.

    Raises:
        PartitionFailedError: Meltano ended with an error.
        PartitionIncompleteError: The platform does not have all of the day yet.
    """
    report = RunReport()
    with tempfile.TemporaryDirectory(prefix=f"meltano-{partition.key}-") as folder:
        link_plugins(project, Path(folder))
        process = subprocess.Popen(  # noqa: S603 - with what the project and the day say
            command(project, partition),
            cwd=project.root,
            env={
                "MELTANO_ENVIRONMENT": "production",
                **os.environ,
                **variables(partition, share),
                "MELTANO_SYS_DIR_ROOT": folder,
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        try:
            started(process)
            for text in process.stdout or ():
                line = parse_line(text)
                report.add(line)
                say(line)
            code = process.wait()
        finally:
            stop(process)
    time.sleep(share.spacing_seconds)  # another one may follow at once
    if code:
        raise PartitionFailedError(_explain(partition, project, report, code))
    if report.searched_until != partition.end:
        until = f"up to {report.searched_until}" if report.searched_until else "in no part"
        message = (
            f"{partition.key}: the platform has the day complete only {until}. "
            "Run the partition again later"
        )
        raise PartitionIncompleteError(message)
    return report


def link_plugins(project: MeltanoProject, folder: Path) -> None:
    """Make a system folder that shares with the project's what is installed, and nothing else.

    In one system folder, runs of the same tap would overwrite each other's catalog and state
    (https://github.com/meltano/meltano/issues/8763), and wait for one SQLite file.
    """
    for name in PLUGIN_FOLDERS:
        if (project.system_folder / name).is_dir():
            (folder / name).symlink_to((project.system_folder / name).resolve())


def stop(process: subprocess.Popen[str], seconds: float = STOP_SECONDS) -> None:
    """End Meltano and its plugins, which are its process group, unless it has ended.

    Args:
        process: Meltano, started as the leader of a group.
        seconds: How long they have to end by themselves, so that the tap can cancel its searches.
    """
    if process.poll() is not None:
        return
    deadline = time.monotonic() + seconds
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
        while time.monotonic() < deadline:
            process.poll()  # Meltano may end before its plugins do
            os.killpg(process.pid, 0)
            time.sleep(_GLANCE_SECONDS)
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _explain(partition: Partition, project: MeltanoProject, report: RunReport, code: int) -> str:
    """Say in one line why Meltano ended; a loader's errors may quote the rows that it loads."""
    if project.loader in report.errors and report.errors.get(TAP, PIPE_CLOSED).startswith(
        PIPE_CLOSED
    ):
        return f"{partition.key}: {project.loader} failed; its lines in the log say why"
    for source in (TAP, MELTANO):
        if error := report.errors.get(source, "").strip():
            return f"{partition.key}: {error.splitlines()[0]}"
    return f"{partition.key}: meltano ended with exit code {code}; its log says why"
