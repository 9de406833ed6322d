"""The command line."""

from __future__ import annotations

import argparse
import json
import logging
import os
import signal
import sys
from importlib.metadata import version
from typing import TYPE_CHECKING

from target_duckdb_bulk import settings as setting
from target_duckdb_bulk.errors import InputError, LoaderError, OutputError
from target_duckdb_bulk.reading import BlockReader

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

NAME = "target-duckdb-bulk"
SIGNAL_EXIT_CODE = 128
"""A process that a signal stops ends with this plus the signal's number, as in shells."""

CAPABILITIES = ("about", "activate-version", "batch", "hard-delete", "target-schema")

_log = logging.getLogger(NAME)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the target.

    Args:
        arguments: Of the command line, those of the process unless given.

    Returns:
        The exit code: 0, 1 after an error, or what a signal asks for.
    """
    options = _parser().parse_args(arguments)
    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s", level=logging.INFO)
    if options.about:
        sys.stdout.write(about(options.format) + "\n")
        return 0
    try:
        return _run(options.config, options.input)
    except LoaderError as error:
        _log.error("%s: %s", type(error).__name__, error)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(NAME, description="Load a Singer tap's records into DuckDB.")
    parser.add_argument("--version", action="version", version=f"{NAME} v{version(NAME)}")
    parser.add_argument("--about", action="store_true", help="describe the target and its settings")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="of --about")
    parser.add_argument(
        "-c", "--config", action="append", default=[], metavar="FILE", help="JSON with the settings"
    )
    parser.add_argument("--input", metavar="FILE", help="read this instead of the standard input")
    return parser


def about(form: str) -> str:
    """Describe the target.

    Args:
        form: `json`, or `text` for people.
    """
    described = setting.described()
    if form == "text":
        lines = [f"{one['name']}: {one['description']} ({one['default']!r})" for one in described]
        return "\n".join([f"{NAME} v{version(NAME)}", *lines])
    properties = {
        one["name"]: {
            "type": [one["type"], "null"],
            "default": one["default"],
            "description": one["description"],
        }
        for one in described
    }
    document = {
        "name": NAME,
        "version": version(NAME),
        "capabilities": CAPABILITIES,
        "settings": {"type": "object", "properties": properties, "required": ["path"]},
    }
    return json.dumps(document, indent=2)


def _run(config: Sequence[str], file: str | None) -> int:
    settings, unknown = setting.parse(setting.read(config))
    for name in unknown:
        _log.warning('Setting "%s" is unknown, and ignored%s', name, setting.suggestion(name))
    reader = BlockReader(_input(file))
    stopped = _stopped_by_signals(reader)
    # It takes a third of a second to load DuckDB, in which the tap can write already.
    from target_duckdb_bulk.run import load  # noqa: PLC0415

    load(settings, reader, _confirm)
    return SIGNAL_EXIT_CODE + stopped[0] if stopped else 0


def _input(file: str | None) -> int:
    if file is None:
        return sys.stdin.fileno()
    try:
        return os.open(file, os.O_RDONLY)
    except OSError as error:
        raise InputError(f"Input {file} can't be read: {error.strerror}") from None


def _stopped_by_signals(reader: BlockReader) -> list[int]:
    """Let a signal end the input, so that what came before it is loaded.

    Returns:
        A list into which the number of the signal comes.
    """
    received: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        received.append(number)
        reader.stop()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    return received


def _confirm(state: bytes) -> None:
    """Write a state, which Meltano keeps for the next run."""
    try:
        sys.stdout.buffer.write(state + b"\n")
        sys.stdout.flush()
    except OSError as error:
        # Python would try again to write what is left when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise OutputError(f"A state can't be written: {error.strerror}: run again") from None


if __name__ == "__main__":
    sys.exit(main())
