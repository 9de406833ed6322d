"""The largest memory of a process, while it runs."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import subprocess

SAMPLE_SECONDS = 0.02


def watch_peak(process: subprocess.Popen[bytes], peaks: dict[int, float]) -> None:
    """Read a process's high water mark of resident memory until it has ended.

    Its own mark, because the one of getrusage may be that of the parent it came from.

    Args:
        process: The process.
        peaks: Gets the mark, in MB, by the process's number.
    """
    status = Path(f"/proc/{process.pid}/status")
    while process.poll() is None:
        with suppress(OSError, TypeError):
            found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
            peaks[process.pid] = int(found[1]) / 1024  # type: ignore[index]
        time.sleep(SAMPLE_SECONDS)
