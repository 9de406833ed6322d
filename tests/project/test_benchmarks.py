"""The benchmark's server keeps the contract, and who is compared with the tap does the same."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest

from benchmarks.contestant import (
    BARE_LOOP,
    SDK_TAP,
    SEQUENTIAL_LOOP,
    TAP,
    UNCOMPRESSED_LOOP,
    Contestant,
    write_config,
)
from benchmarks.contract import QUERY_PATH, TOKEN_PATH, Window
from benchmarks.counters import JobRead
from benchmarks.figures import Figures, Table, keep_figures, write_figures
from benchmarks.interactions import Org
from benchmarks.job_times import JobTimes
from benchmarks.least_time import Work
from benchmarks.rate_limit import RateLimit
from benchmarks.running_server import Load, RunningServer, running_server
from benchmarks.search_platform import Answer, Request, SearchPlatform
from benchmarks.spread import ratios
from benchmarks.written_records import Written, read_written

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WINDOWS = 2
RECORDS = 1200
ORG = Org.with_density(RECORDS, hours=1)
HOUR = Window("2025-01-01T00:00:00.000Z", "2025-01-01T01:00:00.000Z")


@dataclass
class Client:
    """Asks a platform at a time of its choice."""

    platform: SearchPlatform
    now: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)

    def log_in(self) -> None:
        self.headers["authorization"] = "Basic Y2xpZW50OnNlY3JldA=="
        token = self.send("POST", TOKEN_PATH, "grant_type=client_credentials")["access_token"]
        self.headers["authorization"] = f"Bearer {token}"

    def send(self, method: str, path: str, body: str = "") -> Any:
        answer = self.ask(method, path, body)
        assert answer.status == HTTPStatus.OK
        return json.loads(answer.body)

    def ask(self, method: str, path: str, body: str = "") -> Answer:
        return self.platform.answer(Request(method, path, self.headers, body.encode()), self.now)


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    with running_server(Load(records=RECORDS)) as running:
        yield running


@pytest.fixture(scope="module")
def config(server: RunningServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    content = server.config(WINDOWS, poll_interval_seconds=0)
    return write_config(tmp_path_factory.mktemp("benchmarks"), "config", content)


@pytest.fixture(scope="module")
def written_by_tap(config: Path) -> Written:
    return read_written(TAP.command(config))


@pytest.mark.thorough
def test_tap_reads_all_that_the_server_has(written_by_tap: Written) -> None:
    assert written_by_tap.records == WINDOWS * RECORDS


@pytest.mark.thorough
@pytest.mark.parametrize(
    "contestant",
    [BARE_LOOP, UNCOMPRESSED_LOOP, SEQUENTIAL_LOOP, SDK_TAP],
    ids=lambda contestant: contestant.name,
)
def test_contestant_writes_the_same_records_as_the_tap(
    contestant: Contestant, config: Path, written_by_tap: Written, server: RunningServer
) -> None:
    server.reset()
    assert read_written(contestant.command(config)) == written_by_tap
    requests = server.counters().requests
    assert (requests["submit"], requests["poll"]) == (4, 4)


def test_platform_keeps_the_contract() -> None:
    client = Client(SearchPlatform(ORG, JobTimes(5, 5), RateLimit(6)))
    client.log_in()
    query = json.dumps(HOUR.query(1000, 1000))
    job = client.send("POST", QUERY_PATH, query)
    assert job["status"] == "pending"
    path = f"{QUERY_PATH}/{job['id']}"
    client.now = 4.9
    assert client.send("GET", path) == {"status": "pending"}
    client.now = 6.0
    page = client.send("GET", path)
    assert (page["status"], page["totalMatchingRecords"]) == ("completed", RECORDS)
    assert len({record["id"] for record in page["results"]}) == RECORDS - 1000
    times = [record["timestamp"] for record in page["results"]]
    assert times == sorted(times)
    assert HOUR.start <= times[0]
    assert times[-1] < HOUR.end
    assert page["facets"]["media.type"]["buckets"]
    for bad in ('{"query":{}}', json.dumps(HOUR.query(1001, 0)), "[]"):
        assert client.ask("POST", QUERY_PATH, bad).status == HTTPStatus.BAD_REQUEST
    refused = client.ask("POST", QUERY_PATH, query)
    assert refused.status == HTTPStatus.TOO_MANY_REQUESTS
    assert refused.headers["inin-ratelimit-allowed"] == "6"
    assert refused.headers["Retry-After"] == refused.headers["inin-ratelimit-reset"] == "54"
    client.now = 61.0
    assert client.send("POST", QUERY_PATH, query)["status"] == "pending"
    client.headers["authorization"] = "Bearer other"
    assert client.ask("POST", QUERY_PATH, query).status == HTTPStatus.UNAUTHORIZED
    counters = client.platform.counters
    assert counters.jobs == [JobRead(seconds=5, overshoot_seconds=1, polls=2)]
    assert (counters.refused, counters.most_in_flight, counters.requests_sent) == (1, 1, 5)


def test_page_is_compressed_for_who_takes_it() -> None:
    client = Client(SearchPlatform(ORG))
    client.log_in()
    path = f"{QUERY_PATH}/{client.send('POST', QUERY_PATH, json.dumps(HOUR.query(10, 0)))['id']}"
    plain = client.ask("GET", path)
    client.headers["accept-encoding"] = "gzip, deflate"
    compressed = client.ask("GET", path)
    assert "Content-Encoding" not in plain.headers
    assert compressed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(compressed.body) == plain.body


def test_windows_share_no_interaction_and_miss_none() -> None:
    client = Client(SearchPlatform(ORG))
    client.log_in()
    ids = []
    for start, end in (("00:00:00.000", "00:10:00.001"), ("00:10:00.001", "01:00:00.000")):
        window = Window(f"2025-01-01T{start}Z", f"2025-01-01T{end}Z")
        for offset in (0, 700):
            job = client.send("POST", QUERY_PATH, json.dumps(window.query(700, offset)))
            page = client.send("GET", f"{QUERY_PATH}/{job['id']}")
            ids += [record["id"] for record in page["results"]]
    assert len(ids) == len(set(ids)) == RECORDS


def test_job_times_are_the_same_for_the_same_page() -> None:
    times = JobTimes(2, 60, logarithmic=True)
    drawn = [times.of(start, 0) for start in range(200)]
    assert drawn == [times.of(start, 0) for start in range(200)]
    assert all(2 <= seconds <= 60 for seconds in drawn)
    # A factor is as likely as any other: half of them are below the geometric mean.
    assert 70 < sum(seconds < 11 for seconds in drawn) < 130


def test_budget_begins_anew_with_each_period() -> None:
    limit = RateLimit(allowed=1, period_seconds=3)
    assert limit.hit("client", 10)[0] is None
    assert limit.hit("client", 11)[0] == 2
    assert limit.hit("other", 11)[0] is None
    assert limit.hit("client", 13)[0] is None


def test_least_time_is_the_largest_bound() -> None:
    work = Work([1.0, 2.0, 5.0], budget=2, period_seconds=3.0)
    assert [work.least_seconds(in_flight) for in_flight in (1, 2)] == [8.0, 6.0]
    assert Work([1.0, 2.0, 5.0], None, 3.0).least_seconds(2) == 5.0


def test_ratios_are_taken_round_by_round() -> None:
    assert str(ratios([2.0, 6.0, 4.0], [1.0, 2.0, 1.0])) == "3.00 (2.00–4.00)"  # noqa: RUF001


@pytest.mark.thorough
def test_sections_that_were_not_measured_keep_their_figures(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    places = [
        f"<!-- figures of {name}: begin -->\n<!-- figures of {name}: end -->" for name in "ab"
    ]
    page.write_text("\n\n".join(["Before.", *places, "Behind."]))

    def figures(cell: str) -> Figures:
        return Figures("Once.", Table(["", "time"], [["tap", cell]]))

    for measured in ({"a": figures("1"), "b": figures("2")}, {"b": figures("3")}):
        write_figures(page, keep_figures(tmp_path / "figures.json", measured))
    text = page.read_text()
    assert [cell in text for cell in ("| tap | 1 |", "| tap | 2 |", "| tap | 3 |")] == [
        True,
        False,
        True,
    ]
    assert text.startswith("Before.")
    assert text.endswith("Behind.")
