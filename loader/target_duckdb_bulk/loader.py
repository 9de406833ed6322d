"""From messages to tables: what waits, when it is loaded, and when a state is confirmed."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from target_duckdb_bulk.background import Load
from target_duckdb_bulk.batches import files_of
from target_duckdb_bulk.declared import declare
from target_duckdb_bulk.errors import InputError, UnknownStreamError
from target_duckdb_bulk.messages import RECORD_MARK, Message, decode, head_of, parsed
from target_duckdb_bulk.waiting import StreamQueue

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import duckdb
    import msgspec

    from target_duckdb_bulk.background import Background
    from target_duckdb_bulk.settings import Settings
    from target_duckdb_bulk.waiting import Step

SHARE_WHILE_IDLE = 5
"""How many times smaller a batch may be while nothing is being loaded.

Less is left to load when the input ends. As tables grow, loads take longer, and batches become
larger by themselves.
"""

MOST_STEPS = 5_000
"""How many steps may wait at once: each may need a temporary table of its own."""

MOST_FILES = 250
"""How many files may be open of what waits.

As many may be open of what is being loaded. Together that is half of what many systems allow.
"""

LOOK_SECONDS = 0.5
"""How long to wait for input before seeing whether a load has ended."""


@dataclass
class Amount:
    """How much waits.

    Attributes:
        rows: Records, those in files of batches not counted.
        size: Bytes.
        since: When the oldest message came, by a monotonic clock, or None.
    """

    rows: int = 0
    size: int = 0
    since: float | None = None


class Loader:
    """Collects a tap's messages, and lets them be loaded.

    Args:
        connection: To DuckDB, another one than what loads has.
        background: What loads.
        settings: When to load.
        folder: Where records wait.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        background: Background,
        settings: Settings,
        folder: Path,
    ) -> None:
        self._connection = connection
        self._background = background
        self._settings = settings
        self._folder = folder
        self._queues: dict[str, StreamQueue] = {}
        self._lines_of: dict[bytes, list[bytes]] = {}
        self._state: bytes | None = None
        self._waiting = Amount()
        self._line_number = 0

    def feed(self, lines: Sequence[bytes]) -> None:
        """Take in whole lines, and begin to load if enough waits.

        Args:
            lines: Without line ends.

        Raises:
            LoaderError: A line can't be used, or earlier records can't be loaded.
        """
        lines_of, mark, length = self._lines_of, RECORD_MARK, len(RECORD_MARK)
        for number, line in enumerate(lines, self._line_number + 1):
            waiting = lines_of.get(line[: line.find(mark) + length])
            if waiting is not None:
                waiting.append(line)
            elif line and not line.isspace():
                self._take(decode(line, number), line, number)
        self._line_number += len(lines)
        if lines and self._waiting.since is None:
            self._waiting.since = time.monotonic()
        self._settle()
        self.tend()

    def tend(self) -> None:
        """Begin to load if enough waits, or has waited long enough.

        What is not enough, or only old, lets what is being loaded end first.

        Raises:
            LoaderError: Earlier records can't be loaded.
        """
        self._background.check()
        if self._is_full() or (not self._background.is_busy and self._is_worth_a_load()):
            self._begin()

    def check_whole(self, line: bytes) -> None:
        """Check the last line of the input before it is fed, since the tap may have died in it.

        Args:
            line: Without line end.

        Raises:
            InputError: The message isn't whole.
        """
        if line and not line.isspace():
            decode(line, self._line_number + 1)

    def seconds_left(self) -> float | None:
        """Say how long to wait for input before `tend`, or None if there is nothing to tend."""
        if self._background.is_busy:
            return LOOK_SECONDS
        if self._waiting.since is None:
            return None
        age = time.monotonic() - self._waiting.since
        return max(0.0, self._settings.batch_age_seconds - age)

    def finish(self) -> None:
        """Load all that waits, and wait until it is loaded and its state confirmed.

        Raises:
            LoaderError: It can't be loaded. Then the file has none of these records, and no
                state is confirmed.
        """
        self._settle()
        self._begin()
        self.wait()

    def wait(self) -> None:
        """Wait until what is being loaded is loaded.

        Raises:
            LoaderError: It can't be.
        """
        self._background.wait()

    def forget(self) -> None:
        """Remove what waits."""
        for step in self._take_steps():
            step.release()

    def _begin(self) -> None:
        """Begin to load all that waits, after what is being loaded."""
        self.wait()
        steps = self._take_steps()
        if steps or self._state is not None:
            self._background.begin(Load(steps, self._waiting.rows, self._state))
        self._waiting = Amount()
        self._state = None

    def _take_steps(self) -> tuple[Step, ...]:
        return tuple(step for queue in self._queues.values() for step in queue.take())

    def _settle(self) -> None:
        for queue in self._queues.values():
            rows, size = queue.settle()
            self._waiting.rows += rows
            self._waiting.size += size

    def _is_full(self) -> bool:
        steps = [step for queue in self._queues.values() for step in queue.steps]
        return (
            self._has_batch(share=1)
            or len(steps) >= MOST_STEPS
            or sum(step.is_open for step in steps) >= MOST_FILES
        )

    def _is_worth_a_load(self) -> bool:
        return self._has_batch(share=SHARE_WHILE_IDLE) or self.seconds_left() == 0

    def _has_batch(self, share: int) -> bool:
        """Tell whether a batch waits, or one that is so many times smaller."""
        waiting, settings = self._waiting, self._settings
        return (
            waiting.rows * share >= settings.batch_size_rows
            or waiting.size * share >= settings.batch_size_bytes
        )

    def _take(self, message: Message, line: bytes, number: int) -> None:
        """Take in a message that is not the record of a stream whose records are known already."""
        if message.type == "RECORD":
            self._take_record(message, line, number)
        elif message.type == "SCHEMA":
            self._declare(message)
        elif message.type == "STATE":
            self._state = _present(message.value, "state", number)
        elif message.type == "ACTIVATE_VERSION":
            self._activate(message)
        elif message.type == "BATCH":
            self._take_files(message)
        else:
            raise InputError(
                f'Line {number} of the input is of the unknown type "{message.type}": correct the '
                "tap"
            )

    def _queue(self, message: Message) -> StreamQueue:
        queue = self._queues.get(message.stream)
        if queue is None:
            raise UnknownStreamError(
                f'Stream "{message.stream}" has a {message.type} message before its SCHEMA '
                "message: correct the tap"
            )
        return queue

    def _take_record(self, message: Message, line: bytes, number: int) -> None:
        _present(message.record, "record", number)
        queue = self._queue(message)
        queue.lines.append(line)
        head = head_of(line)
        if head is not None:
            self._lines_of[head] = queue.lines

    def _declare(self, message: Message) -> None:
        schema = parsed(message.schema, "its schema")
        declared = declare(message.stream, schema, message.key_properties)
        queue = self._queues.get(message.stream)
        if queue is None:
            self._queues[message.stream] = StreamQueue(declared, self._folder)
        else:
            queue.declare(declared)

    def _activate(self, message: Message) -> None:
        version = parsed(message.version, "its version")
        if not isinstance(version, int):
            raise InputError(
                f'The version of stream "{message.stream}" isn\'t an integer: correct the tap'
            )
        self._queue(message).activate(version)

    def _take_files(self, message: Message) -> None:
        queue = self._queue(message)
        if not message.manifest:
            return
        source, size = files_of(
            self._connection, message.stream, message.encoding, message.manifest
        )
        queue.add_files(source)
        self._waiting.size += size


def _present(part: msgspec.Raw, what: str, number: int) -> bytes:
    """Return a part of a message as it is written.

    Raises:
        InputError: The message lacks it.
    """
    written = bytes(part)
    if not written:
        raise InputError(f"Line {number} of the input lacks its {what}: correct the tap")
    return written
