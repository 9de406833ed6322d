"""Whatever goes wrong, at any log level: no secret, token or customer's data is logged."""

from __future__ import annotations

import base64
import json
import logging
import os
import re
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from genesys_cloud_simulator import Fault, Org
from genesys_cloud_simulator.faults.kinds import FAULT_KINDS
from tap_genesys_search.settings.aggregate_names import (
    DEFAULT_GROUP_BY,
    DEFAULT_METRICS,
    USER_METRICS,
)
from tap_genesys_search.tap import TapGenesysSearch
from tests.reliability.test_fault_schedules import OPERATIONS
from tests.support.running_simulator import RunningSimulator, running_simulator
from tests.support.scripted_platform import CLIENT_ID, CLIENT_SECRET, ScriptedPlatform, refusal
from tests.support.singer_run import SingerRun, catalog_with, run_tap

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.reliability.conftest import Figures

pytestmark = [pytest.mark.reliability, pytest.mark.timeout(1200)]

ORG = Org(seed=37, days=2, interactions=80)
SOUGHT = "Zacharias Verschwiegen"
"""Whom the filters search for."""

SHORTEST_NAME = 6
ADDRESSES = re.compile(r"customer-[0-9a-f]{8}@example\.com|\+1202555\d{4}|[0-9a-f]{8}@conference")
NAMED = {"dimension": "participantName", "value": SOUGHT}
PRESENT = {"dimension": "mediaType", "operator": "exists"}
SEEKING: dict[str, list[dict[str, Any]]] = {
    "interaction_search": [{"type": "match", "field": "customer.name", "value": SOUGHT}],
    "conversation_jobs": [{"type": "or", "predicates": [NAMED, PRESENT]}],
    "conversation_query": [{"type": "or", "predicates": [NAMED, PRESENT]}],
    "transcript_search": [
        {"type": "EXACT", "fields": ["language"], "operator": "NOT", "value": SOUGHT}
    ],
}
WITHOUT_FILTERS = {"interaction_search"}
"""Here nothing would be left to find."""


@dataclass
class Private:
    """What must not be said.

    Attributes:
        texts: Secrets, tokens, names.
        found: How often one was, and where.
    """

    texts: set[str]
    found: list[str] = field(default_factory=list)

    def search(self, said: str, where: str) -> None:
        """Look for private texts."""
        self.found += [f"{where}: {text!r}" for text in self.texts if text in said]
        self.found += [f"{where}: {one!r}" for one in ADDRESSES.findall(said)]


@pytest.fixture(scope="module")
def running() -> Iterator[RunningSimulator]:
    with running_simulator(ORG) as running:
        yield running


@pytest.fixture
def private(running: RunningSimulator, monkeypatch: pytest.MonkeyPatch) -> Private:
    """All that the simulator knows and gives, tokens included as it gives them."""
    simulator = running.simulator
    names = {
        str((interaction.get("customer") or {}).get("name"))  # type: ignore[attr-defined]
        for interaction in ORG.interactions_between(ORG.start, ORG.end)
    }
    login = base64.b64encode(f"{simulator.client_id}:{simulator.client_secret}".encode()).decode()
    private = Private(
        {simulator.client_secret, login, SOUGHT}
        | {name for name in names if len(name) >= SHORTEST_NAME}
    )
    store = type(simulator.tokens)
    issue = store.issue

    def issue_and_note(self: Any, client_id: str, scope: str | None) -> str:
        token: str = issue(self, client_id, scope)
        private.texts.add(token)
        return token

    monkeypatch.setattr(store, "issue", issue_and_note)
    return private


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """All that any logger says, at every level that it is given."""
    lines: list[str] = []
    formatter = logging.Formatter("%(name)s %(levelname)s %(message)s")
    handle = logging.Logger.handle

    def handle_and_keep(self: logging.Logger, record: logging.LogRecord) -> None:
        lines.append(formatter.format(record))
        handle(self, record)

    monkeypatch.setattr(logging.Logger, "handle", handle_and_keep)
    monkeypatch.setenv("TAP_GENESYS_SEARCH_LOGLEVEL", "DEBUG")
    return lines


def written(run: SingerRun) -> str:
    """Give what a run wrote beside the interactions."""
    return "\n".join(
        json.dumps(message, ensure_ascii=False)
        for message in run.messages
        if (message["type"], message.get("stream")) != ("RECORD", "interactions")
    )


def faults(api: str) -> Iterator[Fault]:
    """Let each kind strike all that it can, once for a moment and once for good."""
    for kind, operation, times in product(FAULT_KINDS, OPERATIONS[api], (1, None)):
        with suppress(ValueError):  # it can't strike that
            yield Fault(
                kind,
                on=operation,
                times=times,
                retry_after_seconds=0,
                seconds=0,
                size_mb=70,
            )


