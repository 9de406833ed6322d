"""Requests in the shapes in which public programs send them to the platform.

A program's name stands beside a shape that was read in its source; the others are documented by
the platform.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from genesys_cloud_simulator.lists.documents import people, routing
from genesys_cloud_simulator.timestamps import parse_timestamp

from .api_client import (
    CONVERSATION_AGGREGATES_PATH,
    JOBS_PATH,
    ORG_INTERVAL,
    QUERY_PATH,
    ApiClient,
)

if TYPE_CHECKING:
    from collections.abc import Callable

MONDAY = ("2026-01-05T00:00:00.000Z", "2026-01-06T00:00:00.000Z")


@pytest.mark.parametrize(
    "arguments",
    [
        # airbyte-source-genesys 0.1.42
        pytest.param(
            {
                "auth": None,
                "data": {
                    "grant_type": "client_credentials",
                    "client_id": "simulator-client",
                    "client_secret": "simulator-secret",
                },
            },
            id="credentials in the form",
        ),
        # the tutorial's script
        pytest.param(
            {"params": {"grant_type": "client_credentials"}, "data": None},
            id="grant type in the query",
        ),
        # Scopes do not apply to client credentials, says the official SDK's `OAuthClient`.
        pytest.param(
            {"data": {"grant_type": "client_credentials", "scope": "users:readonly"}},
            id="scope of another API",
        ),
    ],
)
def test_logins(client: ApiClient, arguments: dict[str, Any]) -> None:
    client.sign_in(**arguments)
    assert client.query(interval="/".join(MONDAY)).status_code == 200


@pytest.mark.parametrize(
    "interval",
    [
        # tap-purecloud 0.0.6, MyPureCloud/open-data-exporter
        pytest.param("2026-01-05T00:00:00.000Z/2026-01-06T00:00:00.000Z", id="milliseconds"),
        # DataDog/integrations-core, genesys: strftime with %f
        pytest.param("2026-01-05T00:00:00.000000Z/2026-01-06T00:00:00.000000Z", id="microseconds"),
        # MyPureCloud/quick-hits-python, analytics-conversation-aggregate-query.py
        pytest.param("2026-01-05T00:00:00/2026-01-06T00:00:00", id="no zone"),
        # ISO 8601, which the official SDK's models ask for: datetime.isoformat() of an aware moment
        pytest.param("2026-01-05T00:00:00+00:00/2026-01-06T00:00:00+00:00", id="offset of zero"),
        # the same in New York
        pytest.param("2026-01-04T19:00:00-05:00/2026-01-05T19:00:00-05:00", id="offset"),
        # the same by strftime's %z
        pytest.param("2026-01-05T01:00:00+0100/2026-01-06T01:00:00+0100", id="offset, no colon"),
    ],
)
@pytest.mark.parametrize("path", [QUERY_PATH, JOBS_PATH, CONVERSATION_AGGREGATES_PATH])
def test_intervals(client: ApiClient, path: str, interval: str) -> None:
    read = {QUERY_PATH: queried, JOBS_PATH: of_a_job, CONVERSATION_AGGREGATES_PATH: aggregated}[
        path
    ]
    found = read(client, interval)
    assert found == read(client, "/".join(MONDAY))
    assert found
    if path != CONVERSATION_AGGREGATES_PATH:
        moments = map(parse_timestamp, MONDAY)
        assert found == list(client.simulator.org.ids_between(*moments))


def queried(client: ApiClient, interval: str) -> list[str]:
    return [one["conversationId"] for one in client.all_queried(interval=interval)]


def of_a_job(client: ApiClient, interval: str) -> list[str]:
    found = client.job_conversations(interval=interval, startOfDayIntervalMatching=True)
    return [one["conversationId"] for one in found]


def aggregated(client: ApiClient, interval: str) -> list[dict[str, Any]]:
    return client.aggregated(
        CONVERSATION_AGGREGATES_PATH, interval=interval, groupBy=["queueId"], metrics=["tHandle"]
    )


@pytest.mark.parametrize(
    ("path", "params", "listed"),
    [
        # Larger than the largest, which the platform takes for the largest
        pytest.param(
            "/api/v2/users",
            {"pageSize": 1000, "state": "any"},
            people.users,
            id="page too large",
        ),
        # MyPureCloud/open-data-exporter, api.js: getUsers(pageSize, pageNumber, id, sortOrder …)
        pytest.param(
            "/api/v2/users",
            {"pageSize": 500, "sortOrder": "asc", "state": "any"},
            people.users,
            id="users in an order",
        ),
        # MyPureCloud/open-data-exporter, api.js: getQueues(pageSize, pageNumber, sortBy …)
        pytest.param(
            "/api/v2/routing/queues",
            {"pageSize": 500, "sortBy": "name", "sortOrder": "desc"},
            routing.queues,
            id="queues in an order",
        ),
        # The parameters that the official SDK documents for them
        pytest.param(
            "/api/v2/routing/wrapupcodes",
            {"pageSize": 500, "sortBy": "name", "sortOrder": "desc"},
            routing.wrapup_codes,
            id="wrap-up codes in an order",
        ),
    ],
)
def test_lists(
    client: ApiClient,
    path: str,
    params: dict[str, Any],
    listed: Callable[[], list[dict[str, Any]]],
) -> None:
    response = client.send("GET", path, params=params)
    assert response.status_code == 200, response.text
    page = response.json()
    entities = list(page["entities"])
    while len(page["entities"]) == page["pageSize"]:
        page = client.send(
            "GET", path, params={**params, "pageNumber": page["pageNumber"] + 1}
        ).json()
        entities += page["entities"]
    assert sorted(one["id"] for one in entities) == sorted(one["id"] for one in listed())
    if "sortBy" in params:
        names = [one["name"] for one in entities]
        assert names == sorted(names, reverse=True)


def test_users_with_their_presence(client: ApiClient) -> None:
    # Wallboards: GET /api/v2/users?pageSize=100&expand=presence,routingStatus
    params = {"pageSize": 100, "expand": "presence,routingStatus"}
    response = client.send("GET", "/api/v2/users", params=params)
    assert response.status_code == 200, response.text
    users = response.json()["entities"]
    assert len(users) == 100
    assert all(one["presence"]["presenceDefinition"]["systemPresence"] for one in users)
    assert all(one["routingStatus"]["status"] for one in users)


def test_conversations_by_id(client: ApiClient) -> None:
    # Voice quality reports: GET …/conversations/details?id=a,b,c
    monday = client.all_queried(interval="/".join(MONDAY))
    wanted = [one["conversationId"] for one in monday[3:6]]
    path = QUERY_PATH.removesuffix("/query")
    response = client.send("GET", path, params={"id": ",".join(wanted)})
    assert response.status_code == 200, response.text
    found = {one["conversationId"]: one for one in response.json()["conversations"]}
    assert found == {one["conversationId"]: one for one in monday[3:6]}


def test_organization(client: ApiClient) -> None:
    # genesyscloudcli and others begin with it, to see that the login works
    response = client.send("GET", "/api/v2/organizations/me")
    assert response.status_code == 200, response.text
    assert response.json().keys() >= {"id", "name"}


@pytest.mark.thorough
def test_filters_of_the_platform_s_own_exporter(client: ApiClient) -> None:
    # MyPureCloud/open-data-exporter, examples/abandon_report/config.json
    def matches(dimension: str, value: str) -> dict[str, str]:
        named = {"dimension": dimension, "value": value}
        return {"type": "dimension", "operator": "matches", **named}

    clauses = [
        [matches("disconnectType", "peer"), matches("purpose", "acd")],
        [matches("mediaType", "voice")],
    ]
    response = client.query(
        interval=ORG_INTERVAL,
        order="asc",
        orderBy="conversationStart",
        paging={"pageSize": 100},
        segmentFilters=[
            {
                "type": "and",
                "clauses": [{"type": "and", "predicates": one} for one in clauses],
            }
        ],
    )
    assert response.status_code == 200, response.text
    found = response.json()["conversations"]
    assert found
    assert all(is_abandoned_call(one) for one in found)


def is_abandoned_call(conversation: dict[str, Any]) -> bool:
    return any(
        session["mediaType"] == "voice" and segment.get("disconnectType") == "peer"
        for party in conversation["participants"]
        if party["purpose"] == "acd"
        for session in party["sessions"]
        for segment in session["segments"]
    )


def test_aggregates_of_the_platform_s_own_tutorial(client: ApiClient) -> None:
    # MyPureCloud/quick-hits-python, analytics-conversation-aggregate-query.py
    params = {"name": routing.queues()[0]["name"]}
    queue_id = client.send("GET", "/api/v2/routing/queues", params=params).json()["entities"][0][
        "id"
    ]
    results = client.aggregated(
        CONVERSATION_AGGREGATES_PATH,
        interval="2026-01-05T00:00:00/2026-01-12T00:00:00",
        groupBy=["queueId"],
        metrics=["nOffered", "tAnswered", "tTalk"],
        filter={
            "type": "and",
            "clauses": [
                {"type": "or", "predicates": [{"dimension": "queueId", "value": queue_id}]}
            ],
        },
    )
    assert {one["group"]["queueId"] for one in results} == {queue_id}
    assert {figure["metric"] for one in results[0]["data"] for figure in one["metrics"]} == {
        *("nOffered", "tAnswered", "tTalk")
    }


def test_ended_conversations_the_latest_first(client: ApiClient) -> None:
    # An exporter of calls: a job with `exists`, a null value and order `desc`
    found = client.job_conversations(
        interval="/".join(MONDAY),
        order="desc",
        orderBy="conversationEnd",
        conversationFilters=[
            {
                "type": "and",
                "predicates": [
                    {
                        "type": "dimension",
                        "dimension": "conversationEnd",
                        "operator": "exists",
                        "value": None,
                    }
                ],
            }
        ],
    )
    ends = [one["conversationEnd"] for one in found]
    assert len(ends) > 1
    assert ends == sorted(ends, reverse=True)
