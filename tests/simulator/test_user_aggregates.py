"""The user aggregates: times that add up, and agree with what the users handled."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from genesys_cloud_simulator import Org
from genesys_cloud_simulator.org.directory import AGENTS
from genesys_cloud_simulator.views.user_status import SYSTEM_PRESENCES

from .api_client import USER_AGGREGATES_PATH as PATH

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .api_client import ApiClient

DAY = "2026-01-07T00:00:00.000Z/2026-01-08T00:00:00.000Z"
METRICS = ["tSystemPresence", "tOrganizationPresence", "tAgentRoutingStatus"]
HALF_HOUR = 30 * 60 * 1000


def of_users(user_ids: Sequence[str]) -> Any:
    return {
        "type": "or",
        "predicates": [{"dimension": "userId", "value": user_id} for user_id in user_ids],
    }


AGENT_IDS = [user_id for user_id, _ in AGENTS[:100]]
EVERYBODY = of_users(AGENT_IDS)


def sums(metrics: list[Any], name: str) -> Counter[str]:
    return Counter(
        {one["qualifier"]: one["stats"]["sum"] for one in metrics if one["metric"] == name}
    )


@pytest.mark.thorough
def test_times_add_up(shared: ApiClient) -> None:
    results = shared.aggregated(
        PATH,
        interval=DAY,
        granularity="PT30M",
        groupBy=["userId"],
        metrics=METRICS,
        filter=EVERYBODY,
    )
    assert {one["group"]["userId"] for one in results} == set(AGENT_IDS)
    everything = Counter[str]()
    for one in results:
        assert len(one["data"]) == 48
        for data in one["data"]:
            system = sums(data["metrics"], "tSystemPresence")
            organization = sums(data["metrics"], "tOrganizationPresence")
            routing = sums(data["metrics"], "tAgentRoutingStatus")
            assert system.total() == organization.total() == HALF_HOUR
            assert routing.total() == HALF_HOUR - system["OFFLINE"]
            assert routing.total() - routing["OFF_QUEUE"] == system["ON_QUEUE"]
            everything += system + routing
    assert {"IDLE", "INTERACTING", "OFF_QUEUE", "OFFLINE", "ON_QUEUE", "MEAL"} <= everything.keys()
    assert everything["IDLE"] > everything["INTERACTING"] > HALF_HOUR


def test_a_bucket_as_long_as_the_interval(shared: ApiClient) -> None:
    asked = {"interval": DAY, "metrics": METRICS, "filter": EVERYBODY}
    (together,) = shared.aggregated(PATH, **asked)
    apart = shared.aggregated(PATH, groupBy=["userId"], granularity="PT12H", **asked)
    (data,) = together["data"]
    assert together["group"] == {}
    assert data["interval"] == DAY
    added = Counter[str]()
    for one in apart:
        for half in one["data"]:
            added += sums(half["metrics"], "tAgentRoutingStatus")
    assert sums(data["metrics"], "tAgentRoutingStatus") == added


def test_days_of_a_zone_add_up_too(shared: ApiClient) -> None:
    asked = {"interval": DAY, "metrics": METRICS, "filter": EVERYBODY}
    (whole,) = shared.aggregated(PATH, **asked)
    (by_day,) = shared.aggregated(PATH, timeZone="America/New_York", granularity="P1D", **asked)
    assert [one["interval"] for one in by_day["data"]] == [
        "2026-01-07T00:00:00.000Z/2026-01-07T05:00:00.000Z",
        "2026-01-07T05:00:00.000Z/2026-01-08T00:00:00.000Z",
    ]
    for metric in METRICS:
        parts = [sums(one["metrics"], metric) for one in by_day["data"]]
        assert sum(parts, Counter()) == sums(whole["data"][0]["metrics"], metric)


def test_presences_are_mapped(shared: ApiClient) -> None:
    response = shared.aggregate(
        PATH, interval=DAY, metrics=["tOrganizationPresence"], filter=EVERYBODY
    )
    mapped = response.json()["systemToOrganizationMappings"]
    assert mapped.keys() == set(SYSTEM_PRESENCES.values())
    assert len(mapped["BUSY"]) == 2
    (one,) = response.json()["results"]
    shown = {found["qualifier"] for found in one["data"][0]["metrics"]}
    assert shown <= {presence for presences in mapped.values() for presence in presences}
    assert len(shown) > 5


def test_unknown_users_have_no_data(shared: ApiClient) -> None:
    asked = {"interval": DAY, "metrics": METRICS}
    assert shared.aggregated(PATH, filter=of_users(["nobody"]), **asked) == []


def test_only_what_has_happened(start: Callable[..., ApiClient]) -> None:
    org = Org(interactions=100)
    client = start(org=org, now=org.start + timedelta(days=2, hours=11))
    results = client.aggregated(
        PATH, interval=DAY, granularity="PT1H", metrics=["tSystemPresence"], filter=EVERYBODY
    )
    assert len(results[0]["data"]) == 11


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"filter": None}, "A filter of userId is required"),
        ({"filter": of_users([str(one) for one in range(101)])}, "no more than 100 userId"),
        (
            {"filter": {"type": "or", "predicates": [{"dimension": "queueId", "value": "q"}]}},
            "filter.predicates[0].dimension has the unknown value 'queueId'",
        ),
        ({"groupBy": ["queueId"]}, "groupBy[0] has the unknown value 'queueId'"),
        ({"metrics": ["tHandle"]}, "metrics[0] has the unknown value 'tHandle'"),
        ({"granularity": "PT15M"}, "granularity must be of whole half hours"),
        ({"limit": 5}, "Unrecognized field 'limit'"),
    ],
)
def test_refuses_what_is_wrong(shared: ApiClient, changes: dict[str, Any], message: str) -> None:
    asked = {"interval": DAY, "metrics": METRICS, "filter": EVERYBODY, **changes}
    response = shared.aggregate(PATH, **asked)
    assert response.status_code == 400
    assert message in response.json()["message"]


def test_needs_its_permission(start: Callable[..., ApiClient]) -> None:
    client = start(permissions=frozenset({"analytics:conversationAggregate:view"}))
    response = client.aggregate(PATH, metrics=METRICS, filter=EVERYBODY)
    assert response.status_code == 403
    assert "[analytics:userAggregate:view]" in response.json()["message"]
