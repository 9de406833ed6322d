"""The SDK's own tests of a tap, against the simulator."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from singer_sdk.testing import SuiteConfig, get_tap_test_class

from tap_genesys_search.conversation_tables import KEYS
from tap_genesys_search.lookups import LOOKUPS
from tap_genesys_search.simulator import Org, Simulator
from tap_genesys_search.tap import TapGenesysSearch
from tests.singer_run import catalog_of

if TYPE_CHECKING:
    from collections.abc import Iterator

# Nearly all properties of a conversation are optional, and no conversation has all of them.
pytestmark = [
    pytest.mark.filterwarnings("ignore:No records were available to test"),
    pytest.mark.filterwarnings("ignore:Fields in transformed catalog but not in records"),
]

_running = ExitStack()
_simulator = Simulator(Org(days=3, interactions=300), requests_per_minute=100_000)
_url = _running.enter_context(_simulator.running())


@pytest.fixture(scope="module", autouse=True)
def stop_simulator() -> Iterator[None]:
    yield
    _running.close()


CONFIG = {
    "client_id": _simulator.client_id,
    "client_secret": _simulator.client_secret,
    "auth_url": _url,
    "api_url": _url,
    "start_date": "2026-01-05",
    "search_api": "conversation_jobs",  # which fills the most streams
    "end_date": "2026-01-08",
    "poll_interval_seconds": 0.001,
    "fields": ["id", "timestamp", "media.type", "relevanceScore", "originatingDirection"],
    "facets": ["mediaType"],
}

AGGREGATES = ("conversation_aggregates", "user_status_aggregates")

TestTapGenesysSearch = get_tap_test_class(
    tap_class=TapGenesysSearch,
    config=CONFIG,
    suite_config=SuiteConfig(
        max_records_limit=50,
        # Of these not every column has a value.
        ignore_no_records_for_streams=[*KEYS, *LOOKUPS, *AGGREGATES, "transcripts"],
    ),
    catalog=catalog_of(
        "interactions",
        "interaction_facets",
        "search_audits",
        *KEYS,
        *AGGREGATES,
        *LOOKUPS,
        **CONFIG,
    ),
)
