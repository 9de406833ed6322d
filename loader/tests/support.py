"""Loading messages in this process, and reading what is in the file then."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any

import duckdb

from target_duckdb_bulk.reading import BlockReader
from target_duckdb_bulk.run import load
from target_duckdb_bulk.settings import parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

COMMAND = [sys.executable, "-m", "target_duckdb_bulk"]
Message = dict[str, Any]


def schema(
    stream: str, properties: dict[str, Any], keys: Iterable[str] = ("id",), **more: Any
) -> Message:
    return {
        "type": "SCHEMA",
        "stream": stream,
        "schema": {"type": "object", "properties": properties, **more},
        "key_properties": list(keys),
    }


def record(stream: str, values: dict[str, Any], **more: Any) -> Message:
    return {"type": "RECORD", "stream": stream, "record": values, **more}


def state(value: Any) -> Message:
    return {"type": "STATE", "value": value}


INTEGER = {"type": ["integer", "null"]}
TEXT = {"type": ["string", "null"]}
NUMBER = {"type": ["number", "null"]}
BOOLEAN = {"type": ["boolean", "null"]}
OBJECT = {"type": ["object", "null"]}
MOMENT = {"type": ["string", "null"], "format": "date-time"}


@dataclass(frozen=True)
class File:
    """A DuckDB file that messages are loaded into."""

    path: Path
    settings: dict[str, Any] = field(default_factory=dict)

    def load(self, *messages: Message | str | bytes, **settings: Any) -> list[Any]:
        """Load messages, and return the states that were confirmed."""
        states: list[Any] = []
        with input_of(messages) as reader:
            parsed, _ = parse({"path": str(self.path), **self.settings, **settings})
            load(parsed, reader, lambda line: states.append(json.loads(line)))
        return states

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.path), read_only=True) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            return connection.execute(statement).fetchall()

    def execute(self, statement: str) -> None:
        with duckdb.connect(str(self.path)) as connection:
            connection.execute(statement)

    def types(self, table: str) -> dict[str, str]:
        return {row[0]: row[1] for row in self.query(f"DESCRIBE {table}")}


@contextmanager
def input_of(messages: Iterable[Message | str | bytes]) -> Iterator[BlockReader]:
    """Write messages into a file that the target reads."""
    handle = os.memfd_create("input") if hasattr(os, "memfd_create") else -1
    with os.fdopen(handle, "w+b") as file:
        file.write(b"".join(map(line_of, messages)))
        file.seek(0)
        yield BlockReader(handle)


def line_of(message: Message | str | bytes) -> bytes:
    """Write a message as a line; a text or bytes are written as they are."""
    if isinstance(message, bytes):
        return message
    text = message if isinstance(message, str) else json.dumps(message)
    return text.encode() + b"\n"


@contextmanager
def running(file: File, **settings: Any) -> Iterator[subprocess.Popen[bytes]]:
    """Run the target as a process that reads a pipe."""
    config = file.path.with_suffix(".json")
    config.write_text(json.dumps({"path": str(file.path), **settings}))
    with subprocess.Popen(
        [*COMMAND, "--config", str(config)],
        bufsize=0,  # so that nothing is left to be written when it has ended
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def send(process: subprocess.Popen[bytes], *messages: Any) -> None:
    assert process.stdin
    process.stdin.write(b"".join(map(line_of, messages)))
    process.stdin.flush()


def received(output: IO[bytes] | None) -> Any:
    assert output
    return json.loads(output.readline())
