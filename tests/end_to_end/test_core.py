"""The SDK's own tests of a tap, against the simulator."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from singer_sdk.testing import SuiteConfig, get_tap_test_class
from singer_sdk.testing.suites import SingerTestSuite
from singer_sdk.testing.tap_tests import AttributeIsDateTimeTest, AttributeNotNullTest

from genesys_cloud_simulator import Org
from tap_genesys_search.records.conversations.tables import CONVERSATION_TABLES
from tap_genesys_search.streams.lookups.lists import LOOKUPS
from tap_genesys_search.tap import TapGenesysSearch
from tests.support.running_simulator import running_simulator
from tests.support.singer_run import catalog_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from singer_sdk.testing.templates import AttributeTestTemplate

# Nearly all properties of a conversation are optional, and no conversation has all of them.
pytestmark = [
    pytest.mark.filterwarnings("ignore:No records were available to test"),
    pytest.mark.filterwarnings("ignore:Fields in transformed catalog but not in records"),
]

CONFIG = {
    "client_id": "the simulator's",
    "client_secret": "the simulator's",
    "start_date": "2026-01-05",
    "search_api": "conversation_jobs",  # which fills the most streams
    "end_date": "2026-01-06",
    "poll_interval_seconds": 0.001,
    "fields": ["id", "timestamp", "media.type", "relevanceScore", "originatingDirection"],
    "facets": ["mediaType"],
}


@pytest.fixture(scope="module", autouse=True)
def simulator() -> Iterator[None]:
    """Tell the SDK's tests, which are made before any runs, where the simulator is."""
    with running_simulator(Org(days=1, interactions=100)) as running:
        own = ("client_id", "client_secret", "auth_url", "api_url")
        CONFIG.update({name: running.config[name] for name in own})
        yield


AGGREGATES = ("conversation_aggregates", "user_status_aggregates")

# That values are of the type that their schema says, the test of whole records proves.
BEYOND_THE_SCHEMA: SingerTestSuite[AttributeTestTemplate] = SingerTestSuite(
    kind="tap_stream_attribute", tests=[AttributeIsDateTimeTest, AttributeNotNullTest]
)

TestTapGenesysSearch = get_tap_test_class(
    tap_class=TapGenesysSearch,
    config=CONFIG,
    custom_suites=[BEYOND_THE_SCHEMA],
    include_stream_attribute_tests=False,
    suite_config=SuiteConfig(
        max_records_limit=50,
        # Of these not every column has a value.
        ignore_no_records_for_streams=[*CONVERSATION_TABLES, *LOOKUPS, *AGGREGATES, "transcripts"],
    ),
    catalog=catalog_of(
        "interactions",
        "interaction_facets",
        "search_audits",
        *CONVERSATION_TABLES,
        *AGGREGATES,
        *LOOKUPS,
        **CONFIG,
    ),
)
