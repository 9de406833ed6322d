from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from genesys_cloud_simulator import Fault, Org
from genesys_cloud_simulator.timestamps import parse_timestamp

from .api_client import JOBS_PATH, ApiClient, ManualClock

if TYPE_CHECKING:
    from collections.abc import Callable

MONDAY = "2026-01-12T00:00:00.000Z"
TUESDAY = "2026-01-13T00:00:00.000Z"
DAY = f"{MONDAY}/{TUESDAY}"
DAY_BY_START = {"interval": DAY, "startOfDayIntervalMatching": True}


def ids(conversations: list[Any]) -> list[str]:
    return [one["conversationId"] for one in conversations]


def org_ids(client: ApiClient, start: str, end: str) -> list[str]:
    return list(client.simulator.org.ids_between(parse_timestamp(start), parse_timestamp(end)))


def assert_refused(answer: Any, status: int, problem: str) -> None:
    assert answer.status_code == answer.json()["status"] == status
    assert problem in answer.json()["message"]


# Submit and wait.


@pytest.mark.thorough
def test_submit_answers_an_id(shared: ApiClient) -> None:
    answer = shared.submit_job(interval=DAY)
    assert answer.status_code == 202
    assert answer.json().keys() == {"jobId"}


@pytest.mark.thorough
def test_a_job_is_queued_then_pending_then_fulfilled(
    start: Callable[..., ApiClient], clock: ManualClock
) -> None:
    client = start(query_seconds=100, job_lifetime_seconds=1000, clock=clock)
    client.simulator.now = parse_timestamp("2026-02-10T12:00:00Z")
    job_id = client.submitted_job(interval=DAY)
    submitted = {"submissionDate": "2026-02-10T12:00:00.000Z"}
    assert client.job(job_id).json() == {"state": "QUEUED", **submitted}
    clock.advance(35)
    assert client.job(job_id).json() == {"state": "PENDING", **submitted}
    assert_refused(client.job_results(job_id), 400, "its state is PENDING")
    clock.advance(95)
    status = client.job(job_id).json()
    assert status["state"] == "FULFILLED"
    completed, expires = (
        parse_timestamp(status[name]) for name in ("completionDate", "expirationDate")
    )
    seconds = (completed - client.simulator.now).total_seconds()
    assert 75 <= seconds <= 125
    assert expires - completed == timedelta(seconds=1000)
    assert client.job_results(job_id).status_code == 200


def test_a_job_expires(start: Callable[..., ApiClient], clock: ManualClock) -> None:
    client = start(job_lifetime_seconds=50, clock=clock)
    job_id = client.submitted_job(interval=DAY)
    clock.advance(49.9)
    cursor = client.job_results(job_id, pageSize=5).json()["cursor"]
    clock.advance(0.1)
    assert client.job(job_id).json()["state"] == "EXPIRED"
    assert_refused(client.job_results(job_id), 404, "have expired")
    assert_refused(client.job_results(job_id, cursor=cursor), 404, "have expired")
    clock.advance(50)
    client.submit_job(interval=DAY)
    assert_refused(client.job(job_id), 404, job_id)


def test_an_unknown_job_is_not_found(shared: ApiClient) -> None:
    job_id = "00000000-0000-4000-8000-000000000000"
    for answer in (
        shared.job(job_id),
        shared.job_results(job_id),
        shared.send("DELETE", f"{JOBS_PATH}/{job_id}"),
    ):
        assert_refused(answer, 404, job_id)
        assert answer.json()["code"] == "not.found"


def test_a_job_belongs_to_its_client(start: Callable[..., ApiClient]) -> None:
    client = start(other_clients={"other": "secret"})
    job_id = client.submitted_job(interval=DAY)
    client.sign_in(auth=("other", "secret"))
    assert client.job(job_id).status_code == 404
    client.sign_in()
    assert client.job(job_id).status_code == 200


