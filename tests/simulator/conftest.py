from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from genesys_cloud_simulator import Org, Simulator

from .api_client import ApiClient, ManualClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from typing_extensions import Self


ORG = Org(interactions=2000)
LARGER_ORG = Org(interactions=3000)
"""Each module would generate what is in them again if it had its own."""


class Running(ExitStack):
    """Starts simulators and signs a client in to each."""

    def __enter__(self) -> Self:
        super().__enter__()
        return self

    def start(self, *, sign_in: bool = True, **options: Any) -> ApiClient:
        defaults = {"org": ORG, "unfiltered_query_interval_days": 31}
        simulator = Simulator(**{**defaults, **options})
        client = ApiClient(self.enter_context(simulator.running()), simulator)
        self.enter_context(client.session)
        if sign_in:
            client.sign_in()
        return client


@pytest.fixture
def start() -> Iterator[Callable[..., ApiClient]]:
    """Start a simulator with options of the test's own."""
    with Running() as running:
        yield running.start


@pytest.fixture(scope="session")
def reused() -> Iterator[ApiClient]:
    with Running() as running:
        yield running.start()


@pytest.fixture
def client(reused: ApiClient) -> ApiClient:
    """A client of a simulator that begins anew for each test."""
    reused.simulator.reset()
    reused.sign_in()
    return reused


@pytest.fixture
def configure(client: ApiClient, monkeypatch: pytest.MonkeyPatch) -> Callable[..., ApiClient]:
    """Change options that can be changed while a simulator is running; for one test only."""

    def configure(**options: Any) -> ApiClient:
        for name, value in options.items():
            monkeypatch.setattr(client.simulator, name, value)
        return client

    return configure


@pytest.fixture(scope="module")
def shared() -> Iterator[ApiClient]:
    """A client of a simulator that the tests of a module share, without a rate limit to speak of.

    For tests that change nothing in it.
    """
    with Running() as running:
        yield running.start(
            org=LARGER_ORG, requests_per_minute=100_000, token_requests_per_minute=1000
        )


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()
