"""Batches: having them written, and reading the files that BATCH messages name."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from pyarrow import parquet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


def batches_below(folder: Path, **options: Any) -> dict[str, Any]:
    """Make the settings for batches in a folder."""
    return {
        "batch_config": {
            "encoding": {"format": "jsonl", "compression": "gzip"},
            "storage": {"root": folder.as_uri()},
            **options,
        }
    }


def records_of(message: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Read the records that a message brings, one or files of them."""
    if message["type"] == "RECORD":
        return [message["record"]]
    if message["type"] == "BATCH":
        read = READERS[message["encoding"]["format"], message["encoding"].get("compression")]
        return [
            row for file in message["manifest"] for row in read(Path(unquote(urlsplit(file).path)))
        ]
    return []


def read_json_lines(file: Path) -> list[dict[str, Any]]:
    """Read a file that is not compressed."""
    return list(map(json.loads, file.read_bytes().splitlines()))


def read_gzipped_json_lines(file: Path) -> list[dict[str, Any]]:
    """Read a compressed file."""
    return list(map(json.loads, gzip.decompress(file.read_bytes()).splitlines()))


def read_parquet(file: Path) -> list[dict[str, Any]]:
    """Read a Parquet file."""
    rows: list[dict[str, Any]] = parquet.read_table(file).to_pylist()
    return rows


READERS: dict[tuple[str, str | None], Callable[[Path], list[dict[str, Any]]]] = {
    ("jsonl", "gzip"): read_gzipped_json_lines,
    ("jsonl", "none"): read_json_lines,
    ("parquet", None): read_parquet,
    ("parquet", "gzip"): read_parquet,
    ("parquet", "none"): read_parquet,
}


def batched(messages: Iterable[Mapping[str, Any]], stream: str) -> list[list[dict[str, Any]]]:
    """Read the batches of a stream, each a list of records."""
    return [
        records_of(message)
        for message in messages
        if message["type"] == "BATCH" and message["stream"] == stream
    ]