def test_a_deleted_job_is_gone(client: ApiClient) -> None:
    job_id = client.submitted_job(interval=DAY)
    answer = client.send("DELETE", f"{JOBS_PATH}/{job_id}")
    assert answer.status_code == 204
    assert answer.content == b""
    assert client.job(job_id).status_code == 404
    assert client.job_results(job_id).status_code == 404


@pytest.mark.parametrize("shown", [True, False])
def test_only_so_many_jobs_at_once(
    start: Callable[..., ApiClient], clock: ManualClock, *, shown: bool
) -> None:
    client = start(
        query_seconds=100,
        max_open_jobs=2,
        clock=clock,
        job_retry_after_seconds=7,
        refused_jobs_show_rate_limit=shown,
    )
    job_ids = [client.submitted_job(interval=DAY) for _ in range(2)]
    assert_over_limit(client.submit_job(interval=DAY), 2, 7, shown=shown)
    assert "inin-ratelimit-count" in client.job(job_ids[0]).headers
    client.send("DELETE", f"{JOBS_PATH}/{job_ids[0]}")
    assert client.submit_job(interval=DAY).status_code == 202
    assert client.submit_job(interval=DAY).status_code == 429
    clock.advance(126)
    assert client.submit_job(interval=DAY).status_code == 202


def assert_over_limit(answer: Any, limit: int, seconds: int, *, shown: bool) -> None:
    """One text and one code for rates and for concurrency."""
    assert_refused(
        answer,
        429,
        f"Rate limit exceeded the maximum [{limit}]. Retry the request in [{seconds}] seconds",
    )
    assert answer.json()["code"] == "too.many.requests.retry.after"
    assert "limit" not in answer.json()
    assert answer.headers["Retry-After"] == str(seconds)
    assert ("inin-ratelimit-reset" in answer.headers) is shown


def test_only_so_many_submissions_in_a_second(
    start: Callable[..., ApiClient], clock: ManualClock
) -> None:
    client = start(job_submissions_per_second=2, clock=clock)
    for _ in range(2):
        assert client.submit_job(interval=DAY).status_code == 202
    clock.advance(0.9)
    assert_over_limit(client.submit_job(interval=DAY), 2, 1, shown=True)
    clock.advance(0.1)
    assert client.submit_job(interval=DAY).status_code == 202


@pytest.mark.parametrize("status", [200, 202])
def test_a_submission_is_accepted_with_either_status(
    configure: Callable[..., ApiClient], status: int
) -> None:
    client = configure(job_submit_status=status)
    assert client.submit_job(interval=DAY).status_code == status


def test_a_fresh_job_is_unknown(start: Callable[..., ApiClient], clock: ManualClock) -> None:
    client = start(job_unknown_seconds=5, clock=clock)
    job_id = client.submitted_job(interval=DAY)
    clock.advance(4.9)
    for answer in (client.job(job_id), client.job_results(job_id)):
        assert_refused(answer, 404, job_id)
        assert answer.json()["code"] == "not.found"
    clock.advance(0.1)
    assert client.job(job_id).json()["state"] == "FULFILLED"
    assert client.job_results(job_id).status_code == 200


@pytest.mark.parametrize(
    ("kind", "status", "text"),
    [("lost_job", 404, "No job with the id"), ("conflicting_job", 409, "in conflict")],
)
def test_a_lost_job_is_unknown_for_good(
    client: ApiClient, kind: Any, status: int, text: str
) -> None:
    lost, other = (client.submitted_job(interval=DAY) for _ in range(2))
    client.simulator.faults.schedule(Fault(kind, on="job_status"))
    for answer in (client.job(lost), client.job_results(lost), client.job(lost)):
        assert_refused(answer, status, text)
        assert client.simulator.requests[-1].fault == kind
    assert client.job(other).json()["state"] == "FULFILLED"


