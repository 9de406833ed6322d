"""Windows that are split: their parts must add up to what they matched."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from tap_genesys_search.errors import SearchFailedError
from tap_genesys_search.search.split_windows import SplitBound, SplitWindows
from tap_genesys_search.windows.window import Window
from tests.support.reported_org import answer, moment
from tests.support.singer_run import run_tap

if TYPE_CHECKING:
    from pytest_httpserver import HTTPServer
    from werkzeug import Request, Response

START = datetime(2026, 1, 5, tzinfo=timezone.utc)


def hours(first: int, last: int) -> Window:
    return Window(START + timedelta(hours=first), START + timedelta(hours=last))


def uncounted(_: Window) -> None:
    """Stand for a platform that doesn't answer a further search."""


def test_parts_that_add_up_are_fine_however_windows_nest() -> None:
    splits = SplitWindows()
    splits.split(hours(0, 24), 1500)
    splits.split(hours(0, 12), 1100)
    assert splits.passed(hours(0, 6), 700, uncounted) is None
    assert splits.passed(hours(6, 12), 400, uncounted) is None
    assert splits.passed(hours(12, 24), 400, uncounted) is None


def test_window_whose_parts_match_less_is_named() -> None:
    splits = SplitWindows()
    splits.split(hours(0, 24), 1500)
    assert splits.passed(hours(0, 12), 700, uncounted) is None
    short = splits.passed(hours(12, 24), 799, uncounted)
    assert short is not None
    assert (short.window, short.total, short.counted) == (hours(0, 24), 1500, 1499)


def test_totals_that_are_near_only_may_be_a_little_off() -> None:
    splits = SplitWindows(100)
    splits.split(hours(0, 48), 150_000)
    assert splits.passed(hours(0, 24), 75_000, uncounted) is None
    assert splits.passed(hours(24, 48), 73_600, uncounted) is None


def test_window_that_matches_less_by_now_is_fine() -> None:
    splits = SplitWindows()
    splits.split(hours(0, 48), 2500)
    splits.split(hours(0, 24), 1500)
    assert splits.passed(hours(0, 24), 1499, lambda _: 1499) is None
    assert splits.passed(hours(24, 48), 1000, {hours(0, 48): 2499}.get) is None


def test_window_with_a_part_that_nobody_counts_is_not_compared() -> None:
    splits = SplitWindows()
    splits.split(hours(0, 24), 1500)
    assert splits.passed(hours(0, 12), None, uncounted) is None
    assert splits.passed(hours(12, 24), 700, uncounted) is None


@pytest.mark.parametrize(("counted", "is_short"), [(1990, False), (1989, True)])
def test_totals_that_are_near_only_spare_ten_records_of_few(
    counted: int, *, is_short: bool
) -> None:
    splits = SplitWindows(1000)
    splits.split(hours(0, 48), 2000)
    assert (splits.passed(hours(0, 48), counted, uncounted) is not None) == is_short


def splits_until_refused(bound: SplitBound, window: Window) -> int:
    """Split a window, and the first half of it, and so on, until that is refused."""
    for number in range(1, 10_000):
        try:
            bound.split(window)
        except SearchFailedError:
            return number
    raise AssertionError


def test_window_is_split_no_more_often_than_its_records_explain() -> None:
    # A day has to be halved three times before its parts are 3 hours long.
    bound = SplitBound(timedelta(hours=3))
    assert splits_until_refused(bound, hours(0, 24)) == 4 * 4 + 1
    bound = SplitBound(timedelta(hours=3))
    for _ in range(2):
        bound.passed(75)
    # What was found before the first split is not found in its parts.
    assert splits_until_refused(bound, hours(0, 24)) == 4 * 4 + 1


def test_records_that_the_parts_hold_allow_further_splits() -> None:
    bound = SplitBound(timedelta(hours=3))
    bound.split(hours(0, 24))
    for _ in range(2):
        bound.passed(75)
    # Two and a half times as many, of which one was used.
    assert splits_until_refused(bound, hours(0, 12)) == 40


def test_next_window_is_split_as_often_as_the_one_before() -> None:
    bound = SplitBound(timedelta(hours=3))
    bound.split(hours(0, 24))
    bound.passed(1000)
    assert splits_until_refused(bound, hours(24, 48)) == 4 * 4 + 1
    # The finest window and shorter ones can't be halved at all.
    assert splits_until_refused(bound, hours(48, 50)) == 4 + 1


def test_error_of_a_window_that_is_split_too_often_says_what_was_found() -> None:
    bound = SplitBound(timedelta(days=1))
    bound.split(hours(0, 24))
    bound.passed(0)
    for _ in range(3):
        bound.split(hours(0, 12))
    with pytest.raises(SearchFailedError) as refused:
        bound.split(hours(6, 12))
    assert str(refused.value).startswith(
        "Window 2026-01-05T00:00:00.000Z/2026-01-06T00:00:00.000Z was split 5 times, and its parts "
        "hold 0 interactions so far: what the platform counts or refuses makes no sense. Run again"
    )


