"""More users than a list can be paged through."""

from __future__ import annotations

from collections import Counter
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from genesys_cloud_simulator.org.directory import AGENTS, STATE_OF_USER, USERS

if TYPE_CHECKING:
    from collections.abc import Callable

    from .api_client import ApiClient

pytestmark = pytest.mark.thorough

PATH = "/api/v2/users"


def users(client: ApiClient, state: str) -> list[dict[str, Any]]:
    """All users of a state that can be paged through."""
    found: list[dict[str, Any]] = []
    for number in count(1):
        answer = page(client, number, state=state)
        if answer.status_code == 400 or not answer.json()["entities"]:
            break
        found += answer.json()["entities"]
    return found


def page(client: ApiClient, number: int, **params: Any) -> Any:
    return client.send("GET", PATH, params={"pageSize": 500, "pageNumber": number, **params})


@pytest.fixture
def many(start: Callable[..., ApiClient]) -> ApiClient:
    return start(further_users=20_000, requests_per_minute=10_000)


def test_pages_past_the_ten_thousandth_entry_are_refused(many: ApiClient) -> None:
    assert page(many, 20, state="any").json()["total"] == 20_000 + len(USERS)
    answer = page(many, 21, state="any")
    assert answer.status_code == answer.json()["status"] == 400
    assert answer.json()["code"] == "bad.request"
    assert len(users(many, "any")) == 10_000
    assert page(many, 1, state="active").json()["total"] > 10_000


def test_users_differ_and_are_of_all_states(many: ApiClient) -> None:
    found = users(many, "any")
    assert len({one["id"] for one in found}) == 10_000
    states = Counter(one["state"] for one in found)
    assert min(states[state] for state in ("active", "inactive", "deleted")) > 500
    assert {one.keys() >= {"id", "name", "division", "state", "email"} for one in found} == {True}
    assert users(many, "inactive") == users(many, "inactive")


def test_agents_are_among_all_others(many: ApiClient) -> None:
    active = {user_id for user_id, _ in AGENTS if user_id not in STATE_OF_USER}
    listed = {one["id"] for one in users(many, "any")}
    assert 0 < len({user_id for user_id, _ in USERS} & listed) < len(USERS)
    asked = page(many, 1, id=",".join(active)).json()["entities"]
    assert {one["id"] for one in asked} == active


@pytest.mark.parametrize("path", [PATH, "/api/v2/routing/queues", "/api/v2/groups"])
def test_the_limit_is_that_of_each_list(configure: Callable[..., ApiClient], path: str) -> None:
    client = configure(listing_depth_limit=4)
    statuses = [
        client.send("GET", path, params={"pageSize": 2, "pageNumber": number}).status_code
        for number in (1, 2, 3)
    ]
    assert statuses == [200, 200, 400]
