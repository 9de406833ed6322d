"""Writing Singer messages to stdout."""

from __future__ import annotations

import os
import select
import sys
from typing import TYPE_CHECKING, NoReturn

from singer_sdk.singerlib import SchemaMessage
from singer_sdk.singerlib.encoding import SimpleSingerWriter
from typing_extensions import override

from tap_genesys_search.errors import OutputClosedError

if TYPE_CHECKING:
    from singer_sdk.singerlib.encoding.simple import Message

FIRST_SIGNAL_EXIT_CODE = 128
"""Added to a signal's number, as shells do."""


class WholeLineWriter(SimpleSingerWriter):
    """Writes whole lines or none, whatever ends the run, and a stream's schema once.

    The SDK writes the schema of a child stream each time it is synced, and some targets load
    what they hold whenever they see one.
    """

    def __init__(self) -> None:
        super().__init__()
        self._written: dict[str, SchemaMessage] = {}
        self._is_writing = False
        self._is_stopped = False
        self._exit_code_due: int | None = None

    @override
    def write_message(self, message: Message) -> None:
        if isinstance(message, SchemaMessage):
            if self._written.get(message.stream) == message:
                return
            self._written[message.stream] = message
        line = self.format_message(message) + "\n"
        self._is_writing = True
        try:
            _write_whole(line)
        except OSError as error:
            _refuse(error)
        finally:
            self._is_writing = False
        if self._exit_code_due is not None:
            # Once: what is written while the run ends must not break that off.
            exit_code, self._exit_code_due = self._exit_code_due, None
            sys.exit(exit_code)

    @property
    def is_stopped(self) -> bool:
        """Whether the process is about to end."""
        return self._is_stopped

    def stop(self, signum: int) -> None:
        """End the process, as soon as no line is half written.

        Args:
            signum: The signal that asks for it.

        Raises:
            SystemExit: At once, or when the line is written.
        """
        self._is_stopped = True
        if not self._is_writing:
            sys.exit(FIRST_SIGNAL_EXIT_CODE + signum)
        self._exit_code_due = FIRST_SIGNAL_EXIT_CODE + signum

    def check_reader(self) -> None:
        """Find out whether anybody still reads what is written, while there is nothing to write.

        Raises:
            OutputClosedError: Nobody does.
        """
        try:
            output = sys.stdout.fileno()
        except OSError:  # no file, but a test's buffer
            return
        if hasattr(select, "poll"):
            reader = select.poll()
            reader.register(output, 0)
            if any(event & select.POLLERR for _, event in reader.poll(0)):
                _refuse(BrokenPipeError())


def _write_whole(line: str) -> None:
    """Write a line, all of it even where a signal comes when half of it is written.

    Python's own stdout forgets the rest then, if it is not buffered (PYTHONUNBUFFERED).
    """
    sys.stdout.flush()
    try:
        output = sys.stdout.fileno()
    except OSError:  # no file, but a test's buffer
        sys.stdout.write(line)
        return
    rest = memoryview(line.encode())
    while rest:
        rest = rest[_write_some(output, rest) :]


def _write_some(output: int, rest: memoryview) -> int:
    try:
        return os.write(output, rest)
    except BlockingIOError:  # the other end has made the pipe so
        select.select([], [output], [])
        return 0


def _refuse(error: OSError) -> NoReturn:
    """Write nothing any more, not even what is buffered, and say so."""
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
    if isinstance(error, BrokenPipeError):
        raise OutputClosedError(
            "The target has ended, or closed the pipe: see its own messages. Nothing is lost: run "
            "again, the state is what the target last confirmed"
        ) from None
    raise OutputClosedError(
        f"The tap's output can't be written: {error.strerror}. Run again: the state is kept"
    ) from None
