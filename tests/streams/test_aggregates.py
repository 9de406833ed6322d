"""The streams of aggregates, against the simulator's own counts."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from genesys_cloud_simulator import Fault, Org
from genesys_cloud_simulator.org.directory import USERS
from genesys_cloud_simulator.views.answers import conversation_figures
from tap_genesys_search.errors import RequestError
from tap_genesys_search.streams.aggregates.query import CONVERSATION_PATH
from tests.support.reported_org import answer
from tests.support.singer_run import SingerRun, run_tap

if TYPE_CHECKING:
    from pytest_httpserver import HTTPServer
    from werkzeug import Request, Response

    from genesys_cloud_simulator import Simulator
    from tests.support.running_simulator import RunningSimulator

pytestmark = pytest.mark.thorough

CONVERSATIONS = "conversation_aggregates"
USER_STATUS = "user_status_aggregates"
SEARCHED = ("search_audits", "interactions", "interaction_facets")
HALF_HOUR = 30 * 60 * 1000


@pytest.fixture(scope="module")
def org() -> Org:
    return Org(seed=7, days=4, interactions=600)


def sync(running: RunningSimulator, *streams: str, **options: Any) -> SingerRun:
    """Sync nothing but some streams of aggregates."""
    state = options.pop("state", None)
    deselect = options.pop("deselect", SEARCHED)
    config = {**running.config, "search_api": "conversation_query", **options}
    return run_tap(config, state=state, select=streams, deselect=deselect)


def asked(simulator: Simulator, operation: str) -> list[dict[str, Any]]:
    bodies = [one.body for one in simulator.requests if one.operation == operation]
    assert all(isinstance(body, dict) for body in bodies)
    return bodies  # type: ignore[return-value]


# What the rows say.


def test_conversation_aggregates_are_the_simulators_figures(
    running: RunningSimulator, simulator: Simulator
) -> None:
    run = sync(running, CONVERSATIONS, aggregate_granularity="P1D")
    assert run.error is None
    rows = run.records(CONVERSATIONS)
    assert len({row["aggregate_id"] for row in rows}) == len(rows) > 500
    own = conversation_figures(simulator.org, simulator.moment)
    handled: defaultdict[tuple[str, str], list[tuple[float, int]]] = defaultdict(list)
    transfers = Counter[str]()
    for row in rows:
        assert row["granularity"] == "P1D"
        if row["metric"] == "tHandle" and row["queue_id"]:
            handled[row["queue_id"], row["interval_start"][:10]].append((row["sum"], row["count"]))
        if row["metric"] == "nTransferred":
            transfers[row["user_id"]] += row["count"]
    assert {
        key: sum(total for total, _ in figures) / sum(count for _, count in figures)
        for key, figures in handled.items()
    } == pytest.approx(
        {
            (queue, day.isoformat()): average
            for (queue, day), average in own.average_handle_time_by_queue_and_day().items()
            if day < simulator.org.end.date()
        }
    )
    assert transfers == Counter(own.transfers_by_agent())


def test_a_row_has_the_columns_of_its_metric(
    running: RunningSimulator, simulator: Simulator
) -> None:
    run = sync(
        running,
        CONVERSATIONS,
        conversation_aggregate_group_by=["mediaType", "originatingDirection"],
        conversation_aggregate_metrics=["nOffered", "tHandle", "oServiceLevel", "oServiceTarget"],
    )
    rows = {row["metric"]: row for row in run.records(CONVERSATIONS)}
    schema = next(
        message["schema"]["properties"]
        for message in run.messages
        if message["type"] == "SCHEMA" and message["stream"] == CONVERSATIONS
    )
    assert list(schema)[:8] == [
        "aggregate_id",
        "interval_start",
        "interval_end",
        "granularity",
        "metric",
        "qualifier",
        "media_type",
        "originating_direction",
    ]
    for row in rows.values():
        assert row.keys() == schema.keys()
        assert row["originating_direction"] in {"inbound", "outbound"}
        assert row["interval_start"] < row["interval_end"]
        assert row["qualifier"] is row["extra"] is None
    assert rows["nOffered"]["count"] > 0
    assert rows["nOffered"]["sum"] is None
    assert rows["tHandle"]["min"] <= rows["tHandle"]["max"] <= rows["tHandle"]["sum"]
    level = rows["oServiceLevel"]
    assert level["ratio"] == level["numerator"] / level["denominator"]
    assert level["target"] == rows["oServiceTarget"]["current"] == 0.8
    (first, *_) = asked(simulator, "conversation_aggregates")
    assert first["granularity"] == "PT30M"
    assert "filter" not in first


def test_user_status_adds_up(running: RunningSimulator, simulator: Simulator) -> None:
    run = sync(
        running, USER_STATUS, start_date="2026-01-05T10:00:00Z", end_date="2026-01-05T14:00:00Z"
    )
    assert run.error is None
    rows = run.records(USER_STATUS)
    times: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for row in rows:
        times[row["user_id"], row["interval_start"]][row["metric"]] += row["sum"]
        assert row["qualifier"]
    assert {user_id for user_id, _ in times} == {user_id for user_id, _ in USERS}
    assert len(times) == 8 * len(USERS)
    for found in times.values():
        assert found["tSystemPresence"] == found["tOrganizationPresence"] == HALF_HOUR
        assert found["tAgentRoutingStatus"] <= HALF_HOUR
    assert len({row["aggregate_id"] for row in rows}) == len(rows)
    # A query may name a hundred users.
    named = [body["filter"]["predicates"] for body in asked(simulator, "user_aggregates")]
    assert [len(predicates) for predicates in named] == [100, 100, len(USERS) - 200]
    assert {one["value"] for predicates in named for one in predicates} == {
        user_id for user_id, _ in USERS
    }


def test_what_the_schema_does_not_know_is_kept_and_said_once(
    running: RunningSimulator,
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(
        "genesys_cloud_simulator.apis.conversation_aggregates._stats",
        lambda _, values: {"count": "many", "sum": sum(values), "median": 5},
    )
    run = sync(running, CONVERSATIONS, conversation_aggregate_metrics=["tHandle"])
    assert len(simulator.requests) > 3
    rows = run.records(CONVERSATIONS)
    assert {row["count"] for row in rows} == {None}
    assert all(row["extra"] == {"count": "many", "median": 5} for row in rows)
    assert all(row["sum"] > 0 for row in rows)
    (warning,) = [one for one in caplog.messages if "extra" in one]
    assert "conversation_aggregates count, median" in warning


# Which requests are sent, and what the state says.


def test_what_is_not_selected_costs_no_request(
    running: RunningSimulator, simulator: Simulator
) -> None:
    run = sync(running, deselect=("search_audits", "interaction_facets"), end_date="2026-01-06")
    assert run.error is None
    assert {one.operation for one in simulator.requests} == {"token", "query"}
    assert CONVERSATIONS not in {message.get("stream") for message in run.messages}
    simulator.reset()
    sync(running, CONVERSATIONS, end_date="2026-01-06")
    assert {one.operation for one in simulator.requests} == {"token", "conversation_aggregates"}
    simulator.reset()
    sync(running, USER_STATUS, end_date="2026-01-05T01:00:00Z")
    assert {one.operation for one in simulator.requests} == {"token", "users", "user_aggregates"}


def test_each_interval_is_asked_for_once(running: RunningSimulator, simulator: Simulator) -> None:
    run = sync(running, CONVERSATIONS, conversation_aggregate_metrics=["nOffered"])
    assert [body["interval"] for body in asked(simulator, "conversation_aggregates")] == [
        f"2026-01-{day:02}T00:00:00.000Z/2026-01-{day + 1:02}T00:00:00.000Z" for day in range(5, 9)
    ]
    assert run.bookmarks() == {CONVERSATIONS: "2026-01-09T00:00:00.000Z"}
    assert "search_api" not in run.states()[-1]["bookmarks"][CONVERSATIONS]
    # Each state is behind the rows that it covers.
    complete = latest = ""
    for message in run.messages:
        if message["type"] == "RECORD":
            assert message["record"]["interval_end"] > complete
            latest = max(latest, message["record"]["interval_end"])
        elif message["type"] == "STATE" and CONVERSATIONS in message["value"]["bookmarks"]:
            complete = message["value"]["bookmarks"][CONVERSATIONS]["replication_key_value"]
            assert complete >= latest
    simulator.reset()
    again = sync(running, CONVERSATIONS, state=run.states()[-1])
    assert asked(simulator, "conversation_aggregates") == []
    assert again.records(CONVERSATIONS) == []
    assert again.bookmarks() == run.bookmarks()


def test_a_second_run_goes_on_and_looks_back(
    running: RunningSimulator, simulator: Simulator
) -> None:
    metrics = {"conversation_aggregate_metrics": ["nOffered"]}
    first = sync(running, CONVERSATIONS, end_date="2026-01-06T10:15:00Z", **metrics)
    # The span that had not passed is left for the next run.
    assert first.bookmarks() == {CONVERSATIONS: "2026-01-06T10:00:00.000Z"}
    simulator.reset()
    second = sync(running, CONVERSATIONS, state=first.states()[-1], lookback_hours=3, **metrics)
    assert asked(simulator, "conversation_aggregates")[0]["interval"] == (
        "2026-01-06T07:00:00.000Z/2026-01-07T00:00:00.000Z"
    )
    whole = {
        row["aggregate_id"]: row
        for row in sync(running, CONVERSATIONS, **metrics).records(CONVERSATIONS)
    }
    found = [*first.records(CONVERSATIONS), *second.records(CONVERSATIONS)]
    assert {row["aggregate_id"]: row for row in found} == whole
    assert len(found) > len(whole)


def test_never_past_the_platforms_clock(
    running: RunningSimulator, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = simulator.org.start + timedelta(days=1, hours=9, minutes=50)
    monkeypatch.setattr(
        "tap_genesys_search.platform.client.PlatformClient.platform_time", lambda _: moment
    )
    run = sync(running, CONVERSATIONS)
    assert run.bookmarks() == {CONVERSATIONS: "2026-01-06T09:30:00.000Z"}


def test_a_failure_leaves_the_bookmark_at_the_last_interval(
    running: RunningSimulator, simulator: Simulator
) -> None:
    bad = simulator.org.start + timedelta(days=2, hours=9)
    simulator.faults.schedule(
        Fault("server_error", on="conversation_aggregates", touching=bad, times=None)
    )
    run = sync(running, CONVERSATIONS, max_retries=1)
    assert isinstance(run.error, RequestError)
    assert run.bookmarks() == {CONVERSATIONS: "2026-01-07T00:00:00.000Z"}


def test_too_large_an_answer_is_asked_for_in_parts(
    running: RunningSimulator, simulator: Simulator
) -> None:
    metrics = {"conversation_aggregate_metrics": ["tHandle"], "end_date": "2026-01-06"}
    whole = sync(running, CONVERSATIONS, **metrics).records(CONVERSATIONS)
    simulator.reset()
    simulator.aggregate_result_limit = 60
    run = sync(running, CONVERSATIONS, **metrics)
    assert run.error is None
    assert len(asked(simulator, "conversation_aggregates")) > 2
    assert run.records(CONVERSATIONS) == sorted(
        whole,
        key=lambda row: [one["aggregate_id"] for one in run.records(CONVERSATIONS)].index(
            row["aggregate_id"]
        ),
    )
    assert run.bookmarks() == {CONVERSATIONS: "2026-01-06T00:00:00.000Z"}
    simulator.aggregate_result_limit = 1
    failed = sync(running, CONVERSATIONS, **metrics)
    assert isinstance(failed.error, RequestError)
    assert "Result set is larger" in str(failed.error)
    assert "Check the settings aggregate_granularity" in str(failed.error)


@pytest.mark.parametrize("body", [{}, {"results": None}])
@pytest.mark.parametrize("times", [1, 100])
def test_an_answer_without_results_is_asked_for_again(
    running: RunningSimulator,
    httpserver: HTTPServer,
    caplog: pytest.LogCaptureFixture,
    body: dict[str, Any],
    times: int,
) -> None:
    asked_for = Counter[str]()

    def respond(request: Request) -> Response:
        asked_for[request.json["interval"][:10]] += 1
        is_struck = request.json["interval"][:10] == "2026-01-06"
        return answer(body if is_struck and asked_for["2026-01-06"] <= times else {"results": []})

    httpserver.expect_request("/oauth/token").respond_with_json(
        {"access_token": "t", "expires_in": 86_400}
    )
    httpserver.expect_request(CONVERSATION_PATH).respond_with_handler(respond)
    url = httpserver.url_for("").rstrip("/")
    run = sync(running, CONVERSATIONS, auth_url=url, api_url=url, max_retries=3)
    assert run.error is None
    assert run.bookmarks() == {CONVERSATIONS: "2026-01-09T00:00:00.000Z"}
    assert asked_for["2026-01-06"] == 2
    # Two empty answers may be how an idle day is answered. They move the state, but not in silence.
    assert ("answered twice without results for 2026-01-06" in caplog.text) == (times > 1)


@pytest.mark.parametrize(
    "result",
    [
        {},
        {"data": None},
        {"data": [{}]},
        {"data": [{"metrics": [{"metric": "nOffered"}]}]},
        {"data": [{"metrics": [{"metric": "nOffered", "stats": None}]}]},
    ],
)
def test_groups_without_figures_are_asked_for_again_and_said(
    running: RunningSimulator,
    httpserver: HTTPServer,
    caplog: pytest.LogCaptureFixture,
    result: dict[str, Any],
) -> None:
    asked_for = Counter[str]()
    empty = {"group": {"queueId": "q-1"}, **result}

    def respond(request: Request) -> Response:
        start, end = request.json["interval"].split("/")
        asked_for[start[:10]] += 1
        for data in empty.get("data") or []:
            data["interval"] = f"{start}/{end}"
        return answer({"results": [empty]})

    httpserver.expect_request("/oauth/token").respond_with_json(
        {"access_token": "t", "expires_in": 86_400}
    )
    httpserver.expect_request(CONVERSATION_PATH).respond_with_handler(respond)
    url = httpserver.url_for("").rstrip("/")
    run = sync(running, CONVERSATIONS, auth_url=url, api_url=url)
    assert run.error is None
    assert set(asked_for.values()) == {2}
    assert caplog.text.count("answered twice with groups without figures for 2026-01-0") == 1


def test_a_refusal_names_the_settings(running: RunningSimulator, simulator: Simulator) -> None:
    run = sync(running, CONVERSATIONS, conversation_aggregate_metrics=["tHandel"])
    assert isinstance(run.error, RequestError)
    assert "'tHandel'" in str(run.error)
    assert "conversation_aggregate_metrics" in str(run.error)
    assert len(asked(simulator, "conversation_aggregates")) == 2  # the second over half an hour


def test_granularity_that_only_short_intervals_may_have_is_asked_for_in_those(
    running: RunningSimulator,
) -> None:
    run = sync(running, USER_STATUS, aggregate_granularity="PT10M", end_date="2026-01-05T01:00:00Z")
    assert run.error is None
    assert run.bookmarks() == {USER_STATUS: "2026-01-05T01:00:00.000Z"}


def test_without_permission_the_others_are_synced(
    running: RunningSimulator, simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    simulator.permissions = frozenset({"analytics:userAggregate:view"})
    run = sync(running, CONVERSATIONS, USER_STATUS, end_date="2026-01-05T10:00:00Z")
    assert run.error is None
    assert run.records(USER_STATUS)
    assert run.bookmarks() == {USER_STATUS: "2026-01-05T10:00:00.000Z"}
    granted = "Grant analytics:conversationAggregate:view for conversation_aggregates"
    assert granted in caplog.text
