"""Records that wait to be loaded, as lines that DuckDB reads from a file."""

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


IN_MEMORY_BYTES = 256 * 1024
"""Up to here lines need no file, so that a thousand streams at once don't open a thousand."""


BOOLEANS = (b"true", b"false")

FEW_NAMES = 16
"""Up to here it is faster to count booleans that stand behind known names than to read names."""


def add_names_of_booleans(text: bytes, found: set[bytes]) -> None:
    """Add the names behind which `true` and `false` stand, and now and then another snippet.

    Of a name with a quote only the end is added, and nothing of one with `true` or `false` in it.

    Args:
        text: JSON documents.
        found: Names that were found before. Each is as it is written, with what is behind it.
    """
    if len(found) <= FEW_NAMES:
        count = sum(text.count(name + word) for name in found for word in BOOLEANS)
        if count == sum(map(text.count, BOOLEANS)):
            return
    for word in BOOLEANS:
        for before in text.split(word)[:-1]:
            end = len(before.rstrip(b": \t"))
            start = before.rfind(b'"', 0, max(0, end - 1))
            if start >= 0 and b":" in before[end:]:
                found.add(before[start:])


class Spool:
    """Lines in memory if they are few, otherwise on disk.

    `booleans` are the names before `true` and `false`, as `add_names_of_booleans` lists them.

    On Linux the file is nameless, so it vanishes if the process is killed.

    Args:
        folder: Where.
    """

    def __init__(self, folder: Path) -> None:
        self.rows = 0
        self.size = 0
        self.longest = 0
        self.booleans: set[bytes] = set()
        self._folder = folder
        self._texts: list[bytes] = []
        self._named: Path | None = None
        self._file: BinaryIO | None = None

    @property
    def is_open(self) -> bool:
        """Whether the lines are in a file."""
        return self._file is not None

    def write(self, lines: Sequence[bytes]) -> None:
        """Add lines, which come without line ends.

        Raises:
            DatabaseError: The disk is full.
        """
        if not lines:
            return
        text = b"\n".join(lines)
        self._texts += text, b"\n"
        self.rows += len(lines)
        self.size += len(text) + 1
        self.longest = max(self.longest, len(max(lines, key=len)))
        add_names_of_booleans(text, self.booleans)
        if self._file or self.size > IN_MEMORY_BYTES:
            self._to_disk()

    def path(self) -> str:
        """Write all lines to a file, and say where DuckDB finds it.

        Raises:
            DatabaseError: The disk is full.
        """
        file = self._to_disk()
        with _explained():
            file.flush()
        return str(self._named or OPEN_FILES / str(file.fileno()))

    def lines(self) -> Iterator[bytes]:
        """Read the lines again."""
        file = self._to_disk()
        file.seek(0)
        yield from file

    def close(self) -> None:
        """Forget the lines."""
        self._texts.clear()
        if self._file:
            self._file.close()
            self._file = None
        if self._named:
            self._named.unlink()
            self._named = None

    def _to_disk(self) -> BinaryIO:
        with _explained():
            if self._file is None:
                self._file = self._opened()
            self._file.writelines(self._texts)
        self._texts.clear()
        return self._file

    def _opened(self) -> BinaryIO:
        if OPEN_FILES.exists():
            return tempfile.TemporaryFile(dir=self._folder)
        handle, name = tempfile.mkstemp(dir=self._folder)
        self._named = Path(name)
        return open(handle, "w+b")  # noqa: PTH123 - a descriptor has no path


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
