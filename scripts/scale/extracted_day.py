"""Extracting a day of a simulated org, for figures of scale."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

TAP = Path(sys.executable).parent / "tap-genesys-search"
START = datetime(2026, 1, 5, tzinfo=timezone.utc)


def extract(
    url: str, settings: dict[str, Any], output: Path, streams: list[str] | None = None
) -> None:
    """Run the tap over the org's one day."""
    config = {
        "client_id": "simulator-client",
        "client_secret": "simulator-secret",
        "auth_url": url,
        "api_url": url,
        "start_date": "2026-01-05",
        "end_date": "2026-01-06",
        "requests_per_minute": 10**5,
        **settings,
    }
    with written(config) as file:
        command: list[str | Path] = [TAP, "--config", file]
        if streams:
            found = subprocess.run(  # noqa: S603
                [TAP, "--config", file, "--discover"],
                check=True,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            catalog = json.loads(found.stdout)
            for entry in catalog["streams"]:
                for metadata in entry["metadata"]:
                    if not metadata["breadcrumb"]:
                        metadata["metadata"]["selected"] = entry["stream"] in streams
            command += ["--catalog", output.with_suffix(".catalog")]
            output.with_suffix(".catalog").write_text(json.dumps(catalog), encoding="utf-8")
        with output.open("wb") as stdout:
            subprocess.run(  # noqa: S603
                command, check=True, stdout=stdout, stderr=subprocess.DEVNULL
            )


@contextmanager
def written(config: dict[str, Any]) -> Iterator[Path]:
    """Write a configuration into a file."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "config.json"
        file.write_text(json.dumps(config), encoding="utf-8")
        yield file
