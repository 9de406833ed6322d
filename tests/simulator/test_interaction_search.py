from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from genesys_cloud_simulator import Org
from genesys_cloud_simulator.org import org as org_module
from genesys_cloud_simulator.org import slot_cache
from genesys_cloud_simulator.org.conferences import LINK
from genesys_cloud_simulator.org.interactions import generate_interaction
from genesys_cloud_simulator.org.service import LOAD, WAIT
from genesys_cloud_simulator.timestamps import format_timestamp, parse_timestamp
from genesys_cloud_simulator.validation.interaction_search import SEARCH_FIELDS

from .api_client import (
    ORG_END,
    ORG_START,
    QUERY_PATH,
    SIX_FIELDS,
    ApiClient,
    ManualClock,
    all_of,
    matching,
    page_query,
    time_range,
)

if TYPE_CHECKING:
    from collections.abc import Callable


def held(client: ApiClient) -> list[Any]:
    """The interactions, without what the simulator keeps of them for itself."""
    org = client.simulator.org
    return [
        {name: value for name, value in one.items() if name not in {LINK, LOAD, WAIT}}
        for one in org.interactions_between(org.start, org.end)
    ]


def at(document: Any, dotted: str) -> Any:
    """The value of a dotted field, None when it is null or absent."""
    for name in dotted.split("."):
        document = (document or {}).get(name)
    return document


# Submit and poll.


def test_submit_answers_a_pending_query(shared: ApiClient) -> None:
    answer = shared.submit()
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json() == {"id": answer.json()["id"], "status": "pending"}


def test_poll_answers_pending_until_the_query_is_done(
    start: Callable[..., ApiClient], clock: ManualClock
) -> None:
    client = start(query_seconds=8, clock=clock)
    query_id = client.submit().json()["id"]
    assert client.poll(query_id).json() == {"status": "pending"}
    clock.advance(5.9)
    assert client.poll(query_id).json() == {"status": "pending"}
    clock.advance(4.2)
    answer = client.poll(query_id).json()
    assert answer.keys() == {"status", "results", "facets", "totalMatchingRecords"}
    assert answer["status"] == "completed"
    assert client.poll(query_id).json() == answer


@pytest.mark.thorough
def test_the_same_query_takes_the_same_time(
    start: Callable[..., ApiClient], clock: ManualClock
) -> None:
    client = start(query_seconds=8, clock=clock)
    for offset in range(10):
        ids = [client.submit(offset=offset).json()["id"] for _ in range(2)]
        clock.advance(7.5 + offset / 10)
        first, second = (client.poll(one).json()["status"] for one in ids)
        assert first == second


def test_a_query_belongs_to_its_client(start: Callable[..., ApiClient]) -> None:
    client = start(other_clients={"other": "secret"})
    query_id = client.submit().json()["id"]
    assert client.poll(query_id).status_code == 200
    client.sign_in(auth=("other", "secret"))
    assert_not_found(client, query_id)
    client.sign_in()
    assert client.poll(query_id).status_code == 200


def test_a_query_expires(start: Callable[..., ApiClient], clock: ManualClock) -> None:
    client = start(query_lifetime_seconds=50, clock=clock)
    query_id = client.submit().json()["id"]
    clock.advance(49.9)
    assert client.poll(query_id).status_code == 200
    clock.advance(0.1)
    assert_not_found(client, query_id)
    client.submit()
    assert_not_found(client, query_id)


def test_an_unknown_query_is_not_found(shared: ApiClient) -> None:
    assert_not_found(shared, "00000000-0000-4000-8000-000000000000")


def assert_not_found(client: ApiClient, query_id: str) -> None:
    answer = client.poll(query_id)
    assert answer.status_code == 404
    assert answer.json()["code"] == "not.found"
    assert query_id in answer.json()["message"]


# Pages.


@pytest.mark.parametrize("size", [1000, 499])
def test_pages_put_together_are_everything(shared: ApiClient, size: int) -> None:
    pages = shared.pages(size, fields=["id"])
    assert [one["id"] for page in pages for one in page["results"]] == [
        one["id"] for one in held(shared)
    ]
    assert {page["totalMatchingRecords"] for page in pages} == {3000}
    assert all(len(page["results"]) == size for page in pages[:-1])


@pytest.mark.thorough
def test_windows_put_together_are_everything(shared: ApiClient) -> None:
    edges = [parse_timestamp(held(shared)[place]["timestamp"]) for place in (1000, 1700, 2900)]
    edges = [parse_timestamp(ORG_START), *edges, parse_timestamp(ORG_END)]
    ids: list[str] = []
    for start, end in pairwise(edges):
        window = time_range(format_timestamp(start), format_timestamp(end))
        page_ids = [
            one["id"]
            for page in shared.pages(1000, fields=["id"], filter=window)
            for one in page["results"]
        ]
        assert page_ids
        ids += page_ids
    assert ids == [one["id"] for one in held(shared)]


