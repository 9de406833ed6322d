"""Runs stopped at random moments by signals and closed pipes."""

from __future__ import annotations

import random
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from genesys_cloud_simulator import Org
from tests.support.stopped_run import STOPS, find_faults, started_tap, stdout_of, stop

if TYPE_CHECKING:
    from pathlib import Path

    from genesys_cloud_simulator import Simulator
    from tests.reliability.conftest import Figures

pytestmark = [pytest.mark.reliability, pytest.mark.timeout(3600)]

STOPS_OF_EACH_KIND = 20
# The org has 1,500 interactions: no run is at its end yet.
MOST_LINES = 1400
GRACE_SECONDS = 5


@pytest.fixture(scope="module")
def org() -> Org:
    return Org(seed=7, days=7, interactions=1500)


@pytest.mark.parametrize("api", ["interaction_search", "conversation_jobs"])
def test_stopped_at_random_moments(
    api: str, simulator: Simulator, config: dict[str, Any], tmp_path: Path, figures: Figures
) -> None:
    rng = random.Random(f"stop:{api}")  # noqa: S311 - not for security
    config.update(search_api=api, max_concurrent_searches=4)
    simulator.max_open_jobs = 100
    faults: Counter[str] = Counter()
    slowest = 0.0
    for number in range(STOPS_OF_EACH_KIND * len(STOPS)):
        how = STOPS[number % len(STOPS)]
        simulator.reset()
        simulator.query_seconds = rng.uniform(0, 0.2)
        with started_tap(tmp_path, config) as tap:
            lines = rng.randrange(1, MOST_LINES)
            read = b"".join(stdout_of(tap).readline() for _ in range(lines))
            time.sleep(rng.uniform(0, 0.2))
            run = stop(tap, how, tmp_path, read)
        slowest = max(slowest, run.seconds)
        faults.update(f"{how}: {fault}" for fault in find_faults(run, simulator))
        faults[f"{how}: took too long to end"] += run.seconds > GRACE_SECONDS
    section = f"Stopped runs, {api}"
    figures(section, "Runs stopped by SIGTERM, SIGINT, a closed pipe", f"{number + 1}")
    figures(section, "… of them not as they should", faults.total())
    figures(section, "Longest time to end, seconds", round(slowest, 1))
    assert not +faults
