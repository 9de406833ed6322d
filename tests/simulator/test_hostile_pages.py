"""Pages that overlap, repeat or disagree, and records full of what no database wants."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from genesys_cloud_simulator import Fault

from .api_client import ApiClient, page_query

if TYPE_CHECKING:
    from collections.abc import Callable

DAYS = "2026-01-12T00:00:00.000Z/2026-01-19T00:00:00.000Z"


@dataclass(frozen=True)
class Search:
    """One API's search, read page by page."""

    client: ApiClient
    operation: Any

    @property
    def id_name(self) -> str:
        return {"poll": "id", "transcripts": "transcriptId"}.get(self.operation, "conversationId")

    @property
    def is_counted(self) -> bool:
        return bool(self.operation != "job_results")

    def texts(self, size: int, count: int) -> list[str]:
        """The first pages as they come over the wire."""
        client, texts = self.client, []
        job_id = client.submitted_job(interval=DAYS) if self.operation == "job_results" else ""
        cursor: dict[str, str] = {}
        for number in range(1, count + 1):
            paging = {"pageSize": size, "pageNumber": number}
            if self.operation == "poll":
                query = page_query(pageSize=size, offset=size * (number - 1))
                answer = client.poll(client.submit(query).json()["id"])
            elif self.operation == "query":
                answer = client.query(interval=DAYS, paging=paging)
            elif self.operation == "transcripts":
                answer = client.transcripts(**paging)
            else:
                answer = client.job_results(job_id, pageSize=size, **cursor)
                cursor = {"cursor": json.loads(answer.text)["cursor"]}
            answer.raise_for_status()
            texts.append(answer.text)
        return texts

    def pages(self, size: int, count: int) -> list[list[Any]]:
        return [records(json.loads(text)) for text in self.texts(size, count)]

    def totals(self, size: int, count: int) -> list[int]:
        names = ("totalMatchingRecords", "totalHits", "total")
        documents = [json.loads(text) for text in self.texts(size, count)]
        return [next(one[name] for name in names if name in one) for one in documents]

    def schedule(self, kind: Any, **more: Any) -> None:
        self.client.simulator.faults.schedule(Fault(kind, on=self.operation, **more))

    def faults(self, count: int) -> list[str | None]:
        """What struck the last requests that answered records."""
        log = self.client.simulator.requests
        return [one.fault for one in log if one.operation == self.operation][-count:]


def records(document: Any) -> list[Any]:
    found: list[Any] = document.get("results", document.get("conversations"))
    return found


@pytest.fixture(params=["poll", "query", "job_results", "transcripts"])
def search(request: pytest.FixtureRequest, configure: Callable[..., ApiClient]) -> Search:
    return Search(configure(short_job_pages=False), request.param)


def test_a_repeated_page(search: Search) -> None:
    first, second, third = search.pages(20, 3)
    search.schedule("repeated_page", nth=2)
    assert search.pages(20, 3) == [first, second, second]
    assert search.faults(3) == [None, None, "repeated_page"]
    assert search.pages(20, 3) == [first, second, third]


@pytest.mark.thorough
def test_a_repeated_page_of_a_job_is_as_short_as_it_was(client: ApiClient) -> None:
    search = Search(client, "job_results")
    lengths = [len(page) for page in search.pages(40, 4)]
    assert len(set(lengths)) > 1
    search.schedule("repeated_page", times=None)
    pages = search.pages(40, 4)
    assert [len(page) for page in pages] == [lengths[0], *lengths[:3]]


def test_an_overlapping_page(search: Search) -> None:
    first, second, third = search.pages(20, 3)
    search.schedule("overlapping_page", shift=3)
    assert search.pages(20, 3) == [first, [*first[-3:], *second[:-3]], third]
    assert search.faults(3) == [None, "overlapping_page", None]
    search.schedule("overlapping_page", shift=1000)
    assert search.pages(20, 2) == [first, first]