def test_a_page_past_the_end_is_empty(shared: ApiClient) -> None:
    page = shared.page(offset=3000)
    assert page["results"] == []
    assert page["totalMatchingRecords"] == 3000


def test_a_range_without_interactions_has_no_buckets(shared: ApiClient) -> None:
    page = shared.page(filter=time_range("2020-01-01T00:00:00Z", "2020-01-02T00:00:00Z"))
    assert page["results"] == []
    assert page["totalMatchingRecords"] == 0
    assert page["facets"] == {"media.type": {"buckets": []}, "queue.name": {"buckets": []}}


# Projection.


def nested(document: Any, fields: tuple[str, ...]) -> Any:
    """What a record should look like, straight from the contract."""
    record: dict[str, Any] = {}
    for name in fields:
        outer, _, inner = name.partition(".")
        if outer not in document:
            continue
        value = document[outer]
        if not inner or value is None:
            record[outer] = value
        else:
            part = record.setdefault(outer, {})
            part.update({inner: value[inner]} if inner in value else {})
    if "metadata" in document:
        record["metadata"] = document["metadata"]
    return json.loads(json.dumps(record))


@pytest.mark.thorough
def test_records_have_the_projected_attributes_and_metadata(shared: ApiClient) -> None:
    records = [one for page in shared.pages(1000) for one in page["results"]]
    assert records == [nested(one, SIX_FIELDS) for one in held(shared)]
    # The cases that make it interesting are all there.
    assert any("media" not in one for one in records)
    assert any(one.get("media", 0) is None for one in records)
    assert any((one.get("media") or {}).get("type", 0) is None for one in records)
    assert any(one.get("customer") == {} for one in records)
    assert any(one.get("metadata", 0) is None for one in records)
    assert any("metadata" not in one for one in records)


def test_records_have_only_what_was_asked_for(shared: ApiClient) -> None:
    page = shared.page(fields=["queue.name"], pageSize=100)
    assert all(one.keys() <= {"queue", "metadata"} for one in page["results"])
    assert all((one["queue"] or {"name": 1}).keys() == {"name"} for one in page["results"])


def test_all_known_fields_can_be_asked_for(shared: ApiClient) -> None:
    page = shared.page(fields=list(SEARCH_FIELDS), pageSize=1000)
    assert page["results"] == [json.loads(json.dumps(one)) for one in held(shared)[:1000]]


@pytest.mark.thorough
def test_a_flat_projection_has_dotted_keys(start: Callable[..., ApiClient]) -> None:
    client = start(flat_projection=True)
    fields = (*SIX_FIELDS, "metadata.source")
    records = [one for page in client.pages(1000, fields=fields) for one in page["results"]]
    assert len(records) == 2000
    for record, document in zip(records, held(client), strict=True):
        assert not record.keys() & {"media", "customer"}
        for name in fields:
            assert record.get(name) == at(document, name)
        assert record.get("metadata", 0) == json.loads(json.dumps(document.get("metadata", 0)))
        assert ("media.type" in record) == ("media" in document)
    assert any(record.get("media.type", 0) is None for record in records)


def test_answers_are_utf_8_and_not_escaped(shared: ApiClient) -> None:
    answer = shared.poll(shared.submit().json()["id"])
    assert "\\u" not in answer.text
    assert not answer.text.isascii()


# Facets.


def expected_buckets(documents: list[Any], name: str) -> Any:
    counts = Counter(at(one, name) for one in documents)
    del counts[None]
    return [
        {"key": key, "count": count}
        for key, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]


@pytest.mark.parametrize("name", ["media.type", "queue.name"])
def test_facets_count_all_matches_on_every_page(shared: ApiClient, name: str) -> None:
    documents = held(shared)
    without = sum(at(one, name) is None for one in documents)
    for page in shared.pages(700, fields=["id"]):
        buckets = page["facets"][name]["buckets"]
        assert buckets == expected_buckets(documents, name)
        assert sum(bucket["count"] for bucket in buckets) + without == 3000
    assert without > 0


def test_facets_follow_the_range_and_the_filter(shared: ApiClient) -> None:
    window = time_range("2026-01-07T10:00:00Z", "2026-01-09T16:30:00Z")
    page = shared.page(filter=all_of(window, matching("direction", "outbound")))
    start, end = (parse_timestamp(window["range"][name]) for name in ("start", "end"))
    documents = [
        one
        for one in shared.simulator.org.interactions_between(start, end)
        if one["direction"] == "outbound"
    ]
    assert page["totalMatchingRecords"] == len(documents) > 10
    assert page["facets"]["queue.name"]["buckets"] == expected_buckets(documents, "queue.name")


