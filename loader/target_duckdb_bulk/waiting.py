"""What waits to be loaded of each stream, in the order in which it came."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from target_duckdb_bulk.sources import Lines
from target_duckdb_bulk.spool import Spool

if TYPE_CHECKING:
    from pathlib import Path

    from target_duckdb_bulk.declared import Declared
    from target_duckdb_bulk.sources import Source


@dataclass(frozen=True)
class Step:
    """Something to do to a stream's table.

    Attributes:
        declared: The stream as it was declared then.
        source: Records to load, or None.
        version: That becomes the active one, or None.
    """

    declared: Declared
    source: Source | None = None
    version: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether its records are in a file that is open."""
        return isinstance(self.source, Lines) and self.source.spool.is_open

    def release(self) -> None:
        """Forget its records, once they are read."""
        if isinstance(self.source, Lines):
            self.source.spool.close()


class StreamQueue:
    """What waits of one stream.

    Args:
        declared: The stream.
        folder: Where records wait.
    """

    def __init__(self, declared: Declared, folder: Path) -> None:
        self.lines: list[bytes] = []
        self._folder = folder
        self._declared = declared
        self._spool: Spool | None = None
        self._new_rows = 0
        self._new_size = 0
        self._steps = [Step(declared)]

    def declare(self, declared: Declared) -> None:
        """Take what comes from now on for what is declared."""
        if declared != self._declared:
            self._end_spool()
            self._declared = declared
            self._steps.append(Step(declared))

    def add_files(self, source: Source) -> None:
        """Add the files of a BATCH message."""
        self._end_spool()
        self._steps.append(Step(self._declared, source))

    def activate(self, version: int) -> None:
        """Let a version become the active one."""
        self._end_spool()
        self._steps.append(Step(self._declared, version=version))

    def settle(self) -> tuple[int, int]:
        """Write the lines that came into the file in which they wait.

        Returns:
            How many lines there were since it was asked before, and how many bytes.
        """
        self._write()
        amount = self._new_rows, self._new_size
        self._new_rows = self._new_size = 0
        return amount

    def _write(self) -> None:
        if not self.lines:
            return
        if self._spool is None:
            self._spool = Spool(self._folder)
            self._steps.append(Step(self._declared, Lines(self._spool)))
        before = self._spool.size
        self._spool.write(self.lines)
        self._new_rows += len(self.lines)
        self._new_size += self._spool.size - before
        self.lines.clear()

    @property
    def steps(self) -> list[Step]:
        """What to do, in order."""
        return self._steps

    def take(self) -> list[Step]:
        """Hand out what to do, in order, and begin with nothing."""
        self._end_spool()
        taken, self._steps = self._steps, []
        return taken

    def _end_spool(self) -> None:
        self._write()
        self._spool = None
