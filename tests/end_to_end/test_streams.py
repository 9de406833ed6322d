"""What the three streams hold, against what the simulated org holds."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest

from genesys_cloud_simulator import Fault, Org, Simulator
from tap_genesys_search.errors import IncompleteSearchError, SearchFailedError, TooManyMatchesError
from tests.support.singer_run import SingerRun, run_tap

pytestmark = pytest.mark.thorough

STREAMS = ("interactions", "interaction_facets", "search_audits")


@pytest.fixture(scope="module")
def org() -> Org:
    return Org(seed=7, days=7, interactions=350)


def all_ids(org: Org) -> list[str]:
    return list(org.ids_between(org.start, org.end))


def test_every_interaction_of_the_org_comes_exactly_once_and_in_order(
    config: dict[str, Any], org: Org
) -> None:
    assert run_tap(config).ids() == all_ids(org)


def test_interactions_have_the_columns_of_the_contract(config: dict[str, Any]) -> None:
    columns = {
        "id",
        "type",
        "timestamp",
        "media_type",
        "customer_name",
        "relevance_score",
        "metadata",
        "search_id",
    }
    assert {frozenset(record) for record in run_tap(config).records("interactions")} == {
        frozenset(columns)
    }


def test_no_column_of_an_interaction_is_null_and_scores_lie_between_0_and_1(
    config: dict[str, Any],
) -> None:
    records = run_tap(config).records("interactions")
    assert all(value is not None for record in records for value in record.values())
    scores = {record["relevance_score"] for record in records}
    assert min(scores) == 0
    assert max(scores) == 1
    assert all(round(score, 4) == score for score in scores)


def test_audits_tell_what_each_window_held(config: dict[str, Any], org: Org) -> None:
    run = run_tap({**config, "page_size": 30})
    audits = run.records("search_audits")
    assert [audit["total_matching_records"] for audit in audits] == list(
        org.count_by_day().values()
    )
    assert [audit["window_start"] for audit in audits] == [
        f"2026-01-{day:02d}T00:00:00.000Z" for day in range(5, 12)
    ]
    for audit in audits:
        # A full page is followed by another one, which may be empty.
        pages = audit["total_matching_records"] // 30 + 1
        assert audit["status"] == "completed"
        assert audit["search_api"] == "interaction_search"
        assert audit["extracted_records"] == audit["total_matching_records"]
        assert audit["hit_rate_percentage"] == 100
        assert audit["page_count"] == pages
        assert len(audit["query_ids"]) == len(set(audit["query_ids"])) == pages
        assert audit["poll_count"] >= pages
        assert audit["retry_count"] == 0
        assert audit["latency_ms"] >= 0
        assert audit["started_at"] <= audit["completed_at"]
        assert audit["error"] is None


def test_audits_count_each_default_applied(config: dict[str, Any]) -> None:
    run = run_tap(config)
    counted: dict[str, int] = {}
    for audit in run.records("search_audits"):
        for column, count in audit["defaults_applied"].items():
            counted[column] = counted.get(column, 0) + count
    anonymous = [
        record for record in run.records("interactions") if record["customer_name"] == "anonymous"
    ]
    assert counted["customer_name"] == len(anonymous) > 0
    assert set(counted) <= {"type", "media_type", "customer_name", "relevance_score", "metadata"}


def test_an_audit_follows_the_records_it_describes(config: dict[str, Any]) -> None:
    audited: set[str] = set()
    for message in run_tap(config).messages:
        if message["type"] == "RECORD":
            assert message["record"]["search_id"] not in audited
            if message["stream"] == "search_audits":
                audited.add(message["record"]["search_id"])
    assert len(audited) == 7


def test_facet_counts_add_up_to_the_interactions_of_their_window(config: dict[str, Any]) -> None:
    run = run_tap(config)
    for audit in run.records("search_audits"):
        buckets = [
            facet
            for facet in run.records("interaction_facets")
            if facet["search_id"] == audit["search_id"] and facet["facet"] == "media.type"
        ]
        assert [bucket["position"] for bucket in buckets] == list(range(len(buckets)))
        assert {bucket["window_end"] for bucket in buckets} == {audit["window_end"]}
        by_media = {bucket["bucket_key"]: bucket["bucket_count"] for bucket in buckets}
        came = [
            record["media_type"]
            for record in run.records("interactions")
            if record["search_id"] == audit["search_id"]
        ]
        # The platform has no bucket for null, which the tap takes for voice.
        assert sum(by_media.values()) + audit["defaults_applied"].get("media_type", 0) == len(came)
        for medium in {*by_media, *came} - {"voice"}:
            assert by_media[medium] == came.count(medium)


def test_the_same_search_over_the_same_window_has_the_same_id_in_every_run(
    config: dict[str, Any],
) -> None:
    def search_ids(run: SingerRun) -> list[str]:
        return [audit["search_id"] for audit in run.records("search_audits")]

    first = search_ids(run_tap(config))
    assert first == search_ids(run_tap(config)) == search_ids(run_tap({**config, "page_size": 50}))
    assert len(set(first)) == 7
    assert not set(first) & set(search_ids(run_tap({**config, "fields": ["id", "timestamp"]})))


def test_searches_ahead_write_what_one_search_after_another_writes(
    config: dict[str, Any],
) -> None:
    def written(concurrent: int) -> list[str]:
        run = run_tap({**config, "page_size": 20, "max_concurrent_searches": concurrent})
        for message in run.messages:
            message.pop("time_extracted", None)
            for varying in ("started_at", "completed_at", "latency_ms", "query_ids", "poll_count"):
                message.get("record", {}).pop(varying, None)
            if message["type"] == "STATE":  # what runs ahead is noted there
                message["value"]["bookmarks"]["search_audits"].pop("open_jobs", None)
        return [json.dumps(message) for message in run.messages]

    assert written(1) == written(4)


@pytest.mark.parametrize("concurrent", [1, 3])
def test_no_more_searches_are_in_flight_than_allowed(org: Org, concurrent: int) -> None:
    simulator = Simulator(org, requests_per_minute=100_000, query_seconds=0.05)
    with simulator.running() as url:
        run_tap(
            {
                "client_id": simulator.client_id,
                "client_secret": simulator.client_secret,
                "search_api": "interaction_search",
                "auth_url": url,
                "api_url": url,
                "start_date": "2026-01-05",
                "end_date": "2026-01-12",
                "window_hours": 12,
                "poll_interval_seconds": 0.1,
                "max_concurrent_searches": concurrent,
            }
        )
    assert simulator.open_searches.most == concurrent


def test_a_window_with_too_many_matches_is_halved_until_it_passes(
    config: dict[str, Any], org: Org
) -> None:
    run = run_tap({**config, "max_records_per_search": 60})
    assert sorted(run.ids()) == sorted(all_ids(org))
    audits = run.records("search_audits")
    split = [audit for audit in audits if audit["status"] == "split"]
    completed = [audit for audit in audits if audit["status"] == "completed"]
    assert split
    assert all(audit["total_matching_records"] > 60 for audit in split)
    assert all(audit["extracted_records"] == 0 for audit in split)
    assert all(audit["total_matching_records"] <= 60 for audit in completed)
    assert completed[0]["window_start"] == "2026-01-05T00:00:00.000Z"
    assert completed[-1]["window_end"] == "2026-01-12T00:00:00.000Z"
    assert all(one["window_end"] == next_["window_start"] for one, next_ in pairwise(completed))


def test_a_window_that_the_platform_refuses_as_too_large_is_halved_too(
    config: dict[str, Any], simulator: Simulator, org: Org
) -> None:
    simulator.result_limit = 60
    run = run_tap(config)
    assert run.error is None
    assert run.ids() == all_ids(org)
    split = [audit for audit in run.records("search_audits") if audit["status"] == "split"]
    assert split
    assert all(audit["total_matching_records"] is None for audit in split)


def test_the_smallest_window_that_still_has_too_many_fails_by_name(
    config: dict[str, Any], simulator: Simulator, org: Org
) -> None:
    simulator.result_limit = 0
    run = run_tap(config)
    assert isinstance(run.error, TooManyMatchesError)
    failed = run.records("search_audits")[-1]
    assert failed["status"] == "failed"
    first = next(iter(org.interactions_between(org.start, org.end, 0, 1)))["timestamp"]
    assert failed["window_start"] <= first < failed["window_end"]
    assert f"{failed['window_start']}/{failed['window_end']}" in str(run.error)
    assert max(run.bookmarks().values(), default="") <= failed["window_start"]


def test_a_search_that_fails_writes_its_audit_and_leaves_the_bookmark(
    config: dict[str, Any], simulator: Simulator, org: Org
) -> None:
    third_day = org.start.replace(day=7, hour=12)
    simulator.faults.schedule(Fault("failed_query", on="poll", touching=third_day))
    run = run_tap(config)
    assert isinstance(run.error, SearchFailedError)
    audits = run.records("search_audits")
    assert [audit["status"] for audit in audits] == ["completed", "completed", "failed"]
    assert audits[-1]["error"] == str(run.error)
    assert set(run.bookmarks().values()) == {"2026-01-07T00:00:00.000Z"}

    rest = run_tap(config, state=run.states()[-1])
    assert rest.error is None
    assert {*run.ids(), *rest.ids()} == set(all_ids(org))
    assert rest.records("search_audits")[0]["window_start"] == "2026-01-07T00:00:00.000Z"


def test_a_page_that_was_short_once_is_made_up_for_by_reading_the_window_again(
    config: dict[str, Any], simulator: Simulator, org: Org
) -> None:
    simulator.faults.schedule(Fault("short_page", on="poll"))
    run = run_tap(config)
    assert run.error is None
    assert set(run.ids()) == set(all_ids(org))
    assert {audit["status"] for audit in run.records("search_audits")} == {"completed"}


def test_a_window_that_stays_short_fails_with_both_numbers(
    config: dict[str, Any], simulator: Simulator
) -> None:
    simulator.faults.schedule(Fault("short_page", on="poll", times=None))
    run = run_tap(config)
    assert isinstance(run.error, IncompleteSearchError)
    (audit,) = run.records("search_audits")
    assert audit["status"] == "failed"
    assert audit["extracted_records"] < audit["total_matching_records"]
    assert str(audit["extracted_records"]) in str(run.error)
    assert str(audit["total_matching_records"]) in str(run.error)
    assert run.bookmarks() == {}


def test_a_window_that_stays_short_is_accepted_with_allow_incomplete(
    config: dict[str, Any], simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    simulator.faults.schedule(Fault("short_page", on="poll", times=None))
    run = run_tap({**config, "allow_incomplete": True})
    assert run.error is None
    short = [audit for audit in run.records("search_audits") if audit["status"] == "incomplete"]
    assert short
    assert all(0 < audit["hit_rate_percentage"] < 100 for audit in short)
    assert all(audit["error"] for audit in short)
    assert set(run.bookmarks().values()) == {"2026-01-12T00:00:00.000Z"}
    assert "short of" in caplog.text or "yields" in caplog.text


def test_windows_without_matches_are_complete_with_a_hit_rate_of_0(
    config: dict[str, Any],
) -> None:
    run = run_tap({**config, "start_date": "2025-12-01", "end_date": "2025-12-03"})
    assert [audit["status"] for audit in run.records("search_audits")] == ["completed"] * 2
    assert {audit["hit_rate_percentage"] for audit in run.records("search_audits")} == {0}
    assert run.ids() == []
    assert set(run.bookmarks().values()) == {"2025-12-03T00:00:00.000Z"}


@pytest.mark.parametrize("deselected", STREAMS)
def test_any_stream_may_be_deselected(config: dict[str, Any], deselected: str) -> None:
    everything = run_tap(config).counts()
    run = run_tap(config, deselect=(deselected,))
    for stream in STREAMS:
        expected = 0 if stream == deselected else everything["RECORD", stream]
        assert run.counts()["RECORD", stream] == expected
        assert run.counts()["SCHEMA", stream] == (stream != deselected)
    assert set(run.bookmarks()) == set(STREAMS) - {deselected}
    assert set(run.bookmarks().values()) == {"2026-01-12T00:00:00.000Z"}
    assert not run_tap(config, state=run.states()[-1], deselect=(deselected,)).counts().keys() & {
        ("RECORD", stream) for stream in STREAMS
    }


def test_facets_alone_cost_one_page_a_window(config: dict[str, Any], simulator: Simulator) -> None:
    everything = run_tap({**config, "page_size": 10}).records("interaction_facets")
    simulator.log.requests.clear()
    run = run_tap({**config, "page_size": 10}, deselect=("interactions", "search_audits"))
    assert run.records("interaction_facets") == everything
    assert sum(request.operation == "submit" for request in simulator.requests) == 7


def test_each_schema_is_written_once(config: dict[str, Any]) -> None:
    counts = run_tap(config).counts()
    assert [counts["SCHEMA", stream] for stream in STREAMS] == [1, 1, 1]


@pytest.mark.parametrize("flat", [False, True])
def test_extra_fields_become_columns(org: Org, flat: bool) -> None:  # noqa: FBT001
    simulator = Simulator(org, requests_per_minute=100_000, flat_projection=flat)
    with simulator.running() as url:
        run = run_tap(
            {
                "client_id": simulator.client_id,
                "client_secret": simulator.client_secret,
                "search_api": "interaction_search",
                "auth_url": url,
                "api_url": url,
                "start_date": "2026-01-05",
                "end_date": "2026-01-06",
                "poll_interval_seconds": 0.001,
                "fields": ["id", "timestamp", "media.type", "queue.name", "durationMs"],
            }
        )
    documents = {
        document["id"]: document
        for document in org.interactions_between(
            org.start, org.end, 0, org.count(org.start, org.end)
        )
    }
    records = run.records("interactions")
    assert records
    for record in records:
        document: dict[str, Any] = dict(documents[record["id"]])
        assert record["queue_name"] == (document.get("queue") or {}).get("name")
        assert record["media_type"] == ((document.get("media") or {}).get("type") or "voice")
        assert record["duration_ms"] == (
            None if document.get("durationMs") is None else str(document["durationMs"])
        )


def test_filters_are_passed_through(config: dict[str, Any]) -> None:
    everything = run_tap(config).records("interactions")
    run = run_tap(
        {**config, "filters": [{"type": "match", "field": "media.type", "value": "email"}]}
    )
    assert set(run.ids()) == {
        record["id"] for record in everything if record["media_type"] == "email"
    }
    assert run.ids()


def test_a_stream_map_that_drops_audits_keeps_the_interactions(
    config: dict[str, Any], org: Org
) -> None:
    run = run_tap({**config, "stream_maps": {"search_audits": None}})
    assert run.records("search_audits") == []
    assert run.ids() == all_ids(org)


def test_a_stream_map_hashes_the_customers_name(config: dict[str, Any], org: Org) -> None:
    run = run_tap(
        {**config, "stream_maps": {"interactions": {"customer_name": "md5(customer_name)"}}}
    )
    names = {record["customer_name"] for record in run.records("interactions")}
    assert all(len(name) == 32 for name in names)
    assert run.ids() == all_ids(org)
