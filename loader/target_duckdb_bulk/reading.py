"""Reading the input in a thread, so that the tap can write while records are loaded."""

from __future__ import annotations

import os
import queue
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from target_duckdb_bulk.errors import InputError, LoaderError

if sys.platform == "linux":
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Iterator

    from target_duckdb_bulk.loader import Loader

BLOCK_BYTES = 1024 * 1024
MOST_BLOCKS = 32
"""How many blocks are read ahead."""

LONGEST_WAIT_SECONDS = 0.5
"""How long to wait before looking whether the process should stop."""


@dataclass(frozen=True)
class _End:
    """The end of the input.

    Attributes:
        error: Why it couldn't be read to its end, or None.
    """

    error: OSError | None


class BlockReader:
    """Reads blocks of a file ahead.

    Args:
        descriptor: Of the file.
    """

    def __init__(self, descriptor: int) -> None:
        self.is_stopped = False
        self._descriptor = descriptor
        _widen(descriptor)
        self._blocks: queue.Queue[bytes | _End] = queue.Queue(MOST_BLOCKS)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        end = _End(None)
        try:
            while block := os.read(self._descriptor, BLOCK_BYTES):
                self._blocks.put(block)
        except OSError as error:
            end = _End(error)
        self._blocks.put(end)

    def stop(self) -> None:
        """Let the input end here."""
        self.is_stopped = True

    def next(self, seconds: float | None) -> bytes | None:
        """Wait for a block.

        Args:
            seconds: At most, or None to wait as long as it takes.

        Returns:
            The block, `b""` at the end of the input, or None if nothing came.

        Raises:
            InputError: The input can't be read.
        """
        end = None if seconds is None else time.monotonic() + seconds
        while not self.is_stopped:
            left = LONGEST_WAIT_SECONDS if end is None else end - time.monotonic()
            try:
                block = self._blocks.get(timeout=max(0.0, min(left, LONGEST_WAIT_SECONDS)))
            except queue.Empty:
                if left <= LONGEST_WAIT_SECONDS and end is not None:
                    return None
            else:
                return _checked(block)
        return b""


def _widen(descriptor: int) -> None:
    """Let a pipe hold a whole block, where the system can: each wake-up then brings more."""
    if sys.platform == "linux":
        with suppress(OSError):  # no pipe, or this user's pipes hold too much already
            fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, BLOCK_BYTES)


def _checked(block: bytes | _End) -> bytes:
    if isinstance(block, bytes):
        return block
    if block.error:
        raise InputError(f"The input can't be read: {block.error.strerror}")
    return b""


def load_all(reader: BlockReader, loader: Loader) -> None:
    """Load until the input ends. What came before an error is loaded too.

    Args:
        reader: Of the input.
        loader: Loads its lines.

    Raises:
        LoaderError: A line can't be used, or records can't be loaded.
    """
    try:
        for lines in _blocks_of_lines(reader, loader):
            loader.feed(lines)
    except InputError:
        loader.finish()
        raise
    except LoaderError:
        loader.wait()  # if that fails, it came first
        raise
    loader.finish()


def _blocks_of_lines(reader: BlockReader, loader: Loader) -> Iterator[list[bytes]]:
    """Cut blocks into lines. A last line without an end is a line too."""
    begun: list[bytes] = []
    while block := _next(reader, loader):
        first, *rest = block.split(b"\n")
        begun.append(first)
        if rest:
            yield [b"".join(begun), *rest[:-1]]
            begun = [rest[-1]]
    if begun and not reader.is_stopped:
        last = b"".join(begun)
        loader.check_whole(last)
        yield [last]


def _next(reader: BlockReader, loader: Loader) -> bytes:
    """Wait for a block, and load what has waited long enough meanwhile."""
    while (block := reader.next(loader.seconds_left())) is None:
        loader.tend()
    return block
