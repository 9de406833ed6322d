"""The lookups: the shapes of their pages, what they filter by, and what they refuse."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from genesys_cloud_simulator import Fault, Org
from genesys_cloud_simulator.offer import (
    NARROWING_PERMISSIONS,
    NEEDED_PERMISSIONS,
    OFFERED_LISTS,
)
from genesys_cloud_simulator.org.directory import AGENTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from .api_client import ApiClient

QUEUES = "/api/v2/routing/queues"
PATHS = {name: one.path.replace("{queue_id}", "unknown") for name, one in OFFERED_LISTS.items()}


def listed(client: ApiClient, lookup: str, **params: Any) -> list[Any]:
    answer = client.send("GET", PATHS[lookup], params=params)
    assert answer.status_code == 200, answer.text
    entities: list[Any] = answer.json()["entities"]
    return entities


def names(client: ApiClient, lookup: str, **params: Any) -> list[str]:
    return [one["name"] for one in listed(client, lookup, **params)]


# Pages.


def test_pages_by_number(shared: ApiClient) -> None:
    first = shared.send("GET", QUEUES, params={"pageSize": 5}).json()
    pages = [shared.send("GET", first["selfUri"]).json()]
    assert pages == [first]
    while "nextUri" in pages[-1]:
        pages.append(shared.send("GET", pages[-1]["nextUri"]).json())
    assert [len(page["entities"]) for page in pages] == [5, 5, 2]
    assert {(page["total"], page["pageCount"], page["pageSize"]) for page in pages} == {(12, 3, 5)}
    assert shared.send("GET", pages[-1]["previousUri"]).json() == pages[1]
    assert shared.send("GET", pages[1]["lastUri"]).json() == pages[2]
    beyond = shared.send("GET", QUEUES, params={"pageNumber": 9}).json()
    assert (beyond["entities"], beyond["total"]) == ([], 12)


def test_a_page_has_25_entries_unless_asked_otherwise(shared: ApiClient) -> None:
    for lookup in ("users", "wrapup_codes", "teams"):
        assert len(listed(shared, lookup)) == 25


def test_members_have_no_totals_and_a_larger_page_is_capped(shared: ApiClient) -> None:
    queue_id = listed(shared, "queues")[0]["id"]
    path = f"{QUEUES}/{queue_id}/members"
    first = shared.send("GET", path, params={"pageSize": 500}).json()
    assert first["pageSize"] == len(first["entities"]) == 100
    assert not {"total", "pageCount", "lastUri"} & first.keys()
    last = shared.send("GET", first["nextUri"]).json()
    assert len(last["entities"]) == 20
    assert "nextUri" not in last
    assert len({one["id"] for page in (first, last) for one in page["entities"]}) == 120
    joined = shared.send("GET", path, params={"joined": "false"}).json()["entities"]
    assert 0 < len(joined) < 25
    assert {one["joined"] for one in joined} == {False}


def test_pages_by_cursor(shared: ApiClient) -> None:
    page = shared.send("GET", PATHS["teams"], params={"pageSize": 50}).json()
    assert page.keys() == {"entities", "selfUri", "nextUri"}
    found = page["entities"]
    while "nextUri" in page:
        page = shared.send("GET", page["nextUri"]).json()
        found += page["entities"]
    assert len({one["id"] for one in found}) == len(found) == 105
    back = shared.send("GET", page["previousUri"]).json()
    assert back["entities"] == found[50:100]
    assert "nextUri" in back


@pytest.mark.parametrize(
    ("lookup", "largest"),
    [
        ("users", 500),
        ("wrapup_codes", 500),
        ("flows", 500),
        ("contact_lists", 100),
    ],
)
def test_a_page_size_over_the_largest_is_taken_for_it(
    shared: ApiClient, lookup: str, largest: int
) -> None:
    for size, taken in ((largest, largest), (largest + 1, largest), (100_000, largest), (7, 7)):
        answer = shared.send("GET", PATHS[lookup], params={"pageSize": size})
        assert answer.status_code == 200
        page = answer.json()
        assert page["pageSize"] == taken
        assert page["pageCount"] == -(-page["total"] // taken)
        assert f"pageSize={taken}&" in page["selfUri"] + "&"


def test_a_page_by_cursor_is_no_larger_either(shared: ApiClient) -> None:
    assert len(listed(shared, "teams", pageSize=10_000)) == 105


def test_the_next_page_keeps_every_parameter(shared: ApiClient) -> None:
    ids = [one["id"] for one in listed(shared, "users", pageSize=3)]
    params = {"id": ids, "expand": ["skills", "team"], "sortOrder": "desc", "pageSize": 2}
    first = shared.send("GET", PATHS["users"], params=params).json()
    second = shared.send("GET", first["nextUri"]).json()
    found = first["entities"] + second["entities"]
    assert sorted(one["id"] for one in found) == sorted(ids)
    assert all("skills" in one for one in found)
    assert "nextUri" not in second


# Order.


@pytest.mark.parametrize("lookup", ["users", "queues", "wrapup_codes", "skills", "teams"])
def test_sorts_by_name(shared: ApiClient, lookup: str) -> None:
    unsorted = names(shared, lookup, pageSize=500)
    ascending = names(shared, lookup, pageSize=500, sortOrder="asc")
    assert ascending == sorted(unsorted, key=str.casefold)
    for direction in ("desc", "DESC", "descending"):
        assert names(shared, lookup, pageSize=500, sortOrder=direction) == ascending[::-1]
    assert names(shared, lookup, pageSize=500, sortOrder="ASCENDING") == ascending


def test_sorts_by_what_is_asked_for(shared: ApiClient) -> None:
    by_id = [one["id"] for one in listed(shared, "wrapup_codes", pageSize=500, sortBy="id")]
    assert by_id == sorted(by_id)
    backwards = listed(shared, "wrapup_codes", pageSize=500, sortBy="ID", sortOrder="desc")
    assert [one["id"] for one in backwards] == by_id[::-1]
    # What the flows are sorted by is their id, unless asked otherwise.
    flows = [one["id"] for one in listed(shared, "flows", sortOrder="desc")]
    assert flows == sorted(flows, reverse=True)
    versions = [one["version"] for one in listed(shared, "users", pageSize=500, sortBy="version")]
    assert versions == sorted(versions)
    titles = [one.get("title", "") for one in listed(shared, "users", pageSize=500, sortBy="title")]
    assert titles == sorted(titles)
    assert set(titles) == {"", "Agent"}


def test_pages_go_on_in_the_order(shared: ApiClient) -> None:
    for lookup in ("users", "teams"):
        page = shared.send(
            "GET", PATHS[lookup], params={"pageSize": 40, "sortOrder": "desc"}
        ).json()
        found = page["entities"]
        while "nextUri" in page:
            page = shared.send("GET", page["nextUri"]).json()
            found += page["entities"]
        assert found == listed(shared, lookup, pageSize=500, sortOrder="desc")


# Filters.


def test_users_by_state_and_id(shared: ApiClient) -> None:
    everybody = listed(shared, "users", pageSize=500, state="any")
    by_state = {
        state: listed(shared, "users", pageSize=500, state=state)
        for state in ("active", "inactive", "deleted")
    }
    assert sum(map(len, by_state.values())) == len(everybody) == 236
    assert listed(shared, "users", pageSize=500) == by_state["active"]
    assert all(one["state"] == state for state, found in by_state.items() for one in found)
    assert all(by_state.values())
    wanted = [everybody[3], everybody[5]]
    ids = [one["id"] for one in wanted]
    assert listed(shared, "users", id=",".join(ids)) == listed(shared, "users", id=ids) == wanted


def test_what_users_can_do_comes_where_asked_for(shared: ApiClient) -> None:
    bare = listed(shared, "users", pageSize=2)
    for one in bare:
        assert not {"skills", "languages", "groups", "locations", "team"} & one.keys()
    expanded = listed(shared, "users", pageSize=2, expand="skills,team")
    # The first one is in no team.
    assert [{"skills"}, {"skills", "team"}] == [
        more.keys() - less.keys() for less, more in zip(bare, expanded, strict=True)
    ]
    assert listed(shared, "users", pageSize=2, expand=["skills", "team"]) == expanded


def test_users_come_with_what_they_are_doing(start: Callable[..., ApiClient]) -> None:
    org = Org(interactions=10)
    client = start(org=org, now=org.start + timedelta(days=2, hours=13))
    bare = listed(client, "users", pageSize=500, state="any")
    assert not any({"presence", "routingStatus"} & one.keys() for one in bare)
    users = listed(client, "users", pageSize=500, state="any", expand="presence,routingStatus")
    presences = {one["presence"]["presenceDefinition"]["systemPresence"] for one in users}
    statuses = {one["routingStatus"]["status"] for one in users}
    assert {"OFFLINE", "AVAILABLE", "ON_QUEUE", "MEAL"} <= presences
    assert statuses == {"OFF_QUEUE", "IDLE"}
    for one in users:
        on_queue = one["presence"]["presenceDefinition"]["systemPresence"] == "ON_QUEUE"
        assert on_queue == (one["routingStatus"]["status"] == "IDLE")
        assert one["presence"]["modifiedDate"] <= "2026-01-07T13:00:00.000Z"
    assert {
        one["presence"]["presenceDefinition"]["systemPresence"]
        for one in users
        if one["state"] != "active"
    } == {"OFFLINE"}
    client.simulator.now = org.start + timedelta(days=2, hours=3)
    awake = [
        one["id"]
        for one in listed(client, "users", pageSize=500, expand=["presence"])
        if one["presence"]["presenceDefinition"]["systemPresence"] != "OFFLINE"
    ]
    night_shift = {user_id for user_id, _ in AGENTS}
    assert 0 < len(awake) <= 3
    assert night_shift.issuperset(awake)


def test_what_cannot_be_expanded_here_is_left_out(shared: ApiClient) -> None:
    users = listed(shared, "users", pageSize=2, expand="geolocation,station,lasttokenissued")
    assert users == listed(shared, "users", pageSize=2)


def test_members_by_what_they_do_and_can(start: Callable[..., ApiClient]) -> None:
    org = Org(interactions=10)
    client = start(org=org, now=org.start + timedelta(days=2, hours=13))
    path = f"{QUEUES}/{listed(client, 'queues')[0]['id']}/members"

    def members(**params: Any) -> list[Any]:
        answer = client.send("GET", path, params={"pageSize": 100, **params})
        assert answer.status_code == 200, answer.text
        found: list[Any] = answer.json()["entities"]
        return found

    assert members()[0]["user"].keys() == {"id", "name", "selfUri"}
    idle = members(routingStatus="IDLE", expand="presence,skills")
    assert idle
    for one in idle:
        assert one["routingStatus"]["status"] == "IDLE"
        assert one["user"]["presence"]["presenceDefinition"]["systemPresence"] == "ON_QUEUE"
        assert isinstance(one["user"]["skills"], list)
    assert members(presence="ON_QUEUE", expand="presence,skills") == idle
    skilled = members(skills="billing", expand="skills")
    assert skilled
    assert all("Billing" in {skill["name"] for skill in one["user"]["skills"]} for one in skilled)
    assert members(languages="nothing") == members(profileSkills="x") == []


def test_wrapup_codes_of_a_queue(shared: ApiClient) -> None:
    codes = {one["id"] for one in listed(shared, "wrapup_codes", pageSize=500)}
    of_queues = []
    for queue in listed(shared, "queues"):
        page = shared.send(
            "GET", f"{QUEUES}/{queue['id']}/wrapupcodes", params={"pageSize": 500}
        ).json()
        of_queues.append({one["id"] for one in page["entities"]})
        assert len(of_queues[-1]) == page["total"]
        assert of_queues[-1] < codes
    assert set.union(*of_queues) == codes
    assert set.intersection(*of_queues)
    unknown = shared.send("GET", PATHS["queue_wrapup_codes"])
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not.found")


def test_what_the_other_parameters_do(shared: ApiClient) -> None:
    assert names(shared, "queues", hasPeer="true") == names(shared, "users", jabberId="x") == []
    assert len(names(shared, "queues", hasPeer="false")) == 12
    assert listed(shared, "flows", publishedAfter="2026-01-01T00:00:00Z") == []
    assert listed(shared, "flows", publishedAfter="2025-01-01T00:00:00Z") == listed(shared, "flows")
    version = listed(shared, "flows")[1]["publishedVersion"]["id"]
    assert len(listed(shared, "flows", publishVersionId=version)) == 1
    division = listed(shared, "divisions", objectCount="true")[0]
    assert division["objectCounts"]["QUEUE"] == 4
    assert {one["size"] for one in listed(shared, "contact_lists", includeSize="true")} == {1250}
    team = listed(shared, "teams", expand="entities.division")[0]
    assert team["division"]["name"] in names(shared, "divisions")


def test_deleted_flows_come_where_asked_for(shared: ApiClient) -> None:
    assert set(names(shared, "flows", deleted="true")) - set(names(shared, "flows")) == {"Old Menu"}


def test_filters_by_name_division_and_medium(shared: ApiClient) -> None:
    assert names(shared, "queues", name="vip") == ["VIP"]
    assert names(shared, "queues", name="*support") == ["Technical Support"]
    assert names(shared, "queues", name="Re*") == ["Returns, Refunds"]
    assert names(shared, "queues", name="*back*") == ["Scheduled Callbacks", 'Back Office "Tier 2"']
    assert names(shared, "teams", name="team 00", pageSize=100) == [
        f"Team {one:03}" for one in range(1, 10)
    ]
    division = listed(shared, "queues")[0]["division"]["id"]
    assert len(names(shared, "queues", divisionId=division)) == 4
    assert names(shared, "campaigns", mediaType="sms,email") == ["Umfrage", "Renewals"]
    assert names(shared, "presence_definitions", deactivated="TRUE") == ["Old Desk"]


# Refusals.


@pytest.mark.parametrize(
    ("lookup", "params"),
    [
        ("users", {"sortOrder": "sideways"}),
        ("users", {"sortBy": "salary"}),
        ("users", {"sortBy": "division"}),
        ("users", {"pageSize": 0}),
        ("users", {"pageNumber": "x"}),
        ("users", {"state": "asleep"}),
        ("users", {"deleted": "true"}),
        ("users", {"expand": "skill"}),
        ("teams", {"expand": "entities"}),
        ("queues", {"pageSze": 5}),
        ("flows", {"deleted": "yes"}),
        ("campaigns", {"mediaType": "fax"}),
        ("teams", {"pageNumber": 2}),
        ("teams", {"after": "nonsense"}),
        ("teams", {"after": "eA==", "before": "eA=="}),
        ("presence_definitions", {"deactivated": "ALL"}),
        ("presence_definitions", {"pageNumber": 1}),
        ("contact_lists", {"allowEmptyResult": "perhaps"}),
    ],
)
def test_refuses_bad_parameters(shared: ApiClient, lookup: str, params: Any) -> None:
    answer = shared.send("GET", PATHS[lookup], params=params)
    assert answer.status_code == 400
    assert answer.json()["message"]


@pytest.mark.parametrize("lookup", PATHS)
def test_each_needs_the_permission_that_is_documented_for_it(
    configure: Callable[..., ApiClient], lookup: str
) -> None:
    client = configure(permissions=frozenset())
    needed = NEEDED_PERMISSIONS.get(lookup, ())
    answer = client.send("GET", PATHS[lookup])
    assert (answer.status_code == 403) == bool(needed)
    if needed:
        assert answer.json()["code"] == "missing.any.permissions"
        assert answer.json()["messageParams"] == {"permissions": f"[{', '.join(needed)}]"}
    for one in needed:
        client.simulator.permissions = frozenset({one})
        assert client.send("GET", PATHS[lookup]).status_code != 403


@pytest.mark.parametrize("lookup", NARROWING_PERMISSIONS)
def test_without_permission_what_belongs_to_a_division_is_left_out(
    configure: Callable[..., ApiClient], lookup: str
) -> None:
    client = configure(permissions=frozenset())
    found = listed(client, lookup)
    client.simulator.permissions = frozenset({NARROWING_PERMISSIONS[lookup]})
    assert len(listed(client, lookup)) == len(found) + 1


@pytest.mark.parametrize("lookup", PATHS)
def test_a_fault_strikes_its_lookup(client: ApiClient, lookup: str) -> None:
    client.simulator.faults.schedule(Fault("server_error", on=lookup, status=504))
    assert client.send("GET", PATHS[lookup]).status_code == 504
    assert client.simulator.requests[-1].operation == lookup
    assert client.send("GET", PATHS[lookup]).status_code != 504
