"""Writing Singer messages to stdout."""

from __future__ import annotations

import codecs
import json
import os
import select
import sys
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, NoReturn

import msgspec
from singer_sdk.contrib.msgspec import MsgSpecWriter, encoder
from singer_sdk.singerlib import RecordMessage, SchemaMessage
from singer_sdk.singerlib.json import serialize_json
from typing_extensions import override

from tap_genesys_search.errors import OutputClosedError
from tap_genesys_search.singer.pages.json_lines import json_lines
from tap_genesys_search.timestamps import utc_now

if TYPE_CHECKING:
    from datetime import datetime

    from singer_sdk.singerlib.encoding.simple import Message

    from tap_genesys_search.records.rows import Records


FIRST_SIGNAL_EXIT_CODE = 128
"""A process that a signal stops ends with this plus the signal's number, as in shells."""


MOST_AT_ONCE = 2**16
"""In bytes. A signal must not wait for a target that reads slowly."""


ESCAPES_KEPT = 4096


class WholeLineWriter(MsgSpecWriter):
    """Writes whole lines only, however the run ends, and each stream's schema once.

    Attributes:
        records_written: Stream to number of its records written, into batches, too.

    The SDK writes the schema of a child stream each time the stream is synced. Some targets load
    their buffered records whenever they receive a schema.
    """

    def __init__(self) -> None:
        super().__init__()
        self._written: dict[str, SchemaMessage] = {}
        self.records_written: Counter[str] = Counter()
        self._is_writing = False
        self._is_stopped = False
        self._exit_code_due: int | None = None

    @override
    def write_message(self, message: Message) -> None:
        if isinstance(message, SchemaMessage):
            if self._written.get(message.stream) == message:
                return
            self._written[message.stream] = message
        if isinstance(message, RecordMessage):
            self.records_written[message.stream] += 1
        self.write_lines(bytes(self.format_message(message)))

    @override
    def serialize_message(self, message: Message) -> bytearray:
        try:
            return super().serialize_message(message)
        except (OverflowError, UnicodeEncodeError):
            # An integer of more than 64 bits or half a surrogate pair, from a stream map or from a
            # state written by hand.
            return bytearray(f"{serialize_json(message.to_dict())}\n", "ascii")

    def write_records(self, stream: str, records: Records, version: int | None) -> None:
        """Write records, each as a RECORD message. Raises the same errors as `write_lines`."""
        if records:
            self.records_written[stream] += len(records)
            self.write_lines(record_lines(stream, records, version))

    def write_lines(self, lines: bytes) -> None:
        """Write lines. If a signal ends the process meanwhile, only whole ones are written.

        Args:
            lines: JSON, each line with its line end. Text beyond ASCII is escaped if targets on
                this machine would misread it.

        Raises:
            OutputClosedError: Nobody reads the output.
            SystemExit: A signal came.
        """
        self._is_writing = True
        try:
            self._write_whole(lines if self._reads_utf_8() else _escape(lines))
        except OSError as error:
            _refuse(error)
        finally:
            self._is_writing = False
        if self._exit_code_due is not None:
            # Only once: lines that are written while the run ends must not stop that.
            exit_code, self._exit_code_due = self._exit_code_due, None
            sys.exit(exit_code)

    @staticmethod
    def _reads_utf_8() -> bool:
        """Tell whether a target on this machine reads its input as UTF-8."""
        return codecs.lookup(sys.stdout.encoding or "utf-8").name == "utf-8"

    @property
    def is_stopped(self) -> bool:
        """Whether the process is about to end."""
        return self._is_stopped

    def stop(self, signum: int) -> None:
        """End the process as soon as no line is half written.

        Args:
            signum: Number of the signal.

        Raises:
            SystemExit: At once if no line is being written. Otherwise `write_lines` raises it.
        """
        self._is_stopped = True
        if not self._is_writing:
            sys.exit(FIRST_SIGNAL_EXIT_CODE + signum)
        self._exit_code_due = FIRST_SIGNAL_EXIT_CODE + signum

    def _write_whole(self, lines: bytes) -> None:
        """Write lines, each of them whole, even if a signal comes when half of one is written.

        Python's own stdout would lose the rest if it is unbuffered (PYTHONUNBUFFERED).
        """
        sys.stdout.flush()
        try:
            output = sys.stdout.fileno()
        except OSError:  # a test's buffer instead of a file
            sys.stdout.write(lines.decode())
            return
        written, end, view = 0, len(lines), memoryview(lines)
        while written < end:
            written += _write_some(output, view[written : min(end, written + MOST_AT_ONCE)])
            if self._exit_code_due is not None:
                end = lines.index(b"\n", written - 1) + 1 if written else 0

    def check_reader(self) -> None:
        """Find out whether anybody still reads the output, while there is nothing to write.

        Raises:
            OutputClosedError: Nobody reads it.
        """
        try:
            output = sys.stdout.fileno()
        except OSError:  # a test's buffer instead of a file
            return
        if hasattr(select, "poll"):
            reader = select.poll()
            reader.register(output, 0)
            if any(event & select.POLLERR for _, event in reader.poll(0)):
                _refuse(BrokenPipeError())


class _Head(msgspec.Struct, gc=False):
    """The message before the record, as in `singer_sdk.singerlib.RecordMessage.to_dict`."""

    type: str
    stream: str


class _Tail(msgspec.Struct, gc=False):
    """The message after the record. Unset properties are left out."""

    version: int | msgspec.UnsetType
    time_extracted: datetime


def record_lines(stream: str, records: Records, version: int | None) -> bytes:
    """Encode records as lines of RECORD messages."""
    head = encoder.encode(_Head("RECORD", stream))[:-1] + b',"record":'
    tail = encoder.encode(_Tail(msgspec.UNSET if version is None else version, utc_now()))
    end = b"," + tail[1:] + b"\n"
    return head + json_lines(records)[:-1].replace(b"\n", end + head) + end


def _escape(lines: bytes) -> bytes:
    """Write JSON in ASCII, which reads the same in any encoding."""
    return lines if lines.isascii() else lines.decode().encode("ascii", _AS_JSON_ESCAPE)


@lru_cache(ESCAPES_KEPT)
def _escape_text(text: str) -> str:
    return json.dumps(text)[1:-1]


def _escape_unencodable(error: UnicodeError) -> tuple[str, int]:
    """Escape a character that an encoding lacks. An error handler for `codecs.register_error`."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return _escape_text(error.object[error.start : error.end]), error.end


_AS_JSON_ESCAPE = "tap_genesys_search.json_escape"

codecs.register_error(_AS_JSON_ESCAPE, _escape_unencodable)


def _write_some(output: int, rest: memoryview) -> int:
    try:
        return os.write(output, rest)
    except BlockingIOError:  # the other end has made the pipe non-blocking
        select.select([], [output], [])
        return 0


def _refuse(error: OSError) -> NoReturn:
    """Discard all further output, including what is buffered, and raise an error."""
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
    if isinstance(error, BrokenPipeError):
        raise OutputClosedError(
            "The target has ended, or closed the pipe: see its own messages. Nothing is lost: run "
            "again, the state is what the target last confirmed"
        ) from None
    raise OutputClosedError(
        f"The tap's output can't be written: {error.strerror}. Run again: what the target has "
        "confirmed is kept"
    ) from None
