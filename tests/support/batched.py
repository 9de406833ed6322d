"""Batches: having them written, and reading the files that BATCH messages name."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


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
        return [
            json.loads(line)
            for file in message["manifest"]
            for line in gzip.decompress(Path(urlsplit(file).path).read_bytes()).splitlines()
        ]
    return []


def batched(messages: Iterable[Mapping[str, Any]], stream: str) -> list[list[dict[str, Any]]]:
    """Read the batches of a stream, each a list of records."""
    return [
        records_of(message)
        for message in messages
        if message["type"] == "BATCH" and message["stream"] == stream
    ]
