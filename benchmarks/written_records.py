"""What a contestant writes, in few numbers that can be compared."""

from __future__ import annotations

import hashlib
import json
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.contract import STREAM
from benchmarks.running_server import ROOT

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

_DIGEST_BYTES = 8


@dataclass(frozen=True)
class Written:
    """The records of one run.

    Attributes:
        records: How many.
        digest: The same for the same records in any order; ids of searches aside, which are the
            contestants' own.
    """

    records: int
    digest: int


def read_written(command: Sequence[str], streams: Collection[str] = frozenset({STREAM})) -> Written:
    """Run a contestant and read the records of some streams among the Singer messages it writes."""
    count, digest = 0, 0
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        for line in process.stdout or ():
            message = json.loads(line)
            if not isinstance(message, dict):  # a contestant that only says how many there are
                count = message
            elif message["type"] == "RECORD" and message["stream"] in streams:
                count += 1
                digest += _digest({**message["record"], "search_id": None})
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, list(command))
    return Written(count, digest % 2 ** (8 * _DIGEST_BYTES))


def _digest(record: dict[str, object]) -> int:
    content = json.dumps(record, sort_keys=True).encode()
    return int.from_bytes(hashlib.blake2b(content, digest_size=_DIGEST_BYTES).digest(), "big")
