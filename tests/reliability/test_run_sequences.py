"""However runs follow each other, the warehouse ends with what one clean run loads."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

from genesys_cloud_simulator import Org
from tests.reliability.run_sequences import STREAMS, load_in_sequence
from tests.support.running_simulator import running_simulator
from tests.support.singer_run import run_tap
from tests.support.warehouse import Warehouse

if TYPE_CHECKING:
    from tests.reliability.conftest import Figures

QUICK = 2

THOROUGH = 50


def check_sequences(api: str, seeds: range) -> int:
    """Compare some sequences with one clean run.

    Returns:
        How many rows were compared.
    """
    org = Org(seed=11, days=6, interactions=240)
    compared = 0
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
            loaded = load_in_sequence(rng, org, config)
            for stream in STREAMS[api]:
                if stream == "interaction_facets":
                    assert _sums(loaded) == _sums(once), (api, seed)
                else:
                    assert _rows(loaded, stream) == _rows(once, stream), (api, seed, stream)
                compared += len(once.rows(stream))
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
    assert check_sequences(api, range(QUICK))


@pytest.mark.reliability
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("api", STREAMS)
def test_many_sequences_load_what_one_clean_run_loads(api: str, figures: Figures) -> None:
    compared = check_sequences(api, range(QUICK, QUICK + THOROUGH))
    section = f"Sequences of runs, {api}"
    figures(section, "Sequences of up to eight runs", THOROUGH)
    figures(section, "Rows compared with those of one clean run", compared)
    figures(section, "… missing or different", 0)
