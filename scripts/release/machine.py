"""A folder that stands for a new user's machine: what is installed and kept, is in there."""

from __future__ import annotations

import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scripts.clean_environment import installing_environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LAST_LINES = 20


class StepError(Exception):
    """A command of the rehearsal failed, or did something else than it should."""


@dataclass(frozen=True)
class Machine:
    """The folder, and where its user finds packages and plugins.

    Attributes:
        folder: Everything is below it.
        index: Address of the package index that goes before the user's own.
        hub: Address of the API of Meltano Hub.
    """

    folder: Path
    index: str
    hub: str

    @property
    def programs(self) -> Path:
        """Where pipx puts commands."""
        return self.folder / "bin"

    @property
    def project(self) -> Path:
        """The Meltano project."""
        return self.folder / "project"

    @property
    def environment(self) -> dict[str, str]:
        """The variables of the user's shell, with which nothing is kept outside of the folder."""
        installing = installing_environment()
        indexes = " ".join(filter(None, (self.index, installing.get("UV_INDEX"))))
        # The project's own `.env` is to be read.
        installing.pop("PYTHON_DOTENV_DISABLED")
        return {
            **installing,
            "PIPX_HOME": str(self.folder / "pipx"),
            "PIPX_BIN_DIR": str(self.programs),
            "PIPX_MAN_DIR": str(self.folder / "man"),
            "PIPX_COMPLETION_DIR": str(self.folder / "completions"),
            "PIPX_DEFAULT_BACKEND": "uv",  # which asks indexes in their order
            "UV_INDEX": indexes,
            "UV_INDEX_STRATEGY": "first-index",
            "UV_CACHE_DIR": str(self.folder / "cache" / "uv"),
            "XDG_CACHE_HOME": str(self.folder / "cache"),
            "XDG_DATA_HOME": str(self.folder / "share"),
            "XDG_STATE_HOME": str(self.folder / "state"),
            "MELTANO_HUB_API_ROOT": self.hub,
            "MELTANO_SEND_ANONYMOUS_USAGE_STATS": "false",
        }

    def run(self, *command: str | Path, folder: Path | None = None) -> str:
        """Run a command as the user.

        Args:
            command: Program and arguments.
            folder: Where, in the machine's folder by default.

        Returns:
            What it said, first on stdout.

        Raises:
            StepError: It failed.
        """
        done = subprocess.run(  # noqa: S603
            command,
            cwd=folder or self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        said = done.stdout + done.stderr
        if done.returncode:
            last = "\n".join(said.splitlines()[-LAST_LINES:])
            raise StepError(f"{shown(command)} ended with {done.returncode}:\n{last}")
        return said

    @contextmanager
    def running(self, *command: str | Path) -> Iterator[str]:
        """Run a server while the block does.

        Yields:
            The first line that it prints.
        """
        with subprocess.Popen(  # noqa: S603
            command,
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        ) as server:
            try:
                line = server.stdout.readline() if server.stdout else ""
                if server.poll() is not None:
                    raise StepError(f"{shown(command)} ended: {line}")
                yield line
            finally:
                server.terminate()


def shown(command: tuple[str | Path, ...]) -> str:
    """Write a command as a user does, without folders of programs."""
    program, *arguments = map(str, command)
    return " ".join([program.rpartition("/")[2], *arguments])