@pytest.mark.thorough
def test_pages_of_a_search_count_its_facets_once(
    start: Callable[..., ApiClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    generated = []
    generate = generate_interaction

    def counting(*arguments: Any) -> Any:
        generated.append(1)
        return generate(*arguments)

    monkeypatch.setattr(org_module, "generate_interaction", counting)
    monkeypatch.setattr(slot_cache, "CACHED_INTERACTIONS", 1)
    client = start(org=Org(interactions=2000))
    pages = client.pages(100, fields=["id"])
    # Once for the facets, once for the pages, and the slots that two pages share.
    assert len(pages) == 20
    assert 4000 <= len(generated) < 5000


# Filters.


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("media.type", "email"),
        ("type", "callback"),
        ("queue.name", "Поддержка"),
        ("direction", "outbound"),
        ("language", "ja-JP"),
    ],
)
def test_matches_filter(shared: ApiClient, name: str, value: str) -> None:
    ids = [
        one["id"]
        for page in shared.pages(
            50, fields=["id"], filter=all_of(matching(name, value), time_range())
        )
        for one in page["results"]
    ]
    assert ids == [one["id"] for one in held(shared) if at(one, name) == value]
    assert ids


def test_several_matches_must_all_hold(shared: ApiClient) -> None:
    page = shared.page(
        fields=["id"],
        filter=all_of(
            time_range(), matching("media.type", "voice"), matching("direction", "outbound")
        ),
    )
    assert [one["id"] for one in page["results"]] == [
        one["id"]
        for one in held(shared)
        if at(one, "media.type") == "voice" and one["direction"] == "outbound"
    ]


def test_a_range_alone_may_be_wrapped(shared: ApiClient) -> None:
    assert shared.page(filter=all_of(time_range())) == shared.page()


def test_a_match_without_a_hit_matches_nothing(shared: ApiClient) -> None:
    page = shared.page(filter=all_of(time_range(), matching("queue.name", "Nobody's")))
    assert page["totalMatchingRecords"] == 0


# Limits.


def test_refuses_more_matches_than_the_limit(start: Callable[..., ApiClient]) -> None:
    org = Org(interactions=50_001, days=2)
    client = start(org=org)
    whole = time_range(format_timestamp(org.start), format_timestamp(org.end))
    answer = client.submit(filter=whole)
    assert answer.status_code == 400
    assert answer.json()["code"] == "bad.request"
    assert answer.json()["message"] == "Result set is larger than result limit of 50000"
    last = parse_timestamp(
        str(org.interactions_between(org.start, org.end, 50_000)[0]["timestamp"])
    )
    fitting = time_range(format_timestamp(org.start), format_timestamp(last))
    assert org.count(org.start, last) == 50_000
    assert client.submit(filter=fitting).status_code == 200


def test_the_limit_counts_what_the_filter_matches(start: Callable[..., ApiClient]) -> None:
    client = start(result_limit=1000)
    assert client.submit().status_code == 400
    answer = client.submit(filter=all_of(time_range(), matching("media.type", "voice")))
    assert answer.status_code == 400
    assert answer.json()["message"] == "Result set is larger than result limit of 1000"
    few = client.submit(filter=all_of(time_range(), matching("media.type", "chat")))
    assert few.status_code == 200


# Validation.


def without(name: str) -> dict[str, Any]:
    query = dict(page_query()["query"])
    del query[name]
    return {"query": query}


def bounds(start: object, end: object = ORG_END) -> dict[str, Any]:
    return {"filter": {**time_range(), "range": {"start": start, "end": end}}}