def test_results_may_never_be_fulfilled(client: ApiClient) -> None:
    job_id = client.submitted_job(interval=DAY)
    client.simulator.faults.schedule(Fault("unfulfilled_results"))
    for _ in range(2):
        assert_refused(client.job_results(job_id), 400, "not fulfilled")
    assert client.job(job_id).json()["state"] == "FULFILLED"


def test_cursors_may_become_invalid(client: ApiClient) -> None:
    job_id = client.submitted_job(interval=DAY)
    client.simulator.faults.schedule(Fault("invalid_cursor", nth=2))
    first = client.job_results(job_id, pageSize=5).json()
    second = client.job_results(job_id, pageSize=5, cursor=first["cursor"]).json()
    for _ in range(2):
        answer = client.job_results(job_id, pageSize=5, cursor=second["cursor"])
        assert_refused(answer, 400, "Invalid cursor")
    assert client.job_results(job_id, pageSize=5).json() == first


def test_a_lost_job_is_not_open(start: Callable[..., ApiClient]) -> None:
    client = start(query_seconds=1000, max_open_jobs=1)
    job_id = client.submitted_job(interval=DAY)
    client.simulator.faults.schedule(Fault("lost_job"))
    assert client.job(job_id).status_code == 404
    assert client.submit_job(interval=DAY).status_code == 202


def test_only_so_many_results_can_be_read(configure: Callable[..., ApiClient]) -> None:
    client = configure(job_result_limit=30, short_job_pages=False)
    job_id = client.submitted_job(interval=DAY)
    first = client.job_results(job_id, pageSize=15).json()
    second = client.job_results(job_id, pageSize=15, cursor=first["cursor"]).json()
    answer = client.job_results(job_id, pageSize=15, cursor=second["cursor"])
    assert_refused(answer, 400, "Pagination may not exceed 30 results.")
    assert "querying in smaller intervals" in answer.json()["message"]
    assert answer.json()["code"] == "bad.request"
    assert_refused(client.job_results(job_id, pageSize=31), 400, "may not exceed 30 results")


def test_a_job_whose_results_are_just_so_many_can_be_read(
    configure: Callable[..., ApiClient],
) -> None:
    client = configure()
    count = len(client.job_conversations(interval=DAY))
    configure(job_result_limit=count)
    assert len(client.job_conversations(interval=DAY)) == count


def test_jobs_count_as_open_searches(client: ApiClient) -> None:
    first, second, _ = (client.submitted_job(interval=DAY) for _ in range(3))
    assert client.simulator.open_searches.most == 3
    client.job(first)
    client.send("DELETE", f"{JOBS_PATH}/{second}")
    for _ in range(2):
        client.submit_job(interval=DAY)
    assert client.simulator.open_searches.most == 3


def test_operations_are_logged(client: ApiClient) -> None:
    job_id = client.submitted_job(interval=DAY)
    client.job(job_id)
    client.job_results(job_id, pageSize=7)
    client.send("GET", f"{JOBS_PATH}/availability")
    client.send("DELETE", f"{JOBS_PATH}/{job_id}")
    assert [(one.operation, one.status) for one in client.simulator.requests[1:]] == [
        ("job_submit", 202),
        ("job_status", 200),
        ("job_results", 200),
        ("availability", 200),
        ("job_delete", 204),
    ]
    assert client.simulator.requests[3].query == "pageSize=7"


# Results.


@pytest.mark.thorough
def test_results_are_those_of_the_query_and_attributes(shared: ApiClient) -> None:
    queried = shared.all_queried(interval=DAY)
    found = shared.job_conversations(**DAY_BY_START)
    attributes = [
        party.pop("attributes")
        for one in found
        for party in one["participants"]
        if "attributes" in party
    ]
    assert found == queried
    assert 0 < len(attributes) < len(found)
    assert all(isinstance(value, str) for one in attributes for value in one.values())