def test_duplicate_ids(search: Search) -> None:
    whole = search.pages(25, 1)[0]
    search.schedule("duplicate_ids")
    found = search.pages(25, 1)[0]
    for place, one in enumerate(found):
        duplicate = place % 10 == 1
        known = whole[place - 1] if duplicate else whole[place]
        assert one == {**whole[place], search.id_name: known[search.id_name]}
    assert len({one[search.id_name] for one in found}) == 22
    assert search.faults(1) == ["duplicate_ids"]


def test_a_late_record(search: Search) -> None:
    if not search.is_counted:
        with pytest.raises(ValueError, match="pages only"):
            search.schedule("late_record")
        return
    first, second, third = search.pages(20, 3)
    total = search.totals(20, 1)[0]
    search.schedule("late_record", times=None)
    later = [first[-1], *second, *third]
    assert search.pages(20, 3) == [first, later[:20], later[20:40]]
    assert search.totals(20, 3) == [total, total + 1, total + 1]
    assert search.faults(3) == [None, "late_record", "late_record"]


def test_hostile_values_are_on_the_wire(search: Search) -> None:
    search.schedule("hostile_values", times=None)
    text = "".join(search.texts(100, 3))
    nested = '{"in":' * 149 + "{}" + "}" * 149
    for token in (
        "nul \\u0000 high \\ud800 low \\udfff", ":NaN", ":Infinity", ":-Infinity", ":1e999",
        "NaN,Infinity,-Infinity,1e999", f":{2**70}", f":{10**399 + 7}", nested,
    ):  # fmt: skip
        assert token in text, token
    assert len(str(10**399 + 7)) == 400


def test_hostile_values_leave_the_rest_alone(search: Search) -> None:
    whole = [one for page in search.pages(100, 3) for one in page]
    search.schedule("hostile_values", times=3)
    found = [one for page in search.pages(100, 3) for one in page]
    name = search.id_name
    ends = set()
    for place, (one, expected) in enumerate(zip(found, whole, strict=True)):
        if place % 10:
            assert one == expected
        else:
            assert one[name].startswith(expected[name])
            ends.add(one[name][len(expected[name]) :])
            assert one != expected
            assert expected.keys() <= one.keys()
    assert ends == {"", "\0", "\ud800"}
    assert len({one[name] for one in found}) == 300
    assert search.faults(3) == ["hostile_values"] * 3
    # What is generated once and kept has not changed.
    assert [one for page in search.pages(100, 3) for one in page] == whole


def test_hostile_values_stand_where_such_values_stand(client: ApiClient) -> None:
    client.simulator.faults.schedule(Fault("hostile_values", times=None))
    query_id = client.submit(page_query(pageSize=1000)).json()["id"]
    found = json.loads(client.poll(query_id).text)["results"][::10]
    scores = {one["relevanceScore"] for one in found if "relevanceScore" in one}
    assert {2**70, 10**399 + 7, math.inf, -math.inf} < scores
    assert any(math.isnan(one) for one in scores if isinstance(one, float))
    assert all(
        "\0" in one["customer"]["name"] for one in found if "name" in one.get("customer", {})
    )
    assert sum("numbers" in one.get("metadata", {}) for one in found) > 90
    assert all(isinstance(one["timestamp"], str) for one in found)
    conversation = json.loads(client.query(interval=DAYS).text)["conversations"][0]
    assert "\ud800" in conversation["externalTag"]
    assert all("\0" in one["participantName"] for one in conversation["participants"])
    transcript = json.loads(client.transcripts().text)["results"][0]
    assert "numbers" in transcript["attributes"]


def test_a_flat_projection_gets_hostile_values_too(configure: Callable[..., ApiClient]) -> None:
    client = configure(flat_projection=True)
    client.simulator.faults.schedule(Fault("hostile_values", on="poll"))
    query_id = client.submit(page_query(pageSize=1)).json()["id"]
    found = json.loads(client.poll(query_id).text)["results"][0]
    assert "\0" in found["customer.name"]
