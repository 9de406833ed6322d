"""A simulated org, and the configuration that reaches it."""

from __future__ import annotations

import gc
import os
from typing import TYPE_CHECKING, Any

import pytest

from genesys_cloud_simulator import Org, Simulator
from scripts.clean_environment import enter_clean_environment
from tests.support.python_warnings import NO_END_OF_LIFE
from tests.support.running_simulator import RunningSimulator, running_simulator
from tests.support.scripted_platform import FakeClock, ScriptedPlatform

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_httpserver import HTTPServer

# A simulated org is many objects and hardly a cycle; by default there is a look at each 700.
gc.set_threshold(50_000)


def pytest_configure(config: pytest.Config) -> None:
    """Let the tests, and all that they start, see no setting of the user's.

    A process that only deals tests out to workers stays as it is: each worker then knows how the
    machine reaches its package index, which tests that install something need.
    """
    if config.getoption("dist", "no") == "no":
        enter_clean_environment()
        os.environ.update(NO_END_OF_LIFE)


def pytest_collection_finish() -> None:
    """Spare what was imported and collected each later look for cycles."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def org() -> Org:
    """An org with a week of interactions, from Monday on."""
    return Org(seed=7, days=7, interactions=700)


@pytest.fixture(scope="module")
def running(org: Org) -> Iterator[RunningSimulator]:
    """A simulator of the module's org, or of the one above, for all tests of a module."""
    with running_simulator(org) as running:
        yield running


@pytest.fixture
def simulator(running: RunningSimulator) -> Iterator[Simulator]:
    """The simulator of the module, without a past."""
    with running.begun_anew() as simulator:
        yield simulator


@pytest.fixture
def config(running: RunningSimulator, simulator: Simulator) -> dict[str, Any]:
    """A configuration that reaches the simulator, for the whole period of its org."""
    assert not simulator.requests
    return {**running.config, "search_api": "interaction_search"}


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def platform(httpserver: HTTPServer, clock: FakeClock) -> ScriptedPlatform:
    return ScriptedPlatform(httpserver, clock)
