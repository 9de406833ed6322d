"""The platform's own SDK for JavaScript, unmodified: what it reads is what there is in the org."""

from __future__ import annotations

import json
import os
import subprocess
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from genesys_cloud_simulator.lists.documents import people
from genesys_cloud_simulator.lists.table import LISTS
from genesys_cloud_simulator.timestamps import format_timestamp, parse_timestamp, to_milliseconds
from genesys_cloud_simulator.views.conversations import ConversationView
from genesys_cloud_simulator.views.transcripts import generate_transcript
from tests.foreign.platform_hosts import API, LOGIN, PlatformHosts, platform_hosts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    import trustme

    from tests.support.running_simulator import RunningSimulator

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
    (entities,) = (one.entities() for one in LISTS if one.name == name)
    assert by_id(read["lists"][name]) == by_id(entities)
    assert len(read["lists"][name]) == len(entities) > 1


def test_users_are_the_org_s(read: dict[str, Any]) -> None:
    users = [
        {name: value for name, value in one.items() if name not in EXPANDED}
        for one in people.users()
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
    available = simulated.simulator.data_availability
    expected = documents_of(simulated, available, attributes=True)
    assert by_id(found, "conversationId") == by_id(expected, "conversationId")
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
    counts: Counter[str | None] = Counter()
    sums: Counter[str | None] = Counter()
    start, end = simulated.simulator.org.start, simulated.simulator.org.end
    for media, emitted in emitted_metrics(conversations(simulated)):
        if emitted["name"] == metric and start <= parse_timestamp(emitted["emitDate"]) < end:
            counts[media] += 1
            sums[media] += emitted["value"]
    found = [
        (one["group"].get("mediaType"), figure["stats"])
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


def conversations(simulated: RunningSimulator) -> list[Any]:
    """Generate what a query answers of the whole org."""
    return documents_of(simulated, simulated.simulator.moment)


def documents_of(
    simulated: RunningSimulator, seen: datetime, *, attributes: bool = False
) -> list[Any]:
    """Generate the conversations of the whole org as they are at a moment."""
    org = simulated.simulator.org
    view = ConversationView(org, seen)
    return list(view.documents(view.started(org.start, org.end), attributes=attributes))


def emitted_metrics(found: list[Any]) -> Iterator[tuple[str | None, dict[str, Any]]]:
    """List the metrics of conversations, each with the medium of its session."""
    for conversation in found:
        for party in conversation["participants"]:
            for session in party["sessions"]:
                for metric in session.get("metrics", ()):
                    yield session.get("mediaType"), metric


def by_id(entities: list[Any], key: str = "id") -> dict[str, Any]:
    return {str(one[key]): one for one in entities}
