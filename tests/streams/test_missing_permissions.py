"""Where permissions are missing, all else is synced, and a list says what is to be granted."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from genesys_cloud_simulator import Fault, Org
from genesys_cloud_simulator.offer import PERMISSIONS
from tap_genesys_search.errors import (
    ConnectionTestError,
    PermissionMissingError,
    RequestError,
    StreamsLeftOutError,
)
from tap_genesys_search.streams import connection_test
from tap_genesys_search.streams.lookups.lists import LOOKUPS
from tap_genesys_search.streams.lookups.streams import LookupStream
from tap_genesys_search.tap import TapGenesysSearch
from tests.support.running_simulator import running_simulator
from tests.support.scripted_platform import (
    CLIENT_ID,
    CLIENT_SECRET,
    Answer,
    ScriptedPlatform,
    refusal,
)
from tests.support.singer_run import SingerRun, catalog_of, run_tap

if TYPE_CHECKING:
    from pathlib import Path

    from genesys_cloud_simulator import Simulator
    from tests.support.running_simulator import RunningSimulator

SEARCHES = ("interactions", "interaction_facets", "search_audits")
ANALYTICS = ("analytics:conversationDetail:view", "analytics:agentConversationDetail:view")


@pytest.fixture(scope="module")
def org() -> Org:
    return Org(seed=3, days=1, interactions=60)


def without(simulator: Simulator, *permissions: str) -> None:
    simulator.permissions = PERMISSIONS - {*permissions}


def run(running: RunningSimulator, *streams: str, **settings: Any) -> SingerRun:
    config = running.config | {"search_api": "conversation_query"} | settings
    return run_tap(config, catalog=catalog_of(*streams))


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    name = "tap-genesys-search.stream_failures"
    return [one.getMessage() for one in caplog.records if one.name == name]


@pytest.mark.thorough
def test_the_others_are_synced_and_one_list_says_what_is_missing(
    running: RunningSimulator, simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    campaigns = LOOKUPS["campaigns"].permissions
    without(simulator, "groups:team:view", *campaigns)
    done = run(running, *SEARCHES, "campaigns", "teams", "users")
    assert done.error is None
    assert len(done.records("users")) == 236
    assert len(done.ids()) == 60
    assert done.records("teams") == done.records("campaigns") == []
    head, first, second, foot = warnings(caplog)
    assert head == "Left out, because the OAuth client lacks permissions: 2 of 6 streams"
    needed = " or ".join(campaigns)
    assert first.startswith(f"  Grant {needed} for campaigns (GET /api/v2/outbound/campai")
    assert second.startswith("  Grant groups:team:view for teams (GET /api/v2/teams (correlation ")
    assert "Admin > Roles/Permissions" in foot
    assert all("\n" not in line for line in (head, first, second, foot))


def test_a_search_that_is_not_allowed_leaves_the_lookups_alone(
    running: RunningSimulator, simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    without(simulator, *ANALYTICS)
    done = run(running, *SEARCHES, "users")
    assert done.error is None
    assert len(done.records("users")) == 236
    assert done.bookmarks() == {}
    assert [one["status"] for one in done.records("search_audits")] == ["failed"]
    (line,) = [one for one in warnings(caplog) if one.startswith("  ")]
    needed, _, streams = line.partition(" (")[0].partition(" for ")
    assert set(streams.split(", ")) == set(SEARCHES)
    assert needed == f"  Grant {' or '.join(ANALYTICS)}"


def test_with_auto_the_list_is_one_line_too(
    running: RunningSimulator, simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    simulator.permissions = frozenset()
    done = run(running, "interactions", "users", search_api="auto")
    assert done.error is None
    assert [one for one in warnings(caplog) if one.startswith("  ")] == [
        "  Grant analytics:conversationDetail:view for interactions (each of the search APIs)"
    ]


@pytest.mark.thorough
def test_bookmarks_stay_where_they_are_and_go_on_later(
    running: RunningSimulator, simulator: Simulator
) -> None:
    streams = (*SEARCHES, "users")
    first = run(running, *streams, end_date="2026-01-05T12:00:00Z")
    before = first.states()[-1]
    assert first.error is None
    config = running.config | {"search_api": "conversation_query"}
    without(simulator, *ANALYTICS)
    refused = run_tap(config, state=before, catalog=catalog_of(*streams))
    assert refused.error is None
    assert refused.bookmarks() == first.bookmarks()
    without(simulator)
    after = run_tap(config, state=refused.states()[-1], catalog=catalog_of(*streams))
    assert after.bookmarks() == dict.fromkeys(SEARCHES, "2026-01-06T00:00:00.000Z")
    assert len({*first.ids(), *after.ids()}) == 60


@pytest.mark.parametrize("lost", ["routing:queue:view", "groups:team:view"])
def test_with_strict_the_run_fails_when_all_else_is_synced(
    running: RunningSimulator, simulator: Simulator, lost: str
) -> None:
    without(simulator, lost)
    streams = ("queues", "teams", "users")
    done = run(running, *streams, strict=True)
    assert isinstance(done.error, StreamsLeftOutError)
    (left_out,) = [one for one in streams if lost in LOOKUPS[one].permissions]
    assert f"Streams are left out, which strict does not allow: {left_out}." in str(done.error)
    assert {one["stream"] for one in done.messages if one["type"] == "RECORD"} == {*streams} - {
        left_out
    }


@pytest.mark.thorough
def test_with_strict_a_run_that_lacks_nothing_succeeds(
    running: RunningSimulator, simulator: Simulator
) -> None:
    assert simulator.permissions == PERMISSIONS
    assert run(running, *SEARCHES, *LOOKUPS, strict=True).error is None


def test_a_run_that_may_do_nothing_at_all_fails_without_strict(
    running: RunningSimulator, simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    simulator.permissions = frozenset()
    alone = run(running, "teams")
    assert isinstance(alone.error, PermissionMissingError)
    assert "answered 403 missing.any.permissions" in str(alone.error)
    assert warnings(caplog) == []
    several = run(running, "queues", "queue_members", "teams")
    assert isinstance(several.error, StreamsLeftOutError)
    assert "No stream could be synced" in str(several.error)
    assert len([one for one in warnings(caplog) if one.startswith("  ")]) == 2


def test_another_failure_is_what_ends_the_run(
    running: RunningSimulator, simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    without(simulator, "groups:team:view")
    simulator.faults.schedule(Fault("server_error", on="groups", times=None))
    done = run(running, "groups", "teams", "users", max_retries=0, strict=True)
    assert "GET /api/v2/groups answered 503" in str(done.error)
    assert len(done.records("users")) == 236
    assert any(one.startswith("  Grant groups:team:view for teams") for one in warnings(caplog))


@pytest.mark.thorough
def test_members_of_queues_need_the_list_of_queues(
    running: RunningSimulator, simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    without(simulator, "routing:queue:view")
    done = run(running, "queue_members", "users")
    assert done.error is None
    assert done.records("queue_members") == []
    (line,) = [one for one in warnings(caplog) if one.startswith("  ")]
    assert line.startswith(
        "  Grant routing:queue:view for queue_members (GET /api/v2/routing/queues "
    )


def test_queue_whose_members_may_not_be_seen_does_not_end_the_others(
    platform: ScriptedPlatform, caplog: pytest.LogCaptureFixture
) -> None:
    platform.script(*members_of_three(DENIED))
    done = scripted(platform, "queue_members")
    assert done.error is None
    found = [(one["queue_id"], one["id"]) for one in done.records("queue_members")]
    assert found == [("q2", "u2"), ("q3", "u3")]
    assert warnings(caplog)[0].endswith("lacks permissions: 1 stream in part")
    (line,) = [one for one in warnings(caplog) if one.startswith("  ")]
    assert line.startswith("  Grant routing:queue:view")
    assert " for queue_members of 1 of 3 queues (" in line
    assert "/api/v2/routing/queues/q1/members" in line


def test_with_strict_a_queue_whose_members_may_not_be_seen_fails_the_run(
    platform: ScriptedPlatform,
) -> None:
    platform.script(*members_of_three(DENIED))
    done = scripted(platform, "queue_members", strict=True)
    assert isinstance(done.error, StreamsLeftOutError)
    assert "queue_members of 1 of 3 queues" in str(done.error)
    assert len(done.records("queue_members")) == 2


def test_members_that_may_not_be_seen_at_all_are_left_out_as_a_stream(
    platform: ScriptedPlatform,
) -> None:
    queues = Answer({"entities": [{"id": "q1"}, {"id": "q2"}], "total": 2})
    platform.script(queues, DENIED)
    done = scripted(platform, "queue_members")
    assert isinstance(done.error, PermissionMissingError)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer("<html><h1>403 Forbidden</h1></html>", 403), "answered 403"),
        (Answer({"total": 5}), "entities that are not a list of objects"),
        (refusal(413, "Too large", code="response.entity.too.large"), "too large"),
    ],
)
def test_queue_whose_members_cannot_be_read_fails_the_run_when_the_others_are_done(
    platform: ScriptedPlatform, answer: Answer, said: str
) -> None:
    refusals = [answer] * (7 if said == "too large" else 1)
    platform.script(*members_of_three(*refusals))
    done = scripted(platform, "queue_members")
    assert said in str(done.error)
    assert [one["queue_id"] for one in done.records("queue_members")] == ["q2", "q3"]


DENIED = refusal(403, "No access", code="not.authorized")


def members_of_three(*of_the_first: Answer) -> list[Answer]:
    """Answer three queues, then the members of each."""
    return [
        Answer({"entities": [{"id": "q1"}, {"id": "q2"}, {"id": "q3"}], "total": 3}),
        *of_the_first,
        Answer({"entities": [{"id": "u2"}], "total": 1}),
        Answer({"entities": [{"id": "u3"}], "total": 1}),
    ]


# What a connection test finds.


def outcome_of_test(
    running: RunningSimulator, tmp_path: Path, *streams: str, **settings: Any
) -> tuple[int, list[str], str]:
    """Run `--test`, and give its exit code, its lines about streams, and its last line."""
    config, catalog = tmp_path / "config.json", tmp_path / "catalog.json"
    given = running.config | {"search_api": "conversation_query"} | settings
    config.write_text(json.dumps(given), encoding="utf-8")
    catalog.write_text(json.dumps(catalog_of(*streams)), encoding="utf-8")
    files = ["--test", "--config", str(config), "--catalog", str(catalog)]
    command = [sys.executable, "-m", "tap_genesys_search", *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = [line.rpartition(" | ")[2] for line in done.stderr.splitlines()]
    about = sorted(line for line in lines if re.match(r"Streams? [\w, ]+ (is|are) ", line))
    return done.returncode, about, lines[-1]


@pytest.mark.thorough
def test_the_connection_test_goes_through_all_that_is_selected(
    running: RunningSimulator, simulator: Simulator, tmp_path: Path
) -> None:
    without(simulator, "groups:team:view")
    streams = ("interactions", "transcripts", "teams", "users", "user_status_aggregates")
    code, lines, end = outcome_of_test(running, tmp_path, *streams)
    teams, transcripts, usable = lines
    assert usable == "Streams interactions, users, user_status_aggregates are usable"
    assert teams.startswith("Stream teams is not permitted. Grant groups:team:view (GET /api/v2/te")
    assert transcripts == (
        "Stream transcripts is not filled by this search API. That is conversation_query; set "
        "search_api to transcript_search"
    )
    assert code == 0
    assert end == (
        "Connection test passed: 3 of 5 streams usable; not permitted: teams; "
        "not filled by this search API: transcripts"
    )


@pytest.mark.usefixtures("simulator")
def test_the_connection_test_tells_what_the_org_does_not_offer(
    running: RunningSimulator, caplog: pytest.LogCaptureFixture
) -> None:
    config = running.config | {"search_api": "conversation_query"}
    tap = TapGenesysSearch(config=config, catalog=catalog_of("skills", "users"))
    skills = tap.streams["skills"]
    assert isinstance(skills, LookupStream)
    skills.lookup = replace(skills.lookup, path="/api/v2/routing/nothing")
    caplog.set_level("INFO")
    with pytest.raises(ConnectionTestError) as failed:
        connection_test.test_connection(tap.streams.values(), tap.context)
    *_, first, last = caplog.messages
    assert "Stream users is usable" in (first, last)
    assert not [line for line in caplog.messages if line.startswith("METRIC")]
    said = "Stream skills is not offered by this org. GET /api/v2/routing/nothing answered 404"
    assert any(line.startswith(said) for line in (first, last))
    # A run would fail, too.
    assert str(failed.value) == (
        "Connection test failed: 1 of 2 streams usable; not offered by this org: skills"
    )


def test_the_connection_test_fails_where_the_set_search_api_is_not_offered(org: Org) -> None:
    with running_simulator(org, search_apis=frozenset({"conversation_query"})) as running:
        config = running.config | {"search_api": "interaction_search"}
        selected = catalog_of(*SEARCHES, "skills")
        tap = TapGenesysSearch(config=config, catalog=selected)
        with pytest.raises(ConnectionTestError, match="1 of 4 streams usable; not offered by this"):
            connection_test.test_connection(tap.streams.values(), tap.context)
        # A run would fail, too.
        assert run_tap(config, catalog=selected).error


@pytest.mark.thorough
@pytest.mark.parametrize("search_api", ["conversation_query", "auto"])
def test_the_connection_test_goes_on_where_the_search_is_not_permitted(
    running: RunningSimulator, simulator: Simulator, tmp_path: Path, search_api: str
) -> None:
    without(simulator, *PERMISSIONS - {*LOOKUPS["users"].permissions})
    code, lines, end = outcome_of_test(
        running, tmp_path, "interactions", "users", search_api=search_api
    )
    assert lines[0].startswith("Stream interactions is not permitted. Grant analytics:conversation")
    assert lines[1] == "Stream users is usable"
    assert (code, end) == (
        0,
        "Connection test passed: 1 of 2 streams usable; not permitted: interactions",
    )


@pytest.mark.parametrize(
    ("streams", "settings"), [(("teams",), {}), (("teams", "users"), {"strict": True})]
)
def test_the_connection_test_fails_where_a_run_would(
    running: RunningSimulator,
    simulator: Simulator,
    tmp_path: Path,
    streams: tuple[str, ...],
    settings: dict[str, Any],
) -> None:
    without(simulator, "groups:team:view")
    code, _, end = outcome_of_test(running, tmp_path, *streams, **settings)
    assert code == 1
    assert end.startswith("Connection test failed: ")
    assert end.endswith("usable; not permitted: teams")


def test_the_connection_test_fails_where_a_stream_does(
    running: RunningSimulator, simulator: Simulator, tmp_path: Path
) -> None:
    simulator.faults.schedule(Fault("server_error", on="groups", times=None))
    code, lines, end = outcome_of_test(running, tmp_path, "groups", "users", max_retries=0)
    assert lines[0].startswith("Stream groups is failing. GET /api/v2/groups answered 503")
    assert (code, end) == (1, "Connection test failed: 1 of 2 streams usable; failing: groups")


# How the platform says it.


@pytest.mark.parametrize(
    ("answer", "named"),
    [
        (
            refusal(
                403,
                "You lack [a:b:c]",
                code="missing.permissions",
                messageParams={"permissions": "[wfm:unit:view, wfm:unit:edit]"},
            ),
            "wfm:unit:view and wfm:unit:edit",
        ),
        (
            refusal(403, "One of [a:b:view, a:c:view]", code="missing.any.permissions"),
            "a:b:view or a:c:view",
        ),
        (refusal(403, "No access", code="not.authorized"), "routing:queue:view"),
        (refusal(403, "Missing", code="missing.permissions", messageParams={}), "routing:queue:v"),
    ],
)
def test_permissions_are_read_as_the_platform_names_them(
    platform: ScriptedPlatform, caplog: pytest.LogCaptureFixture, answer: Answer, named: str
) -> None:
    platform.script(answer, Answer({"entities": [], "total": 0}))
    done = scripted(platform, "queues", "teams")
    assert done.error is None
    (line,) = [one for one in warnings(caplog) if one.startswith("  ")]
    assert line.startswith(f"  Grant {named}")
    assert " for queues (" in line


def scripted(platform: ScriptedPlatform, *streams: str, **settings: Any) -> SingerRun:
    config = {
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "auth_url": platform.url,
        "api_url": platform.url,
        "start_date": "2026-01-05",
        "max_retries": 0,
        **settings,
    }
    return platform.run_tap(config, catalog=catalog_of(*streams))


@pytest.mark.parametrize(
    "answer",
    [
        refusal(403, "Result set is larger than the limit", code="result.limit"),
        Answer("<html><h1>403 Forbidden</h1></html>", 403),
    ],
)
def test_a_403_for_other_reasons_is_a_failure(platform: ScriptedPlatform, answer: Answer) -> None:
    platform.script(answer, Answer({"entities": [], "total": 0}))
    done = scripted(platform, "queues", "teams")
    assert type(done.error) is RequestError
    assert "GET /api/v2/routing/queues answered 403" in str(done.error)


# From the command line.


@pytest.mark.thorough
@pytest.mark.parametrize(("strict", "exit_code"), [(False, 0), (True, 1)])
def test_exit_code_and_stderr(
    running: RunningSimulator,
    simulator: Simulator,
    tmp_path: Path,
    strict: bool,  # noqa: FBT001
    exit_code: int,
) -> None:
    without(simulator, "groups:team:view")
    config, catalog = tmp_path / "config.json", tmp_path / "catalog.json"
    config.write_text(json.dumps(running.config | {"strict": strict}), encoding="utf-8")
    catalog.write_text(json.dumps(catalog_of("groups", "teams")), encoding="utf-8")
    files = ["--config", str(config), "--catalog", str(catalog)]
    command = [sys.executable, "-m", "tap_genesys_search", *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == exit_code
    assert "Grant groups:team:view for teams" in done.stderr
    assert "Traceback" not in done.stderr
    assert ("strict does not allow: teams" in done.stderr) == strict
    assert '"stream":"groups"' in done.stdout