BAD_BODIES: dict[str, tuple[object, str, str]] = {
    "list": ([], "bad.request", "body"),
    "string": ("query", "bad.request", "body"),
    "no query": ({"filter": {}}, "bad.request", "body.filter"),
    "empty": ({"x": 1, **page_query()}, "bad.request", "body.x"),
    "query no object": ({"query": [1]}, "bad.request", "query"),
    "query empty": ({"query": {}}, "bad.request", "query.filter"),
    "no filter": (without("filter"), "bad.request", "query.filter"),
    "no fields": (without("fields"), "bad.request", "query.fields"),
    "no page size": (without("pageSize"), "bad.request", "query.pageSize"),
    "no offset": (without("offset"), "bad.request", "query.offset"),
    "unknown key": (page_query(facets=["media.type"]), "bad.request", "query.facets"),
}
BAD_QUERIES: dict[str, tuple[dict[str, Any], str, str]] = {
    "filter null": ({"filter": None}, "bad.request", "query.filter"),
    "filter list": ({"filter": [time_range()]}, "bad.request", "query.filter"),
    "filter without type": (
        {"filter": {"field": "timestamp", "range": {}}},
        "bad.request",
        "query.filter",
    ),
    "filter of unknown type": (
        {"filter": {**time_range(), "type": "term"}},
        "invalid.value",
        "query.filter.type",
    ),
    "filter type no string": (
        {"filter": {**time_range(), "type": 7}},
        "invalid.value",
        "query.filter.type",
    ),
    "range on another field": (
        {"filter": {**time_range(), "field": "id"}},
        "invalid.value",
        "query.filter.field",
    ),
    "range without range": (
        {"filter": {"type": "range", "field": "timestamp"}},
        "bad.request",
        "query.filter.range",
    ),
    "range with unknown key": (
        {"filter": {**time_range(), "boost": 1}},
        "bad.request",
        "query.filter.boost",
    ),
    "range without end": (
        {"filter": {**time_range(), "range": {"start": ORG_START}}},
        "bad.request",
        "query.filter.range.end",
    ),
    "range with gte": (
        {"filter": {**time_range(), "range": {"start": ORG_START, "end": ORG_END, "gte": 1}}},
        "bad.request",
        "query.filter.range.gte",
    ),
    "date malformed": (bounds("yesterday"), "invalid.date", "query.filter.range.start"),
    "date with a zone's name": (
        bounds("2026-01-05T00:00:00 UTC"),
        "invalid.date",
        "query.filter.range.start",
    ),
    "date with nanoseconds": (
        bounds(ORG_START, "2026-01-06T00:00:00.000000000Z"),
        "invalid.date",
        "query.filter.range.end",
    ),
    "date a number": (bounds(1767571200000), "invalid.date", "query.filter.range.start"),
    "date null": (bounds(ORG_START, None), "invalid.date", "query.filter.range.end"),
    "date impossible": (
        bounds("2026-02-30T00:00:00Z"),
        "invalid.date",
        "query.filter.range.start",
    ),
    "start is end": (bounds(ORG_START, ORG_START), "bad.request", "query.filter.range"),
    "start after end": (bounds(ORG_END, ORG_START), "bad.request", "query.filter.range"),
    "match alone": (
        {"filter": matching("media.type", "voice")},
        "bad.request",
        "query.filter.field",
    ),
    "and without predicates": (
        {"filter": {"type": "and"}},
        "bad.request",
        "query.filter.predicates",
    ),
    "and with unknown key": (
        {"filter": {**all_of(time_range()), "not": 1}},
        "bad.request",
        "query.filter.not",
    ),
    "predicates no list": (
        {"filter": {"type": "and", "predicates": time_range()}},
        "bad.request",
        "query.filter.predicates",
    ),
    "no range among predicates": (
        {"filter": all_of(matching("media.type", "voice"))},
        "bad.request",
        "query.filter",
    ),
    "two ranges": ({"filter": all_of(time_range(), time_range())}, "bad.request", "query.filter"),
    "predicate no object": (
        {"filter": {"type": "and", "predicates": [time_range(), 1]}},
        "bad.request",
        "query.filter.predicates[1]",
    ),
    "predicate of unknown type": (
        {"filter": all_of(time_range(), {**matching("type", "callback"), "type": "exists"})},
        "invalid.value",
        "query.filter.predicates[1].type",
    ),
    "and inside and": (
        {"filter": all_of(time_range(), all_of())},
        "invalid.value",
        "query.filter.predicates[1].type",
    ),
    "match on unknown field": (
        {"filter": all_of(time_range(), matching("mediaType", "voice"))},
        "invalid.value",
        "query.filter.predicates[1].field",
    ),
    "match on a number": (
        {"filter": all_of(time_range(), matching("relevanceScore", "1"))},
        "invalid.value",
        "query.filter.predicates[1].field",
    ),
    "match unknown medium": (
        {"filter": all_of(time_range(), matching("media.type", "fax"))},
        "invalid.value",
        "query.filter.predicates[1].value",
    ),
    "match empty": (
        {"filter": all_of(time_range(), matching("queue.name", ""))},
        "invalid.value",
        "query.filter.predicates[1].value",
    ),
    "match with operator": (
        {"filter": all_of(time_range(), {**matching("type", "callback"), "operator": "eq"})},
        "bad.request",
        "query.filter.predicates[1].operator",
    ),
    "match without value": (
        {"filter": all_of(time_range(), {"type": "match", "field": "type"})},
        "bad.request",
        "query.filter.predicates[1].value",
    ),
    "match value a list": (
        {"filter": all_of(time_range(), {"type": "match", "field": "type", "value": ["x"]})},
        "invalid.value",
        "query.filter.predicates[1].value",
    ),
    "fields empty": ({"fields": []}, "bad.request", "query.fields"),
    "fields null": ({"fields": None}, "bad.request", "query.fields"),
    "fields a string": ({"fields": "id"}, "bad.request", "query.fields"),
    "field unknown": ({"fields": ["id", "shoeSize"]}, "invalid.value", "query.fields"),
    "field a number": ({"fields": [1]}, "invalid.value", "query.fields"),
    "field a parent": ({"fields": ["media"]}, "invalid.value", "query.fields"),
    "field in snake case": ({"fields": ["relevance_score"]}, "invalid.value", "query.fields"),
    "metadata key unknown": ({"fields": ["metadata.shoe"]}, "invalid.value", "query.fields"),
    "page size 0": ({"pageSize": 0}, "invalid.value", "query.pageSize"),
    "page size 1001": ({"pageSize": 1001}, "invalid.value", "query.pageSize"),
    "page size negative": ({"pageSize": -5}, "invalid.value", "query.pageSize"),
    "page size true": ({"pageSize": True}, "bad.request", "query.pageSize"),
    "page size a float": ({"pageSize": 10.0}, "bad.request", "query.pageSize"),
    "page size a string": ({"pageSize": "10"}, "bad.request", "query.pageSize"),
    "page size null": ({"pageSize": None}, "bad.request", "query.pageSize"),
    "offset negative": ({"offset": -1}, "invalid.value", "query.offset"),
    "offset false": ({"offset": False}, "bad.request", "query.offset"),
    "offset a float": ({"offset": 0.5}, "bad.request", "query.offset"),
}
ALL_BAD = BAD_BODIES | {
    name: (page_query(**changes), code, field)
    for name, (changes, code, field) in BAD_QUERIES.items()
}


