"""Answers changed at random: each is read, or refused by an error of the tap; none breaks it."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import requests
from requests.structures import CaseInsensitiveDict
from singer_sdk.singerlib.json import serialize_json

from genesys_cloud_simulator import Org
from tap_genesys_search.errors import TapGenesysSearchError
from tap_genesys_search.platform.client import PlatformClient
from tap_genesys_search.platform.http import transport
from tap_genesys_search.platform.http.error_rules import Asked
from tap_genesys_search.platform.http.response_errors import explain_refusal
from tap_genesys_search.platform.http.responses import read_json
from tap_genesys_search.platform.http.retries import LONGEST_WAIT_SECONDS
from tap_genesys_search.records.facets import facet_records
from tap_genesys_search.records.interactions import Normaliser
from tap_genesys_search.search_apis import SEARCH_APIS, interaction_search
from tap_genesys_search.search_apis.conversations import job_answers, query_requests
from tap_genesys_search.search_apis.transcripts import requests as transcript_requests
from tap_genesys_search.settings.projection import DEFAULT_FIELDS, project
from tap_genesys_search.windows.window import Window
from tests.reliability.mutations import make_json, mutate
from tests.support.normalised import normalise_one
from tests.support.running_simulator import running_simulator
from tests.support.scripted_platform import make_settings
from tests.support.singer_run import run_tap

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_genesys_search.json_types import JsonObject
    from tap_genesys_search.search_apis.page import Page
    from tests.reliability.conftest import Figures

pytestmark = [pytest.mark.reliability, pytest.mark.timeout(3600)]

BODIES = 30_000
"""Of each search API."""

REFUSALS = 30_000
SHARE_OF_GRAMMAR = 0.2
ORG = Org(seed=31, days=1, interactions=24)
WINDOW = Window(ORG.start, ORG.start + timedelta(days=1))
PATH = "GET /api/v2/somewhere"
SETTINGS = make_settings()
PAGES: dict[str, Callable[[JsonObject], Page]] = {
    "interaction_search": lambda answer: interaction_search.read_page(answer, PATH),
    "conversation_jobs": lambda answer: job_answers.read_results(answer, PATH)[0],
    "conversation_query": query_requests.read_answer,
    "transcript_search": transcript_requests.read_answer,
}


@pytest.fixture(scope="module")
def answers() -> dict[str, list[bytes]]:
    """What the simulator answers to a small run of each search API."""
    found: dict[str, list[bytes]] = {}
    with running_simulator(ORG) as running, pytest.MonkeyPatch.context() as patch:
        for api in PAGES:
            bodies = found.setdefault(api, [])
            facets = [] if api in {"interaction_search", "transcript_search"} else ["queueId"]

            def read_and_keep(body: bytes, bodies: list[bytes] = bodies) -> object:
                bodies.append(body)
                return read_json(body)

            patch.setattr(transport, "read_json", read_and_keep)
            config = {**running.config, "search_api": api, "page_size": 4, "facets": facets}
            assert run_tap(config).error is None
    return found


@pytest.mark.parametrize("api", PAGES)
def test_changed_answer_is_read_or_refused(
    api: str, answers: dict[str, list[bytes]], figures: Figures
) -> None:
    rng = random.Random(f"fuzz:{api}")  # noqa: S311 - not for security
    names = sorted(set(re.findall(r'"(\w+)":', b"".join(answers[api]).decode())))
    count: Counter[str] = Counter()
    broken = []
    for _ in range(BODIES):
        if rng.random() < SHARE_OF_GRAMMAR:
            body = make_json(rng, names)
        else:
            body = mutate(rng.choice(answers[api]), rng)
        count["Bodies"] += 1
        try:
            read(api, body, count)
        except TapGenesysSearchError as error:
            count["… refused by an error"] += 1
            if not str(error).isprintable():
                broken.append(f"{error!r} for {body[:500]!r}")
        except Exception as error:  # noqa: BLE001 - none may come
            broken.append(f"{error!r} for {body[:500]!r}")
    for name, number in count.items():
        figures(f"Fuzz, {api}", name, number)
    figures(f"Fuzz, {api}", "Crashes", len(broken))
    assert not broken, "\n".join(broken[:20])
    assert count["Records written"] > BODIES / 10


def read(api: str, body: bytes, count: Counter[str]) -> None:
    """Do with a body what a run does, from its bytes to the lines written."""
    document = read_json(body)
    if not isinstance(document, dict):
        count["… no JSON object, so asked for again"] += 1
        return
    if "state" in document:
        job_answers.read_state(document, PATH, str)
    page = PAGES[api](document)
    count["… read as a page"] += 1
    search_api = SEARCH_APIS[api](PlatformClient(SETTINGS), SETTINGS)
    fields = project([*DEFAULT_FIELDS, "metadata", "queue.name", "participants", "startTime"])
    normaliser = Normaliser(fields, search_api.read_column, WINDOW, "search-1")
    try:
        for raw in page.records:
            search_api.is_within(raw, WINDOW)
            check(normalise_one(normaliser, raw))
            count["Records written"] += 1
        for record in facet_records(page.facets, search_api.facet_window(WINDOW), "search-1"):
            check(record)
            count["Facet buckets written"] += 1
    except RecursionError:  # a run says so, and names the window
        count["… nested too deeply to be written"] += 1


def check(record: JsonObject) -> None:
    line = serialize_json(record)
    assert "\n" not in line
    assert b"\0" not in line.encode()
    assert "NaN" not in line or '"' in line
    if "relevance_score" in record:
        assert 0 <= record["relevance_score"] <= 1
        assert isinstance(record["id"], str)
        assert record["id"]


def test_changed_refusal_is_one_line(answers: dict[str, list[bytes]], figures: Figures) -> None:
    rng = random.Random("fuzz:refusals")  # noqa: S311 - not for security
    refusal = json.dumps(
        {
            "message": "Rate limit exceeded the maximum. Retry the request in [17] seconds",
            "code": "too.many.requests",
            "status": 429,
            "contextId": "c0ffee",
            "details": [{"errorCode": "x", "fieldName": "filter"}],
            "error": "invalid_client",
            "error_description": "authentication failed",
        }
    ).encode()
    broken = []
    for _ in range(REFUSALS):
        body = mutate(rng.choice((refusal, refusal, answers["conversation_query"][-1])), rng)
        response = draw_response(rng)
        try:
            error = explain_refusal(response, body, ["top-secret"], Asked.SEARCH)
        except Exception as failure:  # noqa: BLE001 - none may come
            broken.append(f"{failure!r} for {body[:300]!r} {response.headers}")
            continue
        wait = getattr(error, "wait_seconds", None)
        if not str(error).isprintable():
            broken.append(f"{error!r} for {body[:300]!r}")
        elif wait is not None and not 0 <= wait <= LONGEST_WAIT_SECONDS:
            broken.append(f"waits {wait!r} for {response.headers}")
        elif "hunter2" in str(error) or "top-secret" in str(error):
            broken.append(f"a secret in {error!r}")
    figures("Fuzz, refusals", "Bodies", REFUSALS)
    figures("Fuzz, refusals", "Crashes", len(broken))
    assert not broken, "\n".join(broken[:20])


def draw_response(rng: random.Random) -> requests.Response:
    """Make an answer that is none, with headers that may be anything."""
    response = requests.Response()
    response.status_code = rng.choice((301, 400, 401, 403, 404, 408, 413, 429, 429, 500, 503, 599))
    response.reason = rng.choice(("Some Reason", "", draw_header(rng)))
    response.url = "https://api.invalid/api/v2/x?secret=hunter2"
    response.headers = CaseInsensitiveDict(
        {
            name: draw_header(rng)
            for name in ("Retry-After", "Date", "inin-ratelimit-reset", "ININ-Correlation-Id")
            if rng.random() < 0.5
        }
    )
    request = requests.Request("POST", response.url)
    request.headers["Authorization"] = rng.choice(("Basic aWQ6aHVudGVyMg==", "Bearer hunter2"))
    response.request = request.prepare()
    return response


def draw_header(rng: random.Random) -> Any:
    known = (
        "17", "-3", "1e999", "nan", "0x10", "", " 5 ", "1" * 400, "Wed, 21 Oct 2026 07:28:00 GMT",
        "Wed, 21 Oct 9999 07:28:00 GMT", "Wed, 21 Oct 2026 07:28:00", "Wed, 99 Oct 2026 99:28 GMT",
        "Mon, 01 Jan 0001 00:00:00 +2359", "0.5", "999999", "hunter2", "\u00fc\u0085x",
    )  # fmt: skip
    header = rng.choice(known)
    if rng.random() < 0.5:
        header = mutate(header.encode("latin-1"), rng).decode("latin-1")[:500]
    return header
