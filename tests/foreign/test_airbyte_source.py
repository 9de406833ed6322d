"""Airbyte's connector for Genesys Cloud, unmodified: `check`, `discover` and `read`."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from genesys_cloud_simulator.lists.documents import organisation, people, routing
from tests.foreign.platform_hosts import API, LOGIN, PlatformHosts

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.running_simulator import RunningSimulator

pytestmark = [pytest.mark.foreign, pytest.mark.timeout(300)]

USERS = "user_users"
# Its streams of what the simulator serves. The others read telephones, edges and assessments; it
# has none of conversations.
STREAMS = {
    "routing_routing_queues": routing.queues,
    "telephony_locations": organisation.locations,
    "user_groups": people.groups,
    USERS: people.users,
}


class Airbyte:
    """The connector, configured for the simulated org."""

    def __init__(self, command: Path, hosts: PlatformHosts, folder: Path) -> None:
        self.command = command
        self.hosts = hosts
        self.folder = folder

    def configure(self, client_id: str, client_secret: str) -> None:
        self.write(
            "config",
            {
                "client_id": client_id,
                "client_secret": client_secret,
                "tenant_endpoint": "EMEA (Frankfurt)",
                "start_date": "2026-01-05",
            },
        )

    def write(self, name: str, content: Any) -> None:
        (self.folder / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")

    def run(self, verb: str, *files: str) -> list[dict[str, Any]]:
        """Run one of its commands, and return its messages."""
        arguments = [part for name in files for part in (f"--{name}", f"{self.folder / name}.json")]
        done = subprocess.run(
            [self.command, verb, *arguments],
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self.folder),
                **self.hosts.environment,
            },
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def airbyte(
    source_genesys: Path, hosts: PlatformHosts, simulated: RunningSimulator, tmp_path: Path
) -> Airbyte:
    airbyte = Airbyte(source_genesys, hosts, tmp_path)
    airbyte.configure(simulated.simulator.client_id, simulated.simulator.client_secret)
    return airbyte


def test_check_succeeds(airbyte: Airbyte) -> None:
    (status,) = messages(airbyte.run("check", "config"), "CONNECTION_STATUS")
    assert status["connectionStatus"]["status"] == "SUCCEEDED"


def test_reads_all_that_the_lists_have(
    airbyte: Airbyte, hosts: PlatformHosts, simulated: RunningSimulator
) -> None:
    (discovered,) = messages(airbyte.run("discover", "config"), "CATALOG")
    streams = {one["name"]: one for one in discovered["catalog"]["streams"]}
    assert streams.keys() > STREAMS.keys()
    selected = [configured(streams[name]) for name in STREAMS]
    airbyte.write("catalog", {"streams": selected})

    written = airbyte.run("read", "config", "catalog")

    records = [one["record"] for one in messages(written, "RECORD")]
    for name, entities in STREAMS.items():
        found = [one["data"] for one in records if one["stream"] == name]
        expected = {one["id"]: one["name"] for one in entities() if name != USERS or is_active(one)}
        assert {one["id"]: one["name"] for one in found} == expected, name
        assert len(found) == len(expected)
    assert hosts.paths(LOGIN) == {"/oauth/token"}
    assert hosts.paths(API) == {
        f"/api/v2/{path}" for path in ("groups", "locations", "routing/queues", "users")
    }
    assert [one.status for one in simulated.simulator.requests if one.status != 200] == []


def is_active(user: dict[str, Any]) -> bool:
    """Tell whether users are listed where no state is asked for, as the connector asks for none."""
    return bool(user["state"] == "active")


def configured(stream: dict[str, Any]) -> dict[str, Any]:
    return {
        "stream": stream,
        "sync_mode": "full_refresh",
        "destination_sync_mode": "overwrite",
    }


def messages(written: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [one for one in written if one["type"] == kind]