class Transcripts:
    """Transcripts at even intervals; some lie in the whole of a day only."""

    def __init__(self, server: HTTPServer, total: int, lost: int, cut_at: int) -> None:
        self.total, self.lost, self.cut_at = total, lost, cut_at
        self.status = "open"
        self.deleted_when_split: set[str] = set()
        self.deleted: set[str] = set()
        url = server.url_for("").rstrip("/")
        self.config = {
            "client_id": "a-client",
            "client_secret": "a-secret",
            "auth_url": url,
            "api_url": url,
            "search_api": "transcript_search",
            "start_date": "2026-01-05",
            "end_date": "2026-01-06",
        }
        server.expect_request(re.compile(".*")).respond_with_handler(self._answer)

    def _answer(self, request: Request) -> Response:
        if request.path == "/oauth/token":
            return answer({"access_token": "t", "expires_in": 86_400})
        dates: dict[str, Any] = request.json["query"][0]
        first, last = moment(dates["startValue"]), moment(dates["endValue"])
        step = timedelta(days=1) / self.total
        found = [
            {"transcriptId": f"t-{number}", "startTime": (START + number * step).isoformat()}
            for number in range(self.total)
            if first <= START + number * step < last
        ]
        if last - first < timedelta(days=1):
            found = [one for one in found if int(one["transcriptId"][2:]) >= self.lost]
            self.deleted = self.deleted_when_split
        found = [one for one in found if one["transcriptId"] not in self.deleted]
        size, number = request.json["pageSize"], request.json["pageNumber"]
        page = found[(number - 1) * size : number * size]
        buckets = [{"key": self.status, "count": len(found)}]
        facets = {"status": {"buckets": buckets}}
        total = min(len(found), self.cut_at)
        return answer({"total": total, "results": page, "aggregations": facets})


@pytest.mark.thorough
@pytest.mark.parametrize("cut_at", [10**9, 10_000, 1000])
def test_day_of_more_transcripts_than_can_be_paged_through_is_complete(
    httpserver: HTTPServer, cut_at: int
) -> None:
    run = run_tap(Transcripts(httpserver, 3000, 0, cut_at).config)
    assert run.error is None
    assert len(set(run.ids())) == 3000


@pytest.mark.thorough
def test_halves_that_add_up_to_less_than_their_window_fail_the_run(
    httpserver: HTTPServer,
) -> None:
    run = run_tap(Transcripts(httpserver, 1500, 100, 10**9).config)

    assert "matches 1500 interactions, its parts only 1400" in str(run.error)
    statuses = [audit["status"] for audit in run.records("search_audits")]
    assert statuses[0] == "split"
    assert statuses[-1] == "failed"
    assert set(run.bookmarks().values()) <= {"2026-01-05T00:00:00.000Z"}


@pytest.mark.thorough
def test_facets_of_halves_that_failed_the_run_are_taken_back_by_the_next_one(
    httpserver: HTTPServer,
) -> None:
    platform = Transcripts(httpserver, 1500, 100, 10**9)
    failed = run_tap(platform.config)
    platform.lost, platform.status = 0, "closed"
    rest = run_tap(platform.config, state=failed.states()[-1])
    assert rest.error is None
    counts = {
        (row["search_id"], row["bucket_key"]): row["bucket_count"]
        for run in (failed, rest)
        for row in run.records("interaction_facets")
    }
    assert sum(counts.values()) == 1500
    assert {key for (_, key), count in counts.items() if count} == {"closed"}


@pytest.mark.thorough
def test_transcript_that_is_deleted_after_its_window_was_split_fails_nothing(
    httpserver: HTTPServer,
) -> None:
    platform = Transcripts(httpserver, 1500, 0, 10**9)
    platform.deleted_when_split = {"t-1499"}
    run = run_tap(platform.config)
    assert run.error is None
    assert len(set(run.ids())) == 1499


@pytest.mark.thorough
def test_halves_that_add_up_to_less_may_be_accepted(httpserver: HTTPServer) -> None:
    platform = Transcripts(httpserver, 1500, 100, 10**9)
    run = run_tap({**platform.config, "allow_incomplete": True})
    assert run.error is None
    assert run.records("search_audits")[-1]["status"] == "incomplete"


@pytest.mark.parametrize("total", [1000, 10_000])
def test_second_of_as_many_transcripts_as_can_be_counted_is_not_complete(
    httpserver: HTTPServer, total: int
) -> None:
    platform = Transcripts(httpserver, 5000, 0, total)
    second = {"start_date": "2026-01-05T00:00:00Z", "end_date": "2026-01-05T00:00:01Z"}
    platform.total = 86_400 * 5000  # so many a day are 5,000 a second
    step = timedelta(days=1) / platform.total
    found = [
        {"transcriptId": f"t-{n}", "startTime": (START + n * step).isoformat()} for n in range(100)
    ]

    def many(request: Request) -> Response:
        if request.path == "/oauth/token":
            return answer({"access_token": "t", "expires_in": 86_400})
        return answer({"total": total, "results": found})

    httpserver.clear()
    httpserver.expect_request(re.compile(".*")).respond_with_handler(many)
    run = run_tap({**platform.config, **second})

    assert "can't be halved any more" in str(run.error)
    assert [audit["status"] for audit in run.records("search_audits")] == ["failed"]