@pytest.mark.parametrize("api", OPERATIONS)
def test_no_kind_of_fault_gets_anything_private_said(
    api: str,
    running: RunningSimulator,
    private: Private,
    said: list[str],
    figures: Figures,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # There is none that could hear of a search a second later.
    monkeypatch.setattr("tap_genesys_search.search.listeners.webhook.FIRST_WAIT_SECONDS", 0.0)
    config = {
        **running.config,
        "search_api": api,
        "page_size": 10,
        "request_timeout_seconds": 2,
        "poll_timeout_seconds": 0.3,
        "max_retries": 1,
        "webhook_url": "http://127.0.0.1:9/verschwiegener-pfad",
    }
    private.texts.add("verschwiegener-pfad")
    if api not in WITHOUT_FILTERS:
        config["filters"] = SEEKING[api]
    count: Counter[str] = Counter({"Faults": 0, "… that ended the run": 0, "Lines searched": 0})
    for fault in faults(api):
        said.clear()
        with running.begun_anew() as simulator:
            simulator.faults.schedule(fault)
            run = run_tap(config)
            assert simulator.faults.struck or fault.on == "job_delete", fault
        where = f"{fault.kind} on {fault.on}"
        private.search("\n".join(said), f"{where}, logged")
        private.search(written(run), f"{where}, written")
        private.search(str(run.error), f"{where}, error")
        count["Faults"] += 1
        count["… that ended the run"] += run.error is not None
        count["Lines searched"] += len(said) + len(run.messages)
    for name, number in count.items():
        figures(f"Secrets, {api}", name, number)
    figures(f"Secrets, {api}", "Private texts found", len(private.found))
    assert not private.found, "\n".join(private.found[:20])
    assert count["Lines searched"] > count["Faults"]


def echoing_config(platform: ScriptedPlatform, api: str) -> dict[str, Any]:
    return {
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "auth_url": platform.url,
        "api_url": platform.url,
        "start_date": "2026-01-05",
        "end_date": "2026-01-06",
        "search_api": api,
        "max_retries": 1,
        "filters": SEEKING[api],
    }


@pytest.mark.parametrize("api", OPERATIONS)
@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500])
def test_refusal_that_echoes_what_was_sent_is_not_quoted(
    api: str, status: int, platform: ScriptedPlatform, said: list[str]
) -> None:
    private = Private({SOUGHT, SOUGHT.lower(), "token-1", CLIENT_SECRET})
    echo = (
        f"bad '{SOUGHT}', {SOUGHT.lower()} in {json.dumps(SEEKING[api])}, token-1 {CLIENT_SECRET}"
    )
    platform.script(refusal(status, echo, {"ININ-Correlation-Id": "token-1"}, code=SOUGHT))
    run = platform.run_tap(echoing_config(platform, api))
    assert run.error is not None
    private.search("\n".join([*said, written(run), str(run.error)]), "echo")
    assert private.found == []


@pytest.mark.parametrize("status", [400, 401, 429, 500])
def test_refused_login_that_echoes_what_was_sent_is_not_quoted(
    status: int, platform: ScriptedPlatform, said: list[str]
) -> None:
    login = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
    private = Private({login, CLIENT_SECRET})
    echo = f"unknown: Basic {login} is {CLIENT_ID}:{CLIENT_SECRET}"
    platform.script_tokens(refusal(status, echo, {"ININ-Correlation-Id": login}, error=login))
    run = platform.run_tap(echoing_config(platform, "conversation_jobs"))
    assert run.error is not None
    private.search("\n".join([*said, written(run), str(run.error)]), "echo")
    assert private.found == []


def start(config: dict[str, Any], tmp_path: Path, *more: str) -> subprocess.Popen[str]:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(config))
    return subprocess.Popen(
        [sys.executable, "-m", "tap_genesys_search", "--config", path, *more],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TAP_GENESYS_SEARCH_LOGLEVEL": "DEBUG"},
    )