def test_cursors_lead_from_page_to_page(shared: ApiClient) -> None:
    job_id = shared.submitted_job(**DAY_BY_START)
    pages = list(shared.job_pages(job_id, pageSize=20))
    found = [one for page in pages for one in page["conversations"]]
    assert ids(found) == org_ids(shared, MONDAY, TUESDAY)
    sizes = [len(page["conversations"]) for page in pages]
    assert max(sizes) <= 20
    assert len(set(sizes[:-1])) > 1
    assert all(sizes)
    cursors = [page["cursor"] for page in pages[:-1]]
    assert len(set(cursors)) == len(cursors)
    assert all(quote(one, safe="") != one and "%2B" in one and "&" in one for one in cursors)
    assert "cursor" not in pages[-1]
    assert {page["dataAvailabilityDate"] for page in pages} == {"2026-02-02T18:00:00.000Z"}


def test_a_cursor_can_be_read_again(shared: ApiClient) -> None:
    job_id = shared.submitted_job(interval=DAY)
    cursor = shared.job_results(job_id, pageSize=5).json()["cursor"]
    page = shared.job_results(job_id, pageSize=5, cursor=cursor).json()
    assert shared.job_results(job_id, pageSize=5, cursor=cursor).json() == page


def test_a_cursor_belongs_to_its_job(shared: ApiClient) -> None:
    first, second = (shared.submitted_job(interval=DAY) for _ in range(2))
    cursor = shared.job_results(first, pageSize=5).json()["cursor"]
    assert shared.job_results(second, pageSize=5).json()["cursor"] != cursor
    assert_refused(shared.job_results(second, cursor=cursor), 400, "not one of this job")
    assert_refused(shared.job_results(first, cursor="abc"), 400, "not one of this job")
    assert_refused(shared.job_results(first, cursor=""), 400, "not one of this job")
    unescaped = f"{JOBS_PATH}/{first}/results?cursor={cursor}"
    assert_refused(shared.send("GET", unescaped), 400, "not one of this job")


def test_pages_can_be_full(configure: Callable[..., ApiClient]) -> None:
    client = configure(short_job_pages=False)
    job_id = client.submitted_job(**DAY_BY_START)
    sizes = [len(one["conversations"]) for one in client.job_pages(job_id, pageSize=20)]
    assert set(sizes[:-1]) == {20}


@pytest.mark.parametrize("size", ["0", "10001", "x", "-1", "1.5", ""])
def test_refuses_bad_page_sizes(shared: ApiClient, size: str) -> None:
    job_id = shared.submitted_job(interval=DAY)
    assert_refused(shared.job_results(job_id, pageSize=size), 400, "pageSize")


def test_a_job_without_results_has_one_page(shared: ApiClient) -> None:
    job_id = shared.submitted_job(interval="2025-01-01T00:00:00Z/2025-01-02T00:00:00Z")
    assert list(shared.job_pages(job_id)) == [
        {"conversations": [], "dataAvailabilityDate": "2026-02-02T18:00:00.000Z"}
    ]


def test_a_limit_limits_the_results(shared: ApiClient) -> None:
    everything = shared.job_conversations(**DAY_BY_START)
    assert shared.job_conversations(**DAY_BY_START, limit=7) == everything[:7]
    assert shared.job_conversations(**DAY_BY_START, limit=7, order="desc") == everything[:-8:-1]


# Intervals.


