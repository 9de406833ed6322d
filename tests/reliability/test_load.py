"""Large orgs in one run: complete, and in the same memory as small ones."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.reliability.conftest import Figures

pytestmark = [
    pytest.mark.reliability,
    pytest.mark.timeout(4 * 3600),
    pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads /proc"),
]

SCRIPTS = Path(sys.executable).parent
EXAMPLE = re.compile(r"Example config:\n(\{.*?\n\})", re.DOTALL)
SAMPLE_SECONDS = 0.5
MOST_MEGABYTES = 200
MOST_GROWTH = 1.15


@dataclass(frozen=True)
class Size:
    """An org to extract.

    Attributes:
        interactions: How many it has.
        days: Over how many days.
    """

    interactions: int
    days: int

    def __str__(self) -> str:
        return f"{self.interactions:,} interactions in {self.days} days"


SMALL = Size(200_000, 28)
# As many a day as the small one, so that only the runs are longer.
LARGE = Size(1_000_000, 140)
HUGE = Size(5_000_000, 700)
# As many days as the small one, the busiest of them over the limit of what a search may match.
DENSE = Size(1_000_000, 28)


@dataclass
class Measured:
    """What a run wrote and what it took.

    Attributes:
        records: Interactions written.
        ids: How many different ids they have.
        seconds: How long the run took.
        peak: Its largest memory (high water mark of resident memory) in MB.
        samples: Its resident memory in MB, over time.
    """

    records: int = 0
    ids: int = 0
    seconds: float = 0
    peak: float = 0
    samples: list[float] = field(default_factory=list)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Measured:
    return measure(SMALL, tmp_path_factory.mktemp("small"))


def test_small_org_is_complete(small: Measured, figures: Figures) -> None:
    note(SMALL, small, figures)
    check(SMALL, small)


@pytest.mark.parametrize("size", [LARGE, HUGE], ids=str)
def test_more_windows_take_no_more_memory(
    size: Size, small: Measured, tmp_path: Path, figures: Figures
) -> None:
    large = measure(size, tmp_path)
    note(size, large, figures)
    figures(section(size), "Peak to that of 200,000", f"{large.peak / small.peak:.2f}")
    check(size, large)
    assert large.peak <= small.peak * MOST_GROWTH


def test_windows_as_full_as_they_may_be_take_no_more_than_the_limit(
    small: Measured, tmp_path: Path, figures: Figures
) -> None:
    # The ids of a window are kept until it is complete, so fuller windows do take more.
    dense = measure(DENSE, tmp_path)
    note(DENSE, dense, figures)
    figures(section(DENSE), "Peak to that of 200,000", f"{dense.peak / small.peak:.2f}")
    check(DENSE, dense)


def check(size: Size, measured: Measured) -> None:
    assert measured.records == size.interactions
    assert measured.ids == size.interactions
    assert measured.peak < MOST_MEGABYTES


def section(size: Size) -> str:
    return f"Load, {size}"


def note(size: Size, measured: Measured, figures: Figures) -> None:
    figures(section(size), "Interactions written", measured.records)
    figures(section(size), "Different ids", measured.ids)
    figures(section(size), "Seconds", round(measured.seconds))
    figures(section(size), "Peak memory, MB", round(measured.peak))
    for percent in (10, 50, 90):
        sample = measured.samples[len(measured.samples) * percent // 100]
        figures(section(size), f"Memory after {percent} % of the time, MB", round(sample))


def measure(size: Size, folder: Path) -> Measured:
    """Run the tap against a simulator, each in a process of its own."""
    with running_simulator(size, folder / "simulator") as config:
        (folder / "config.json").write_text(json.dumps(config))
        measured = Measured()
        started = time.monotonic()
        with (
            (folder / "stderr").open("wb") as stderr,
            subprocess.Popen(
                [SCRIPTS / "tap-genesys-search", "--config", folder / "config.json"],
                stdout=subprocess.PIPE,
                stderr=stderr,
            ) as tap,
        ):
            sampler = threading.Thread(target=sample_memory, args=(tap, measured))
            sampler.start()
            assert tap.stdout is not None
            count_interactions(tap.stdout, measured)
        measured.seconds = time.monotonic() - started
        sampler.join()
    assert tap.returncode == 0, (folder / "stderr").read_text()
    return measured


@contextmanager
def running_simulator(size: Size, log: Path) -> Iterator[dict[str, object]]:
    """Run a simulator that answers at once, and give the configuration that reaches it."""
    command: list[str | Path] = [
        SCRIPTS / "genesys-cloud-simulator",
        "--port=0",
        "--query-seconds=0",
        "--start=2024-01-01",  # so that the largest org, too, lies in the past
        "--requests-per-minute=100000",
        f"--days={size.days}",
        f"--interactions={size.interactions}",
    ]
    with log.open("wb") as stderr, subprocess.Popen(command, stderr=stderr) as simulator:
        try:
            while not (said := EXAMPLE.search(log.read_text())):
                assert simulator.poll() is None, log.read_text()
                time.sleep(0.05)
            yield {
                **json.loads(said[1]),
                "search_api": "interaction_search",
                "page_size": 1000,
                "requests_per_minute": 100_000,
                "poll_interval_seconds": 0.01,
            }
        finally:
            simulator.terminate()


def count_interactions(stdout: IO[bytes], measured: Measured) -> None:
    ids = set()
    for line in stdout:
        message = json.loads(line)
        if message["type"] == "RECORD" and message["stream"] == "interactions":
            measured.records += 1
            ids.add(message["record"]["id"])
    measured.ids = len(ids)


def sample_memory(tap: subprocess.Popen[bytes], measured: Measured) -> None:
    """Read the memory of a process now and then, until it has ended.

    Its own high water mark, because the one of getrusage may be that of the parent it came from.
    """
    status = Path(f"/proc/{tap.pid}/status")
    while tap.poll() is None:
        with suppress(OSError, KeyError):
            found = dict(re.findall(r"(VmHWM|VmRSS):\s+(\d+) kB", status.read_text()))
            measured.peak = max(measured.peak, int(found["VmHWM"]) / 1024)
            measured.samples.append(int(found["VmRSS"]) / 1024)
        time.sleep(SAMPLE_SECONDS)
