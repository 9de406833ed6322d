"""The lookups become streams: all that the org has, and nothing that nobody selected."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from genesys_cloud_simulator import Fault, Org
from genesys_cloud_simulator.lists.documents import routing
from genesys_cloud_simulator.lists.table import LISTS
from tap_genesys_search.platform.paging import pages_by_cursor, whole_list
from tap_genesys_search.schemas import read_schema
from tap_genesys_search.streams.lookups import lists as lookup_module
from tap_genesys_search.streams.lookups.lists import LOOKUPS, Lookup
from tests.support.scripted_platform import (
    CLIENT_ID,
    CLIENT_SECRET,
    Answer,
    ScriptedPlatform,
    refusal,
)
from tests.support.sdk_lists import sdk_list
from tests.support.singer_run import SingerRun, catalog_of, run_tap

if TYPE_CHECKING:
    from genesys_cloud_simulator import Simulator
    from tests.support.running_simulator import RunningSimulator

ROOT = Path(__file__).parents[2]
SEARCHES = ("interactions", "interaction_facets", "search_audits")


@pytest.fixture(scope="module")
def org() -> Org:
    return Org(seed=3, days=1, interactions=60)


@pytest.fixture(scope="module")
def whole(running: RunningSimulator) -> SingerRun:
    """A run with nothing but the lookups."""
    run = run_tap(running.config, catalog=catalog_of(*LOOKUPS))
    assert run.error is None
    return run


def documents(name: str) -> list[dict[str, Any]]:
    """All entries of a lookup that the simulated org has."""
    if name == "queue_members":
        return [
            {"queueId": queue["id"], **member}
            for queue in routing.queues()
            for member in routing.queue_members(str(queue["id"])) or ()
        ]
    (found,) = (one.entities() for one in LISTS if one.name == name)
    return found


# What the platform documents.


@pytest.mark.parametrize("lookup", LOOKUPS.values(), ids=LOOKUPS)
def test_each_is_a_list_of_the_official_sdk(lookup: Lookup) -> None:
    listed = sdk_list(lookup.path)
    parameters = listed.parameters
    paging = {"pageSize", "pageNumber"}
    if lookup.read_pages is whole_list:
        paging = set()
        assert "pageSize" not in parameters or "paging is not supported" in listed.source
    if lookup.read_pages is pages_by_cursor:
        paging = {"pageSize", "after"}
        assert "pageNumber" not in parameters
    for query in lookup.queries:
        assert {*query, *paging} <= parameters.keys()
    assert listed.entity == lookup.model


# All that the org has.


@pytest.mark.parametrize("name", LOOKUPS)
def test_every_entry_is_a_record(whole: SingerRun, name: str) -> None:
    records = whole.records(name)
    key = LOOKUPS[name].key
    wire_names = [{"queue_id": "queueId"}.get(column, column) for column in key]
    assert [tuple(record[column] for column in key) for record in records] == [
        tuple(document[one] for one in wire_names) for document in documents(name)
    ]
    assert {tuple(sorted(record)) for record in records} <= {
        tuple(sorted(read_schema(name)["properties"]))
    }
    assert [record["extra"] for record in records] == [None] * len(records)
    assert [record["name"] for record in records] == [one["name"] for one in documents(name)]


def test_those_who_have_left_are_listed_too(whole: SingerRun) -> None:
    assert {one["state"] for one in whole.records("users")} == {"active", "inactive", "deleted"}
    assert {one["deleted"] for one in whole.records("flows")} == {True, False}
    assert {one["deactivated"] for one in whole.records("presence_definitions")} == {True, False}
    assert "inactive" in {one["state"] for one in whole.records("skills")}


def test_ids_within_are_columns(whole: SingerRun) -> None:
    users = {one["id"]: one for one in whole.records("users")}
    divisions = {one["id"] for one in whole.records("divisions")}
    for one in (*whole.records("queues"), *users.values(), *whole.records("teams")):
        assert one["division_id"] == one["division"]["id"]
        assert one["division_id"] in divisions
    managed = [one for one in users.values() if one["manager"]]
    assert len(managed) == len(users) - 1
    assert {one["manager_id"] for one in managed} <= users.keys()
    assert {one["user_id"] for one in whole.records("queue_members")} <= users.keys()


def test_users_come_with_what_they_belong_to_and_can_do(whole: SingerRun) -> None:
    users = whole.records("users")
    for name in ("skills", "languages", "groups"):
        listed = {one["id"] for one in whole.records(name)}
        named = [held["id"] for one in users for held in one[name]]
        assert named
        assert set(named) <= listed
    assert {type(held["proficiency"]) for one in users for held in one["skills"]} == {float}
    assert {one["locations"][0]["id"] for one in users} <= {
        one["id"] for one in whole.records("locations")
    }
    members = Counter(one["team_id"] for one in users if one["team"])
    teams = {one["id"]: one["member_count"] for one in whole.records("teams")}
    assert members == Counter({team: count for team, count in teams.items() if count})


def test_no_record_is_ever_deleted(whole: SingerRun) -> None:
    assert {message["type"] for message in whole.messages} == {"SCHEMA", "RECORD", "STATE"}
    assert not any("version" in message for message in whole.messages)


def test_the_schema_is_what_the_records_have(whole: SingerRun) -> None:
    schemas = {
        message["stream"]: message for message in whole.messages if message["type"] == "SCHEMA"
    }
    assert list(schemas) == list(LOOKUPS)
    for name, message in schemas.items():
        assert message["key_properties"] == list(LOOKUPS[name].key)
        assert message["schema"]["properties"].keys() == read_schema(name)["properties"].keys()


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["users", "contact_lists", "teams", "queue_members"])
def test_however_small_the_pages(
    config: dict[str, Any],
    whole: SingerRun,
    simulator: Simulator,
    name: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    small = replace(LOOKUPS[name], page_size=7 if name != "contact_lists" else 1)
    monkeypatch.setitem(lookup_module.LOOKUPS, name, small)
    run = run_tap(config, catalog=catalog_of(name))
    assert run.records(name) == whole.records(name)
    assert simulator.log.by_operation[name] >= len(whole.records(name)) // small.page_size


# What it costs.


def test_a_lookup_that_is_not_selected_costs_no_request(
    config: dict[str, Any], simulator: Simulator
) -> None:
    run = run_tap(config)
    assert run.error is None
    assert simulator.log.by_operation.keys() == {"token", "submit", "poll"}
    assert set(SEARCHES) == {stream for _, stream in run.counts() if stream}


@pytest.mark.parametrize("name", LOOKUPS)
def test_one_alone_asks_for_nothing_else(
    config: dict[str, Any], simulator: Simulator, whole: SingerRun, name: str
) -> None:
    run = run_tap(config, catalog=catalog_of(name))
    assert run.error is None
    expected = {"token", name} | ({"queues"} if name == "queue_members" else set())
    assert simulator.log.by_operation.keys() == expected
    assert run.records(name) == whole.records(name)


def test_queues_are_listed_once_for_themselves_and_their_members(
    config: dict[str, Any], simulator: Simulator
) -> None:
    run_tap(config, catalog=catalog_of("queue_members", "queues"))
    # The first queue has more members than a page holds.
    assert simulator.log.by_operation == {"token": 1, "queues": 1, "queue_members": 13}


@pytest.mark.parametrize("id_", [".", ".."])
def test_id_that_leads_to_another_address_is_none(
    platform: ScriptedPlatform, caplog: pytest.LogCaptureFixture, id_: str
) -> None:
    queues = {"entities": [{"id": id_}, {"id": "q2"}], "total": 2, "pageCount": 1}
    members = {"entities": [{"id": "u1"}], "total": 1, "pageCount": 1}
    platform.script(Answer(queues), Answer(members))
    run = scripted(platform, "queue_members")
    assert run.error is None
    assert [one["queue_id"] for one in run.records("queue_members")] == ["q2"]
    assert [one.path for one in platform.api_requests][1:] == ["/api/v2/routing/queues/q2/members"]
    assert "the ids of 1 of 2 queues can't stand in an address" in caplog.text


@pytest.mark.thorough
def test_list_that_held_a_lot_and_holds_nothing_now_is_a_warning(
    platform: ScriptedPlatform, caplog: pytest.LogCaptureFixture
) -> None:
    full = {"entities": [{"id": f"u{number}"} for number in range(100)], "pageCount": 1}
    platform.script(Answer(full), Answer({"entities": [], "total": 0, "pageCount": 0}))
    config = scripted_config(platform)
    first = platform.run_tap(config, catalog=catalog_of("users"))
    assert "nothing was found" not in caplog.text
    second = platform.run_tap(config, catalog=catalog_of("users"), state=first.states()[-1])
    assert second.error is None
    assert "Stream users: nothing was found, while an earlier run found 100 entries" in caplog.text
    caplog.clear()
    platform.run_tap(config, catalog=catalog_of("users"), state=second.states()[-1])
    assert "an earlier run found 100 entries" in caplog.text


@pytest.mark.thorough
def test_lookups_alone_leave_the_state_of_the_searches_as_it_is(
    config: dict[str, Any], simulator: Simulator
) -> None:
    before = run_tap(config).states()[-1]
    asked = simulator.log.by_operation["submit"]
    run = run_tap(config, state=before, catalog=catalog_of("users", "teams"))
    assert simulator.log.by_operation["submit"] == asked
    after = run.states()[-1]["bookmarks"]
    assert {name: after[name] for name in SEARCHES} == before["bookmarks"]
    again = run_tap(config, state=run.states()[-1])
    assert again.bookmarks() == dict.fromkeys(SEARCHES, "2026-01-06T00:00:00.000Z")
    assert again.ids() == []


def test_lookups_follow_the_searches(config: dict[str, Any]) -> None:
    run = run_tap(config, catalog=catalog_of(*SEARCHES, "campaigns", "users"))
    order = list(
        dict.fromkeys(message["stream"] for message in run.messages if "stream" in message)
    )
    assert order[-2:] == ["users", "campaigns"]
    assert set(order[:-2]) == set(SEARCHES)


# What is odd.


def scripted_config(platform: ScriptedPlatform) -> dict[str, Any]:
    return {
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "auth_url": platform.url,
        "api_url": platform.url,
        "start_date": "2026-01-05",
        "max_retries": 0,
    }


def scripted(platform: ScriptedPlatform, *streams: str) -> SingerRun:
    return platform.run_tap(scripted_config(platform), catalog=catalog_of(*streams))


def listing(*entities: Any, **more: Any) -> Answer:
    return Answer({"entities": list(entities), "total": len(entities), **more})


def test_what_has_no_column_is_kept_and_named_once(
    platform: ScriptedPlatform, caplog: pytest.LogCaptureFixture
) -> None:
    platform.script(
        listing(
            {"id": "q1", "name": "One", "isNew": {"deep": ["secret value"]}},
            {"id": "q2", "name": "Two", "isNew": None, "other": 7},
        )
    )
    first, second = scripted(platform, "queues").records("queues")
    assert first["extra"] == {"isNew": {"deep": ["secret value"]}}
    assert second["extra"] == {"isNew": None, "other": 7}
    (warning,) = [one for one in caplog.messages if "isNew" in one]
    assert "queues" in warning
    assert "other" in warning
    assert "secret value" not in caplog.text


def test_what_does_not_fit_its_column_is_kept_beside_it(platform: ScriptedPlatform) -> None:
    odd = {
        "name": 5,
        "memberCount": "many",
        "dateCreated": "yesterday",
        "division": ["d1"],
        "enableTranscription": 1,
        "routingRules": {"a": 1},
    }
    platform.script(listing({"id": "q1", **odd}, {"id": "q2", "name": "Two", "memberCount": 2}))
    run = scripted(platform, "queues")
    first, second = run.records("queues")
    assert run.error is None
    assert first["extra"] == odd
    for column in ("name", "member_count", "date_created", "division", "enable_transcription"):
        assert first.get(column) is None
    assert (second["name"], second["member_count"], second.get("extra")) == ("Two", 2, None)


def test_entries_without_an_id_are_kept_apart(platform: ScriptedPlatform) -> None:
    entities = [{"name": "One"}, {"name": "Two", "id": None}, {"name": "Three", "id": 3}]
    platform.script(listing(*entities))
    records = scripted(platform, "queues").records("queues")
    assert [one["name"] for one in records] == ["One", "Two", "Three"]
    assert len({one["id"] for one in records}) == 3
    platform.script(listing(*entities))
    again = scripted(platform, "queues").records("queues")
    assert [one["id"] for one in again] == [one["id"] for one in records]


@pytest.mark.thorough
def test_an_entry_that_comes_twice_is_written_once(platform: ScriptedPlatform) -> None:
    platform.script(
        listing({"id": "q1"}, {"id": "q2"}, pageCount=2, total=3),
        listing({"id": "q2"}, {"id": "q3"}, pageCount=2, total=3),
    )
    assert [one["id"] for one in scripted(platform, "queues").records("queues")] == [
        *("q1", "q2", "q3")
    ]


def test_a_queue_deleted_in_the_meantime_has_no_members(platform: ScriptedPlatform) -> None:
    platform.script(
        listing({"id": "q/1"}, {"id": "q2"}),
        refusal(404, "The queue could not be found"),
        Answer({"entities": [{"id": "u1"}]}),
    )
    run = scripted(platform, "queue_members")
    assert run.error is None
    assert [(one["queue_id"], one["id"]) for one in run.records("queue_members")] == [("q2", "u1")]
    assert platform.api_requests[2].path == "/api/v2/routing/queues/q2/members"


def test_several_queues_that_are_gone_are_warned_of(
    platform: ScriptedPlatform, caplog: pytest.LogCaptureFixture
) -> None:
    platform.script(
        listing({"id": "q1"}, {"id": "q2"}, {"id": "q3"}),
        refusal(404, "The queue could not be found"),
        listing({"id": "u1"}),
        refusal(404, "The queue could not be found"),
    )
    run = scripted(platform, "queue_members")
    assert run.error is None
    assert len(run.records("queue_members")) == 1
    (said,) = [one.getMessage() for one in caplog.records if one.levelname == "WARNING"]
    assert said.startswith(
        "Stream queue_members: the lists of 2 of 3 queues are answered with 404, as if these had "
        "been deleted since they were listed"
    )


def test_members_that_no_queue_has_are_not_an_empty_table(platform: ScriptedPlatform) -> None:
    refused = refusal(404, "no such path")
    platform.script(listing({"id": "q1"}, {"id": "q2"}), refused, refused)
    run = scripted(platform, "queue_members")
    assert str(run.error).startswith("GET /api/v2/routing/queues/q1/members answered 404")


# When a stream fails.


def test_a_lookup_that_fails_fails_the_run_when_the_others_are_done(
    config: dict[str, Any], simulator: Simulator, whole: SingerRun
) -> None:
    simulator.faults.schedule(Fault("server_error", on="users", times=None))
    catalog = catalog_of("users", "groups", "teams")
    run = run_tap(config | {"max_retries": 1}, catalog=catalog)
    assert str(run.error).startswith("GET /api/v2/users answered 503")
    assert run.records("groups") == whole.records("groups")
    assert run.records("teams") == whole.records("teams")


def test_of_several_failures_each_is_told(
    config: dict[str, Any], simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("users", "teams"):
        simulator.faults.schedule(Fault("server_error", on=name, times=None))
    run = run_tap(config | {"max_retries": 0}, catalog=catalog_of("users", "teams"))
    assert str(run.error).startswith("GET /api/v2/teams answered 503")
    errors = [one.getMessage() for one in caplog.records if one.levelname == "ERROR"]
    assert [one.partition(" answered")[0] for one in errors] == ["GET /api/v2/users"]


@pytest.mark.thorough
def test_lookups_are_read_although_a_search_failed(
    config: dict[str, Any], simulator: Simulator, whole: SingerRun
) -> None:
    simulator.faults.schedule(Fault("failed_query", times=None))
    run = run_tap(config, catalog=catalog_of(*SEARCHES, "users"))
    assert run.error is not None
    assert "failed" in str(run.error).lower()
    assert run.records("users") == whole.records("users")
    assert [one["status"] for one in run.records("search_audits")] == ["failed"]
    assert run.bookmarks() == {}


def test_a_refused_login_ends_the_run_at_once(config: dict[str, Any], simulator: Simulator) -> None:
    run = run_tap(config | {"client_secret": "wrong"}, catalog=catalog_of(*LOOKUPS))
    assert str(run.error).startswith("Login failed")
    assert simulator.log.by_operation == {"token": 1}
