"""Records that wait to be loaded, as lines in a file that DuckDB reads."""

from __future__ import annotations

import errno
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from target_duckdb_bulk.errors import DatabaseError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

OPEN_FILES = Path("/proc/self/fd")
"""Where Linux names the files that a process has open."""


class Spool:
    """Lines on disk.

    On Linux the file has no name, so that nothing of it stays if the process is killed.

    Args:
        folder: Where.
    """

    def __init__(self, folder: Path) -> None:
        self.rows = 0
        self.size = 0
        self.longest = 0
        self._named: Path | None = None
        with _explained():
            self._file: BinaryIO = self._open(folder)

    def _open(self, folder: Path) -> BinaryIO:
        if OPEN_FILES.exists():
            return tempfile.TemporaryFile(dir=folder)
        handle, name = tempfile.mkstemp(dir=folder)
        self._named = Path(name)
        return open(handle, "w+b")  # noqa: PTH123 - a descriptor has no path

    @property
    def path(self) -> str:
        """Where DuckDB finds the lines."""
        return str(self._named or OPEN_FILES / str(self._file.fileno()))

    def write(self, lines: Sequence[bytes]) -> None:
        """Add lines, which come without line ends.

        Raises:
            DatabaseError: The disk is full.
        """
        if not lines:
            return
        text = b"\n".join(lines)
        with _explained():
            self._file.write(text)
            self._file.write(b"\n")
        self.rows += len(lines)
        self.size += len(text) + 1
        self.longest = max(self.longest, len(max(lines, key=len)))

    def flush(self) -> None:
        """Let DuckDB see all lines.

        Raises:
            DatabaseError: The disk is full.
        """
        with _explained():
            self._file.flush()

    def lines(self) -> Iterator[bytes]:
        """Read the lines again."""
        self._file.seek(0)
        yield from self._file

    def close(self) -> None:
        """Forget the lines."""
        self._file.close()
        if self._named:
            self._named.unlink()


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DatabaseError(
            f"Records can't be written to a temporary file: {error.strerror}: {_advice(error)}"
        ) from None


def _advice(error: OSError) -> str:
    if error.errno in {errno.EMFILE, errno.ENFILE}:
        return "raise the limit of open files, as `ulimit -n` does, or select fewer streams"
    return 'set "temp_dir" to a folder with more space'
