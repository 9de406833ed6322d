"""Facets that an answer lacks tell nothing: what was written of them stays."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.scripted_platform import Answer
from tests.support.search_api_wires import JOBS_PATH, TRANSCRIPTS_PATH
from tests.support.warehouse import Warehouse

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug import Request, Response

    from tests.support.scripted_platform import ScriptedPlatform
    from tests.support.singer_run import SingerRun

Facets = dict[str, Any]
DAY = "2026-01-05"
NOTHING = "without"
"""Stands for a key that is left out."""

APIS = ("interaction_search", "conversation_query", "conversation_jobs", "transcript_search")


class CountingPlatform:
    """A platform that finds as many records each day as it is said to, and some facets.

    Attributes:
        records: How many records each search matches.
        missing: How many more it counts.
        facets: What it answers for facets, or `NOTHING` to leave them out.
    """

    def __init__(self, platform: ScriptedPlatform) -> None:
        self.records = 5
        self.missing = 0
        self.facets: object = NOTHING
        self._day = DAY
        platform.answer_by(self._answer)

    def _answer(self, request: Request) -> Response:
        return Answer(self._body(request)).response()

    def _body(self, request: Request) -> dict[str, Any]:
        body = json.loads(request.get_data(as_text=True) or "{}")
        if request.path.startswith(JOBS_PATH):
            return self._job(request, body)
        if request.path == TRANSCRIPTS_PATH:
            start = body["query"][0]["startValue"]
            found = [{"transcriptId": f"t-{start}-{number}"} for number in range(self.records)]
            dated = [{**one, "conversationStartTime": start} for one in found]
            page = dated if body["pageNumber"] == 1 else []
            return self._counted("total", {"results": page}, "aggregations")
        if "query" in body:
            start = body["query"]["filter"]["range"]["start"]
            found = self._found("id", "timestamp", start)
            page = found[body["query"]["offset"] :]
            completed = {"id": "q-1", "status": "completed", "results": page}
            return self._counted("totalMatchingRecords", completed, "facets")
        start = body["interval"].split("/")[0]
        found = self._found("conversationId", "conversationStart", start)
        page = found[: body["paging"]["pageSize"]] if body["paging"]["pageNumber"] == 1 else []
        return self._counted("totalHits", {"conversations": page}, "aggregations")

    def _job(self, request: Request, body: dict[str, Any]) -> dict[str, Any]:
        if request.method == "POST":
            self._day = body["interval"].split("/")[0]
            return {"jobId": "j-1"}
        until = {"dataAvailabilityDate": "2026-03-01T00:00:00.000Z"}
        if request.path.endswith("/results"):
            found = self._found("conversationId", "conversationStart", self._day)
            return {"conversations": found, **until}
        return {"state": "FULFILLED", **until}

    def _found(self, id_: str, time: str, start: str) -> list[dict[str, Any]]:
        return [{id_: f"c-{start}-{number}", time: start} for number in range(self.records)]

    def _counted(self, total: str, page: dict[str, Any], facets: str) -> dict[str, Any]:
        answered = {} if self.facets == NOTHING else {facets: self.facets}
        return {**page, total: self.records + self.missing, **answered}


@pytest.fixture
def org(platform: ScriptedPlatform) -> CountingPlatform:
    return CountingPlatform(platform)


@pytest.fixture
def run(platform: ScriptedPlatform) -> Callable[..., SingerRun]:
    """Runs the tap over one day, which is read again in each run."""

    def run(state: dict[str, Any] | None = None, *, error: bool = False, **more: Any) -> SingerRun:
        deselect = more.pop("deselect", ())
        config = {
            "client_id": "c",
            "client_secret": "s",
            "auth_url": platform.url,
            "api_url": platform.url,
            "start_date": DAY,
            "end_date": "2026-01-06",
            "lookback_hours": 24,
            "requests_per_minute": 100_000,
            "max_concurrent_searches": 1,
            "facets": ["t"],
            **more,
        }
        ran = platform.run_tap(config, state=state, deselect=deselect)
        assert bool(ran.error) == error
        return ran

    return run


def answered(api: str, **buckets: object) -> object:
    """Write facets as an API answers them."""
    if api in ("interaction_search", "transcript_search"):
        return {name: {"buckets": found} for name, found in buckets.items()}
    return [{"dimension": name, "results": found} for name, found in buckets.items()]


def bucket(key: str, count: int = 5) -> dict[str, Any]:
    return {"value": key, "count": count}


def sums(*messages: list[dict[str, Any]]) -> Counter[tuple[str, str]]:
    """Sum up the facets of all rows that some runs have written."""
    warehouse = Warehouse()
    for written in messages:
        warehouse.load(written)
    found: Counter[tuple[str, str]] = Counter()
    for row in warehouse.rows("interaction_facets").values():
        found[row["facet"], row["bucket_key"]] += row["bucket_count"]
    return +found


LACKING: list[tuple[str, object]] = [
    ("interaction_search", NOTHING),
    ("interaction_search", None),
    ("interaction_search", {}),
    ("interaction_search", {"t": {}}),
    ("interaction_search", {"t": None}),
    ("interaction_search", {"t": {"error": "shard failed"}}),
    ("transcript_search", NOTHING),
    ("transcript_search", {"t": {"error": "shard failed"}}),
    *(
        (api, facets)
        for api in ("conversation_query", "conversation_jobs")
        for facets in (NOTHING, None, [], [{"dimension": "t"}], [{"dimension": "u", "results": []}])
    ),
]


@pytest.mark.parametrize(("api", "facets"), LACKING)
def test_facets_that_an_answer_lacks_stay_and_are_warned_of_once(
    org: CountingPlatform,
    run: Callable[..., SingerRun],
    caplog: pytest.LogCaptureFixture,
    api: str,
    facets: object,
) -> None:
    config = {"search_api": api, "start_date": "2026-01-04"}
    org.facets = answered(api, t=[bucket("a")])
    first = run(**config)
    caplog.clear()
    org.facets = facets
    second = run(first.states()[-1], **config, lookback_hours=48)
    assert second.records("search_audits")
    assert sums(first.messages, second.messages) == {("t", "a"): 10}
    (warning,) = [one for one in caplog.messages if "answered without facets" in one]
    assert "(t): their rows stay" in warning


@pytest.mark.parametrize("api", APIS)
def test_facets_that_were_lacking_are_replaced_when_they_are_answered_again(
    org: CountingPlatform, run: Callable[..., SingerRun], api: str
) -> None:
    runs: list[SingerRun] = []
    for facets in (answered(api, t=[bucket("a")]), NOTHING, answered(api, t=[bucket("b")])):
        org.facets = facets
        state = runs[-1].states()[-1] if runs else None
        runs.append(run(state, search_api=api))
    assert sums(*(one.messages for one in runs)) == {("t", "b"): 5}


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("empty", [True, False])
def test_facet_that_is_answered_without_buckets_or_of_no_records_counts_nothing(
    org: CountingPlatform,
    run: Callable[..., SingerRun],
    caplog: pytest.LogCaptureFixture,
    api: str,
    *,
    empty: bool,
) -> None:
    org.facets = answered(api, t=[bucket("a")])
    first = run(search_api=api)
    org.facets, org.records = (answered(api, t=[]), 5) if empty else (NOTHING, 0)
    second = run(first.states()[-1], search_api=api)
    assert sums(first.messages, second.messages) == {}
    assert "answered without facets" not in caplog.text


@pytest.mark.thorough
@pytest.mark.parametrize("api", ["conversation_query", "conversation_jobs"])
def test_part_of_a_day_in_which_nothing_matches_tells_nothing_of_the_day(
    org: CountingPlatform, run: Callable[..., SingerRun], api: str
) -> None:
    config = {"search_api": api, "start_date": "2026-01-04T12:00:00Z", "window_hours": 6}
    org.facets = answered(api, t=[bucket("a")])
    first = run(**config)
    org.facets, org.records = NOTHING, 0
    second = run(first.states()[-1], **config)
    assert second.records("search_audits")
    assert sums(first.messages, second.messages) == sums(first.messages)


@pytest.mark.thorough
def test_total_of_nothing_beside_records_tells_nothing_of_facets(
    org: CountingPlatform, run: Callable[..., SingerRun], caplog: pytest.LogCaptureFixture
) -> None:
    org.facets = answered("conversation_query", t=[bucket("a")])
    first = run(search_api="conversation_query")
    org.facets, org.missing = NOTHING, -org.records
    second = run(first.states()[-1], search_api="conversation_query")
    assert sums(first.messages, second.messages) == {("t", "a"): 5}
    assert caplog.text.count("answered without facets") == 1


def test_facets_that_are_lacking_after_a_window_is_halved_stay(
    org: CountingPlatform, run: Callable[..., SingerRun], caplog: pytest.LogCaptureFixture
) -> None:
    org.facets = answered("interaction_search", t=[bucket("a")])
    first = run(search_api="interaction_search")
    org.facets = NOTHING
    second = run(first.states()[-1], search_api="interaction_search", window_hours=12)
    assert len(second.records("search_audits")) == 2
    assert sums(first.messages, second.messages) == {("t", "a"): 5}
    assert caplog.text.count("answered without facets") == 1


def test_facet_that_is_no_longer_asked_for_stays(
    org: CountingPlatform, run: Callable[..., SingerRun], caplog: pytest.LogCaptureFixture
) -> None:
    api = "conversation_query"
    org.facets = answered(api, t=[bucket("a")], u=[bucket("b")])
    first = run(search_api=api, facets=["t", "u"])
    org.facets = answered(api, u=[bucket("c")])
    second = run(first.states()[-1], search_api=api, facets=["u"])
    both = (first.messages, second.messages)
    assert sums(*both) == {("t", "a"): 5, ("u", "c"): 5}
    org.facets = NOTHING
    third = run(second.states()[-1], search_api=api, facets=None)
    assert sums(*both, third.messages) == {("t", "a"): 5, ("u", "c"): 5}
    assert "answered without facets" not in caplog.text


@pytest.mark.parametrize("deselect", [(), ("interactions",)])
def test_window_that_fails_writes_no_facets(
    org: CountingPlatform, run: Callable[..., SingerRun], deselect: tuple[str, ...]
) -> None:
    org.facets = answered("interaction_search", t=[bucket("open")])
    org.missing = 50
    first = run(search_api="interaction_search", deselect=deselect, error=True)
    assert first.records("interaction_facets") == []
    assert first.records("search_audits")


@pytest.mark.thorough
def test_run_that_is_killed_at_any_line_leaves_no_facet_that_later_ones_do_not_know(
    org: CountingPlatform, run: Callable[..., SingerRun]
) -> None:
    config = {"search_api": "interaction_search", "start_date": "2026-01-04", "lookback_hours": 48}
    org.facets = answered("interaction_search", t=[bucket("a")])
    first = run(**config)
    org.facets = answered("interaction_search", t=[bucket("b")])
    second = run(first.states()[-1], **config)
    org.facets = answered("interaction_search", t=[bucket("c")])
    for before, killed in (([], first), ([first.messages], second)):
        for cut in range(len(killed.messages)):
            written = killed.messages[: cut + 1]
            states = [one["value"] for one in written if one["type"] == "STATE"]
            state = states[-1] if states else first.states()[-1] if before else None
            rest = run(state, **config)
            assert sums(*before, written, rest.messages) == {("t", "c"): 10}
