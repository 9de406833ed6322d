"""The programs that are compared, and the commands that run them."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.running_server import ROOT
from benchmarks.script_environments import python_for

if TYPE_CHECKING:
    from collections.abc import Mapping

TAP_COMMAND = str(Path(sys.executable).with_name("tap-genesys-search"))


@dataclass(frozen=True)
class Contestant:
    """A program that reads a configuration of the tap and extracts what it names.

    Attributes:
        name: What it is called in tables.
        module: What to run, or None for the tap.
        options: Behind the configuration.
        is_elsewhere: Whether it needs an environment of its own.
        writes_records: Whether it writes Singer messages.
    """

    name: str
    module: str | None = None
    options: tuple[str, ...] = ()
    is_elsewhere: bool = False
    writes_records: bool = True

    def command(self, config: Path) -> list[str]:
        """Write the command that runs it.

        Args:
            config: A file with a configuration.
        """
        if self.module is None:
            return [TAP_COMMAND, "--config", str(config)]
        script = ROOT / "benchmarks" / "contestants" / f"{self.module}.py"
        python = python_for(script) if self.is_elsewhere else sys.executable
        module = f"benchmarks.contestants.{self.module}"
        return [python, "-m", module, str(config), *self.options]


TAP = Contestant("tap-genesys-search")
BARE_LOOP = Contestant("Bare loop (urllib3, orjson)", "bare_loop")
UNCOMPRESSED_LOOP = Contestant(
    "Bare loop, without compression", "bare_loop", options=("--uncompressed",)
)
SERVER = Contestant("The server alone: bytes thrown away", "discarded_bytes", writes_records=False)
SEQUENTIAL_LOOP = Contestant("First loop (requests, json)", "sequential_loop")
SDK_TAP = Contestant("Typical Singer SDK tap", "sdk_tap")
SINGER_PYTHON_TAP = Contestant("Plain singer-python tap", "singer_python_tap", is_elsewhere=True)
DLT_EXTRACTION = Contestant(
    "dlt, extraction only",
    "dlt_pipeline",
    options=("--extract-only",),
    is_elsewhere=True,
    writes_records=False,
)
DLT_PIPELINE = Contestant(
    "dlt, to JSONL files", "dlt_pipeline", is_elsewhere=True, writes_records=False
)


def write_config(folder: Path, name: str, config: Mapping[str, Any]) -> Path:
    """Write a configuration file."""
    path = folder / f"{name}.json"
    path.write_text(json.dumps(config), encoding="utf-8")
    return path