TOMORROW = datetime.now(timezone.utc) + timedelta(days=1)
FUTURE = {
    "bookmarks": {
        "interactions": {
            "replication_key": "timestamp",
            "replication_key_value": TOMORROW.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
    }
}
WRONG: dict[str, dict[str, Any]] = {
    "wrong secret": {"client_secret": "not-the-secret-at-all"},
    "secret that is no text": {"client_secret": ["not-the-secret-at-all"]},
    "secret of an odd address": {"api_url": "https://not-the-secret-at-all@host.invalid"},
    "filters that are no list": {"filters": SOUGHT},
    "filters that are a list of texts": {"filters": [SOUGHT]},
    "filter value of another type": {
        "search_api": "conversation_query",
        "filters": [{"dimension": "participantName", "value": [SOUGHT]}],
    },
    "filter with an unknown name": {
        "search_api": "conversation_query",
        "filters": [{"dimension": "participantNam", "value": SOUGHT}],
    },
    "filter that matches twice": {
        "search_api": "conversation_jobs",
        "filters": [{"dimension": "participantName", "value": SOUGHT, "range": {"gte": 1}}],
    },
    "criterion of an unknown type": {
        "search_api": "transcript_search",
        "filters": [{"type": "EXACTLY", "fields": ["x"], "value": SOUGHT}],
    },
    "filter refused": {"filters": [{"type": "match", "field": "no.such", "value": SOUGHT}]},
    "stream map that fails": {"stream_maps": {"interactions": {"x": "int(customer_name)"}}},
    "stream map that is none": {"stream_maps": {"interactions": {"x": "nothing_like_that("}}},
    "webhook that is none": {"webhook_url": "http://host.invalid/not-the-secret-at-all"},
}


@pytest.mark.parametrize("wrong", WRONG)
def test_mistake_in_the_settings_is_told_without_what_is_private(
    wrong: str, running: RunningSimulator, private: Private, tmp_path: Path
) -> None:
    private.texts.add("not-the-secret-at-all")
    config = {**running.config, "search_api": "interaction_search", **WRONG[wrong]}
    with running.begun_anew(), start(config, tmp_path) as tap:
        stdout, stderr = tap.communicate(timeout=60)
    assert tap.returncode == 1
    assert "Traceback" not in stderr
    private.search(stderr, wrong)
    private.search(besides_interactions(stdout), wrong)
    assert private.found == []


def test_bookmark_to_come_is_told_without_what_is_private(
    running: RunningSimulator, private: Private, tmp_path: Path
) -> None:
    state = tmp_path / "state.json"
    state.write_text(json.dumps(FUTURE))
    config = {**running.config, "search_api": "interaction_search"}
    with running.begun_anew(), start(config, tmp_path, "--state", str(state)) as tap:
        stdout, stderr = tap.communicate(timeout=60)
    assert tap.returncode == 1
    private.search(stderr + besides_interactions(stdout), "future bookmark")
    assert private.found == []


def test_closed_pipe_is_told_without_what_is_private(
    running: RunningSimulator, private: Private, tmp_path: Path
) -> None:
    config = {**running.config, "search_api": "interaction_search", "page_size": 5}
    with running.begun_anew(), start(config, tmp_path) as tap:
        assert tap.stdout is not None
        assert tap.stderr is not None
        tap.stdout.readline()
        tap.stdout.close()
        stderr = tap.stderr.read()
    assert tap.returncode == 1
    private.search(stderr, "closed pipe")
    assert private.found == []


def besides_interactions(stdout: str) -> str:
    return "\n".join(
        line
        for line in stdout.splitlines()
        if not line.startswith('{"type":"RECORD","stream":"interactions"')
    )


# Columns with what people are called, how they are reached and what they said.
PERSONAL = re.compile(
    r"name|ani$|dnis|remote|address|subject|email|note|content|text|title|number|phone",
    re.IGNORECASE,
)
# Names of the platform's own, which a request must be able to say.
PUBLIC = {*DEFAULT_METRICS, *USER_METRICS, *DEFAULT_GROUP_BY, "language"}


@pytest.mark.parametrize("api", ["conversation_jobs", "conversation_query", "transcript_search"])
def test_no_stream_gets_anything_personal_said(
    running: RunningSimulator, api: str, tmp_path: Path
) -> None:
    config = {**running.config, "search_api": api, "aggregate_granularity": "P1D"}
    catalog = tmp_path / "catalog.json"
    streams = TapGenesysSearch(config=config).streams
    catalog.write_text(json.dumps(catalog_with(config, streams)))
    tap = start(config, tmp_path, "--catalog", str(catalog))
    written, said = tap.communicate(timeout=120)
    assert tap.returncode == 0
    records = [
        (message["stream"], message["record"])
        for message in map(json.loads, written.splitlines())
        if message["type"] == "RECORD" and message["stream"] != "search_audits"
    ]
    # The target of a transfer may be a queue, and requests for its members name its id.
    queues = {record["id"] for stream, record in records if stream == "queues"}
    personal = {text for _, record in records for text in personal_texts(record)} - PUBLIC - queues
    assert len(personal) > 100
    assert not [text for text in personal if text in said]


def personal_texts(value: object, name: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from personal_texts(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from personal_texts(inner, name)
    elif isinstance(value, str) and len(value) > SHORTEST_NAME and PERSONAL.search(name):
        yield value
