"""The lookups: the shapes of their pages, what they filter by, and what they refuse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tap_genesys_search.simulator import Fault
from tap_genesys_search.simulator.offer import NARROWING_PERMISSIONS, NEEDED_PERMISSIONS

if TYPE_CHECKING:
    from collections.abc import Callable

    from .api_client import ApiClient

QUEUES = "/api/v2/routing/queues"
PATHS = {
    "users": "/api/v2/users",
    "groups": "/api/v2/groups",
    "queues": QUEUES,
    "queue_members": f"{QUEUES}/unknown/members",
    "wrapup_codes": "/api/v2/routing/wrapupcodes",
    "skills": "/api/v2/routing/skills",
    "languages": "/api/v2/routing/languages",
    "divisions": "/api/v2/authorization/divisions",
    "locations": "/api/v2/locations",
    "presence_definitions": "/api/v2/presence/definitions",
    "flows": "/api/v2/flows",
    "campaigns": "/api/v2/outbound/campaigns/all",
    "contact_lists": "/api/v2/outbound/contactlists",
    "management_units": "/api/v2/workforcemanagement/managementunits",
    "teams": "/api/v2/teams",
}


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
        ("users", {"pageSize": 501}),
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
def test_a_fault_strikes_its_lookup(client: ApiClient, lookup: Any) -> None:
    client.simulator.faults.schedule(Fault("server_error", on=lookup, status=504))
    assert client.send("GET", PATHS[lookup]).status_code == 504
    assert client.simulator.requests[-1].operation == lookup
    assert client.send("GET", PATHS[lookup]).status_code != 504