@pytest.mark.parametrize(
    ("body", "code", "field"), ALL_BAD.values(), ids=[name.replace(" ", "-") for name in ALL_BAD]
)
def test_refuses_a_malformed_body(shared: ApiClient, body: object, code: str, field: str) -> None:
    answer = shared.send("POST", QUERY_PATH, json=body)
    error = answer.json()
    assert answer.status_code == 400
    assert error.keys() == {"message", "code", "status", "contextId", "details", "errors"}
    assert error["status"] == 400
    assert error["code"] == code
    assert error["details"] == [{"errorCode": code, "fieldName": field}]
    assert error["contextId"] == answer.headers["ININ-Correlation-Id"]
    assert error["errors"] == []


def test_names_the_unknown_field(shared: ApiClient) -> None:
    answer = shared.submit(fields=["id", "shoeSize"])
    assert "'shoeSize'" in answer.json()["message"]


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff\xfe", b'{"query": NaN}', b"[" * 100_000],
    ids=["empty", "cut", "no-utf-8", "nan", "deep"],
)
def test_refuses_what_is_not_json(shared: ApiClient, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = shared.send("POST", QUERY_PATH, data=body, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["code"] == "bad.request"


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/x-www-form-urlencoded"])
def test_refuses_another_content_type(shared: ApiClient, content_type: str | None) -> None:
    body = json.dumps(page_query()).encode()
    headers = {"Content-Type": content_type}
    answer = shared.send("POST", QUERY_PATH, data=body, headers=headers)
    assert answer.status_code == 415
    assert answer.json()["status"] == 415


def test_the_content_type_may_name_the_charset(shared: ApiClient) -> None:
    body = json.dumps(page_query()).encode()
    headers = {"Content-Type": "Application/JSON; charset=utf-8"}
    assert shared.send("POST", QUERY_PATH, data=body, headers=headers).status_code == 200


@pytest.mark.parametrize("size", [1, 1000])
@pytest.mark.parametrize("offset", [0, 10**9])
def test_takes_the_bounds_of_pages(shared: ApiClient, size: int, offset: int) -> None:
    assert shared.submit(pageSize=size, offset=offset).status_code == 200


def test_a_window_of_a_millisecond_is_enough(shared: ApiClient) -> None:
    moment = parse_timestamp(held(shared)[42]["timestamp"])
    window = time_range(
        format_timestamp(moment), format_timestamp(moment + timedelta(milliseconds=1))
    )
    assert held(shared)[42]["id"] in [one["id"] for one in shared.page(filter=window)["results"]]