@pytest.mark.thorough
def test_an_interval_matches_what_is_alive_in_it(shared: ApiClient) -> None:
    first, last = "2026-01-14T11:00:00.000Z", "2026-01-14T16:00:00.000Z"
    everything = shared.job_conversations(
        interval="2026-01-05T00:00:00Z/2026-01-15T00:00:00Z", startOfDayIntervalMatching=True
    )
    expected = [
        one
        for one in everything
        if one["conversationStart"] < last and one.get("conversationEnd", last) >= first
    ]
    found = shared.job_conversations(interval=f"{first}/{last}")
    assert found == expected
    days = {one["conversationStart"][:10] for one in found}
    assert len(days) > 2
    by_start = shared.job_conversations(interval=f"{first}/{last}", startOfDayIntervalMatching=True)
    assert by_start == [one for one in expected if one["conversationStart"] >= "2026-01-14"]
    assert any(one["conversationStart"] < first for one in by_start)


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"interval": "2026-01-01T00:00:00Z/2026-02-01T00:00:00.001Z"}, "does not exceed 31 days"),
        ({"interval": None}, "You must specify a search interval"),
        ({"interval": f"{TUESDAY}/{MONDAY}"}, "must start before it ends"),
        ({"paging": {"pageSize": 100}}, "Unrecognized field 'paging'"),
        ({"aggregations": []}, "Unrecognized field 'aggregations'"),
        ({"query": {}}, "Unrecognized field 'query'"),
        ({"limit": 0}, "limit must be at least 1"),
        ({"limit": "7"}, "limit must be an integer"),
        ({"startOfDayIntervalMatching": "true"}, "must be true or false"),
        ({"order": "ascending"}, "order has the unknown value"),
        (
            {"segmentFilters": [{"type": "and", "predicates": [{"dimension": "x", "value": "y"}]}]},
            "unknown value 'x'",
        ),
    ],
)
def test_refuses_bad_fields(shared: ApiClient, fields: Any, problem: str) -> None:
    assert_refused(shared.submit_job(**fields), 400, problem)


def test_the_interval_may_have_another_limit(configure: Callable[..., ApiClient]) -> None:
    client = configure(job_interval_days=2, ignores_unknown_fields=True)
    assert_refused(client.submit_job(), 400, "does not exceed 2 days")
    assert client.submit_job(interval=DAY, paging={}).status_code == 202


@pytest.mark.thorough
def test_filters_and_orders(shared: ApiClient) -> None:
    voice: dict[str, Any] = {
        "segmentFilters": [
            {"type": "and", "predicates": [{"dimension": "mediaType", "value": "voice"}]}
        ],
        "order": "desc",
        "orderBy": "conversationEnd",
    }
    found = shared.job_conversations(**DAY_BY_START, **voice)
    assert ids(found) == ids(shared.all_queried(interval=DAY, **voice))
    assert 0 < len(found) < len(shared.job_conversations(**DAY_BY_START))


def test_parts_of_addresses_match(shared: ApiClient) -> None:
    filters = [{"type": "and", "predicates": [{"dimension": "addressFrom", "value": "example.c"}]}]
    assert shared.job_conversations(interval=DAY, segmentFilters=filters)
    assert shared.queried(interval=DAY, segmentFilters=filters)["totalHits"] == 0


# Availability.


@pytest.mark.thorough
def test_availability_lags_behind(configure: Callable[..., ApiClient]) -> None:
    client = configure(availability_lag_hours=30, now=parse_timestamp("2026-01-20T12:00:00Z"))
    answer = client.send("GET", f"{JOBS_PATH}/availability")
    assert answer.json() == {"dataAvailabilityDate": "2026-01-19T06:00:00.000Z"}
    found = client.job_conversations(startOfDayIntervalMatching=True)
    assert ids(found) == org_ids(client, "2026-01-05T00:00:00Z", "2026-01-19T06:00:00.001Z")
    assert len(client.all_queried()) > len(found)


