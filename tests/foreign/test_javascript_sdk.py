"""The platform's own SDK for JavaScript, unmodified: what it reads is what there is in the org."""

from __future__ import annotations

import json
import os
import subprocess
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tap_genesys_search.simulator import lookup_documents as documents
from tap_genesys_search.simulator.conversation_view import ConversationView
from tap_genesys_search.simulator.conversations import generate_conversation
from tap_genesys_search.simulator.timestamps import format_timestamp, to_milliseconds
from tap_genesys_search.simulator.transcripts import generate_transcript
from tests.foreign.platform_hosts import API, LOGIN, PlatformHosts, platform_hosts

if TYPE_CHECKING:
    import trustme

    from tests.running_simulator import RunningSimulator

pytestmark = [pytest.mark.foreign, pytest.mark.timeout(300)]

SCRIPT = Path(__file__).parent / "javascript" / "read_org.js"
# Come only where they are asked for, as the script does not.
EXPANDED = ("skills", "languages", "groups", "locations", "team")


@pytest.fixture(scope="module")
def hosts_and_read(
    simulated: RunningSimulator,
    node_modules: Path,
    authority: trustme.CA,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[PlatformHosts, dict[str, Any]]:
    """Where the script sent its requests, and what it wrote."""
    folder = tmp_path_factory.mktemp("javascript")
    org, simulator = simulated.simulator.org, simulated.simulator
    with platform_hosts(simulated.url, authority, folder) as hosts:
        done = subprocess.run(
            ["node", SCRIPT],
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(folder),
                "NODE_PATH": str(node_modules),
                **hosts.environment,
                "CLIENT_ID": simulator.client_id,
                "CLIENT_SECRET": simulator.client_secret,
                "INTERVAL": f"{format_timestamp(org.start)}/{format_timestamp(org.end)}",
            },
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    return hosts, json.loads(done.stdout)


@pytest.fixture
def read(hosts_and_read: tuple[PlatformHosts, dict[str, Any]]) -> dict[str, Any]:
    return hosts_and_read[1]


def test_requests_go_to_the_hosts_of_the_region(
    hosts_and_read: tuple[PlatformHosts, dict[str, Any]],
) -> None:
    hosts, _ = hosts_and_read
    assert hosts.paths(LOGIN) == {"/oauth/token"}
    assert {host for host, *_ in hosts.requests} == {LOGIN, API}


@pytest.mark.parametrize(
    "name", ["groups", "queues", "wrapup_codes", "skills", "languages", "flows", "divisions"]
)
def test_lists_are_the_org_s(read: dict[str, Any], name: str) -> None:
    entities = getattr(documents, name)()
    assert by_id(read["lists"][name]) == by_id(entities)
    assert len(read["lists"][name]) == len(entities) > 1


def test_users_are_the_org_s(read: dict[str, Any]) -> None:
    users = [
        {name: value for name, value in one.items() if name not in EXPANDED}
        for one in documents.users()
    ]
    assert by_id(read["lists"]["users"]) == by_id(users)
    assert len(read["lists"]["users"]) == len(users) > 50  # more than a page


def test_list_in_an_order_comes_in_that_order(read: dict[str, Any]) -> None:
    names = [one["name"] for one in read["lists"]["wrapup_codes"]]
    assert names == sorted(names)


def test_query_reads_all_conversations(simulated: RunningSimulator, read: dict[str, Any]) -> None:
    assert read["query"] == conversations(simulated)
    assert len(read["query"]) > 100  # more than a page


def test_job_reads_all_conversations_to_its_last_cursor(
    simulated: RunningSimulator, read: dict[str, Any]
) -> None:
    found = [one for page in read["job"] for one in page]
    assert by_id(found, "conversationId") == by_id(
        conversations(simulated, attributes=True), "conversationId"
    )
    assert len(found) == len({one["conversationId"] for one in found})
    assert len(read["job"]) > 1


def test_conversations_are_found_by_id(read: dict[str, Any]) -> None:
    assert by_id(read["by_id"]["conversations"], "conversationId") == by_id(
        read["query"][:3], "conversationId"
    )


def test_transcripts_are_the_org_s(simulated: RunningSimulator, read: dict[str, Any]) -> None:
    org, seen = simulated.simulator.org, to_milliseconds(simulated.simulator.moment)
    made = (generate_transcript(one, seen) for one in org.interactions_between(org.start, org.end))
    expected = [(one["conversationId"], one["communicationId"]) for one in made if one is not None]
    found = [(one["conversationId"], one["communicationId"]) for one in read["transcripts"]]
    assert sorted(found) == sorted(expected)
    assert len(found) > 100  # more than a page


@pytest.mark.parametrize("metric", ["tTalk", "tAcw"])
def test_aggregates_add_up_what_conversations_say(
    simulated: RunningSimulator, read: dict[str, Any], metric: str
) -> None:
    org = simulated.simulator.org
    start, end = to_milliseconds(org.start), to_milliseconds(org.end)
    counts: Counter[str] = Counter()
    sums: Counter[str] = Counter()
    for one in map(generate_conversation, org.interactions_between(org.start, org.end)):
        for session in (session for party in one.parties for session in party.sessions):
            for emitted in session.metrics:
                if emitted.name == metric and start <= emitted.emitted < end:
                    counts[str(session.properties["mediaType"])] += 1
                    sums[str(session.properties["mediaType"])] += emitted.value
    found = [
        (one["group"]["mediaType"], figure["stats"])
        for one in read["aggregates"]
        for data in one["data"]
        for figure in data["metrics"]
        if figure["metric"] == metric
    ]
    for media, stats in found:
        counts[media] -= stats["count"]
        sums[media] -= stats["sum"]
    assert found
    assert set(counts.values()) == set(sums.values()) == {0}


def test_organization_has_an_id_and_a_name(read: dict[str, Any]) -> None:
    assert read["organization"]["id"]
    assert read["organization"]["name"]


def conversations(simulated: RunningSimulator, *, attributes: bool = False) -> list[Any]:
    """Generate what a query answers of the whole org, or with attributes, what a job does."""
    simulator = simulated.simulator
    view = ConversationView(simulator.org, simulator.moment)
    ordinals = view.started(simulator.org.start, simulator.org.end)
    return list(view.documents(ordinals, attributes=attributes))


def by_id(entities: list[Any], key: str = "id") -> dict[str, Any]:
    return {str(one[key]): one for one in entities}
