"""However runs follow each other, the warehouse ends with what one clean run loads."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from genesys_cloud_simulator import Org
from tests.reliability.run_sequences import STREAMS, load_in_sequence, warnings_of_changes
from tests.support.running_simulator import running_simulator
from tests.support.singer_run import run_tap
from tests.support.warehouse import Warehouse

if TYPE_CHECKING:
    from tests.reliability.conftest import Figures

pytestmark = pytest.mark.thorough

QUICK = 2

THOROUGH = 50


@dataclass
class Compared:
    """What was compared with one clean run.

    Attributes:
        rows: Rows of the clean runs.
        warned: Sequences in which a run asked for less than the others, and a warning said so.
    """

    rows: int = 0
    warned: int = 0


def check_sequences(api: str, seeds: range) -> Compared:
    """Compare some sequences with one clean run, wherever no warning said otherwise."""
    org = Org(seed=11, days=6, interactions=240)
    compared = Compared()
    with running_simulator(org) as running:
        for seed in seeds:
            rng = random.Random(seed)  # noqa: S311 - not for security
            config: dict[str, Any] = {
                **running.config,
                "search_api": api,
                "window_hours": rng.choice((6, 24, 36)),
                "lookback_hours": rng.choice((0, 1, 30)),
                "facets": ["mediaType"] if api == "interaction_search" else [],
            }
            once = Warehouse.of(run_tap(config, select=STREAMS[api]))
            with warnings_of_changes() as warnings:
                loaded = load_in_sequence(rng, org, config)
            if warnings:
                compared.warned += 1
                continue
            for stream in STREAMS[api]:
                if stream == "interaction_facets":
                    assert _sums(loaded) == _sums(once), (api, seed)
                else:
                    assert _rows(loaded, stream) == _rows(once, stream), (api, seed, stream)
                compared.rows += len(once.rows(stream))
    return compared


def _rows(warehouse: Warehouse, stream: str) -> dict[Any, Any]:
    rows = warehouse.rows(stream)
    # The search that found a row last may be one over another window.
    return {
        key: {name: value for name, value in row.items() if name != "search_id"}
        for key, row in rows.items()
    }


def _sums(warehouse: Warehouse) -> dict[Any, int]:
    sums: dict[Any, int] = {}
    for row in warehouse.rows("interaction_facets").values():
        key = row["facet"], row["bucket_key"]
        sums[key] = sums.get(key, 0) + row["bucket_count"]
    return sums


@pytest.mark.parametrize("api", STREAMS)
def test_runs_in_any_sequence_load_what_one_clean_run_loads(api: str) -> None:
    assert check_sequences(api, range(QUICK)).rows


@pytest.mark.reliability
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("api", STREAMS)
def test_many_sequences_load_what_one_clean_run_loads(api: str, figures: Figures) -> None:
    compared = check_sequences(api, range(QUICK, QUICK + THOROUGH))
    section = f"Sequences of runs, {api}"
    figures(section, "Sequences of up to eight runs", THOROUGH)
    figures(section, "… in which a warning named changed filters", compared.warned)
    figures(section, "Rows of the others compared with those of one clean run", compared.rows)
    figures(section, "… missing or different", 0)