@pytest.mark.thorough
def test_data_arrives_late(start: Callable[..., ApiClient]) -> None:
    client = start(org=Org(interactions=4000), now=parse_timestamp("2026-01-13T06:00:00Z"))
    kinds = ("evaluations", "surveys", "resolutions")

    def read() -> tuple[dict[str, Any], dict[str, int]]:
        found = client.job_conversations(**DAY_BY_START)
        parts = [
            segment
            for one in found
            for party in one["participants"]
            for session in party["sessions"]
            for segment in session["segments"]
        ]
        counts = {
            "conversations": len(found),
            "ended": sum("conversationEnd" in one for one in found),
            "segments": len(parts),
            "segments ended": sum("segmentEnd" in one for one in parts),
            **{kind: sum(len(one.get(kind, [])) for one in found) for kind in kinds},
        }
        return {one["conversationId"]: one for one in found}, counts

    early, first = read()
    client.simulator.now = parse_timestamp("2026-01-14T00:00:00Z")
    _, second = read()
    client.simulator.now = parse_timestamp("2026-03-14T00:00:00Z")
    late, third = read()
    assert first["conversations"] == second["conversations"] == third["conversations"]
    for name in ("ended", "segments", "segments ended", "evaluations", "surveys"):
        assert first[name] < third[name]
        assert first[name] <= second[name] <= third[name]
    assert third["ended"] == third["conversations"]
    assert third["segments ended"] == third["segments"]
    assert early != late


def test_a_job_shows_what_was_there_at_first(
    configure: Callable[..., ApiClient],
) -> None:
    client = configure(now=parse_timestamp("2026-01-12T16:00:00Z"))
    job_id = client.submitted_job(interval=DAY)
    before = list(client.job_pages(job_id))
    client.simulator.now = parse_timestamp("2026-01-20T00:00:00Z")
    assert list(client.job_pages(job_id)) == before


# Faults.


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        ("failed_query", "FAILED"),
        ("cancelled_query", "CANCELLED"),
        ("expired_query", "EXPIRED"),
        ("endless_pending", "PENDING"),
        ("unknown_status", "ARCHIVED"),
    ],
)
def test_a_job_meets_a_fault_for_good(client: ApiClient, kind: Any, state: str) -> None:
    client.simulator.faults.schedule(Fault(kind, on="job_status", nth=2))
    job_id = client.submitted_job(interval=DAY)
    assert client.job(job_id).json()["state"] == "FULFILLED"
    for _ in range(3):
        status = client.job(job_id).json()
        assert status["state"] == state
        assert ("errorMessage" in status) == (state == "FAILED")
        assert client.simulator.requests[-1].fault == kind
    assert client.job_results(job_id).status_code == (404 if state == "EXPIRED" else 400)


def test_a_bad_partition_fails_the_jobs_that_touch_it(client: ApiClient) -> None:
    moment = parse_timestamp("2026-01-12T12:00:00Z")
    client.simulator.faults.schedule(
        Fault("failed_query", times=None, touching=moment),
        Fault("server_error", on="job_submit", times=None, touching=moment + timedelta(days=1)),
    )
    job_id = client.submitted_job(interval=DAY)
    assert client.job(job_id).json()["state"] == "FAILED"
    assert client.submit_job(interval=f"{TUESDAY}/2026-01-14T00:00:00Z").status_code == 503
    job_id = client.submitted_job(interval="2026-01-14T00:00:00Z/2026-01-15T00:00:00Z")
    assert client.job(job_id).json()["state"] == "FULFILLED"


def test_pages_meet_faults(client: ApiClient) -> None:
    job_id = client.submitted_job(interval=DAY)
    whole = client.job_results(job_id, pageSize=20).json()["conversations"]
    for kind, name in (
        ("short_page", None),
        ("missing_id", "conversationId"),
        ("missing_timestamp", "conversationStart"),
    ):
        fault: Any = Fault(kind, on="job_results")  # type: ignore[arg-type]
        client.simulator.faults.schedule(fault)
        page = client.job_results(job_id, pageSize=20).json()["conversations"]
        assert client.simulator.requests[-1].fault == kind
        if name is None:
            assert len(page) == len(whole) - 2
        else:
            assert sum(name not in one for one in page) == 2
    assert client.job_results(job_id, pageSize=20).json()["conversations"] == whole
