"""A warehouse as a target that upserts by key would fill it, in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.support.singer_run import SingerRun

Rows = dict[tuple[Any, ...], dict[str, Any]]


class Warehouse:
    """The latest row of each key, for each stream."""

    def __init__(self) -> None:
        self.tables: dict[str, Rows] = {}
        self.rows_written = 0
        self._keys: dict[str, list[str]] = {}

    def load(self, messages: Iterable[dict[str, Any]]) -> Warehouse:
        for message in messages:
            if message["type"] == "SCHEMA":
                self._keys[message["stream"]] = message["key_properties"]
            elif message["type"] == "RECORD":
                row = message["record"]
                key = tuple(row[name] for name in self._keys[message["stream"]])
                self.tables.setdefault(message["stream"], {})[key] = row
                self.rows_written += 1
        return self

    def rows(self, stream: str) -> Rows:
        return self.tables.get(stream, {})

    @classmethod
    def of(cls, run: SingerRun) -> Warehouse:
        return cls().load(run.messages)
