"""Jobs against what the conversation query counts, on servers written from reports."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from tap_genesys_search.errors import IncompleteSearchError
from tests.support.reported_org import JOBS, QUERY, START, ReportedOrg, answer, refuse
from tests.support.singer_run import SingerRun, run_tap

if TYPE_CHECKING:
    from pytest_httpserver import HTTPServer
    from werkzeug import Request, Response

DAY = timedelta(days=1)


@pytest.fixture
def org(httpserver: HTTPServer) -> ReportedOrg:
    return ReportedOrg(httpserver)


def asked(org: ReportedOrg) -> list[Any]:
    """Have the bodies of the queries noted."""
    bodies: list[Any] = []

    def note(request: Request) -> None:
        if request.path == QUERY:
            bodies.append(request.json)

    org.first = note
    return bodies


def totals(run: SingerRun) -> list[tuple[str, int, int, float]]:
    names = ("status", "total_matching_records", "extracted_records", "hit_rate_percentage")
    return [tuple(one[name] for name in names) for one in run.records("search_audits")]


def lines(caplog: pytest.LogCaptureFixture, text: str, level: str = "WARNING") -> list[str]:
    return [one.message for one in caplog.records if one.levelname == level and text in one.message]


@pytest.mark.parametrize("matching", ["active", "started"])
def test_each_window_is_counted_once_by_a_query_of_one_row(org: ReportedOrg, matching: str) -> None:
    bodies = asked(org)
    voice = {"dimension": "mediaType", "value": "voice"}

    run = run_tap({**org.config, "conversation_matching": matching, "filters": [voice]})

    assert run.error is None
    assert totals(run) == [("completed", 50, 50, 100.0)] * 4
    assert {audit["page_count"] for audit in run.records("search_audits")} == {2}
    assert all(body["paging"] == {"pageSize": 1, "pageNumber": 1} for body in bodies)
    assert all(body["segmentFilters"][0]["predicates"] == [voice] for body in bodies)
    assert sorted(body["interval"] for body in bodies) == [
        f"2026-01-0{day}T00:00:00.000Z/2026-01-0{day + 1}T00:00:00.000Z" for day in range(5, 9)
    ]


@pytest.mark.thorough
def test_facets_and_count_share_one_query(org: ReportedOrg) -> None:
    bodies = asked(org)

    run = run_tap({**org.config, "facets": ["queueId"]})

    assert run.error is None
    assert [body["aggregations"][0]["dimension"] for body in bodies] == ["queueId"] * 4


def test_what_started_before_the_window_is_not_compared(org: ReportedOrg) -> None:
    """Jobs find all that went on in their interval, the query what started in it."""
    long = {"conversationId": "long", "conversationStart": "2025-12-24T08:00:00.000Z"}
    org.always = [long]

    run = run_tap({**org.config, "conversation_matching": "active"})

    assert run.error is None
    assert totals(run) == [("completed", 51, 51, 100.0)] * 4


def test_total_that_is_near_needs_no_second_job(org: ReportedOrg) -> None:
    org.counted = lambda real: real + 1

    run = run_tap(org.config)

    assert run.error is None
    assert org.count("POST", JOBS) == 4
    assert totals(run) == [("completed", 51, 50, 98.04)] * 4


@pytest.mark.parametrize(("daily", "lost"), [(12, 6), (20, 10), (50, 2), (3, 0)])
def test_some_that_are_missing_on_a_small_day_take_a_second_job_and_a_warning(
    org: ReportedOrg, caplog: pytest.LogCaptureFixture, daily: int, lost: int
) -> None:
    org.days, org.daily = 1, daily
    org.lost = frozenset(org.ids[:lost])

    run = run_tap(org.config)

    assert run.error is None
    assert org.count("POST", JOBS) == (2 if lost else 1)
    assert totals(run)[0][:3] == ("completed", daily, daily - lost)
    said = f"yields {daily - lost} of the {daily} conversations that the conversation query counts"
    assert len(lines(caplog, f"{said}, in two readings: that count is approximate")) == bool(lost)


@pytest.mark.thorough
def test_of_a_large_total_one_in_a_hundred_may_be_missing(org: ReportedOrg) -> None:
    org.days, org.daily = 1, 2000
    org.counted = lambda real: real + 20

    run = run_tap(org.config)

    assert run.error is None
    assert totals(run) == [("completed", 2020, 2000, 99.01)]


def test_on_a_quiet_day_no_more_may_be_missing_than_came(org: ReportedOrg) -> None:
    org.daily = 8
    org.lost = frozenset(org.ids[:5])

    run = run_tap(org.config)

    assert isinstance(run.error, IncompleteSearchError)
    assert totals(run) == [("failed", 8, 3, 37.5)]


def test_job_that_leaves_out_conversations_is_read_again(org: ReportedOrg) -> None:
    org.days = 1
    org.lost = frozenset(org.ids[:20])

    def mend(request: Request) -> None:
        if request.path == QUERY:
            org.lost = frozenset()

    org.first = mend

    run = run_tap(org.config)

    assert run.error is None
    assert (org.count("POST", JOBS), org.count("POST", QUERY)) == (2, 1)
    assert sorted(set(run.ids())) == org.ids
    assert totals(run) == [("completed", 50, 50, 100.0)]


def test_jobs_that_stay_short_of_the_count_fail_their_window(org: ReportedOrg) -> None:
    org.lost = frozenset(org.ids[60:80])

    run = run_tap(org.config)

    assert isinstance(run.error, IncompleteSearchError)
    assert "yields 30 of the 50 conversations that the conversation query counts" in str(run.error)
    assert totals(run) == [("completed", 50, 50, 100.0), ("failed", 50, 30, 60.0)]
    assert run.bookmarks()["interactions"] == "2026-01-06T00:00:00.000Z"


def test_job_that_finds_nothing_where_the_query_counts_is_not_taken_for_an_empty_day(
    org: ReportedOrg,
) -> None:
    org.lost = frozenset(org.ids)

    run = run_tap(org.config)

    assert isinstance(run.error, IncompleteSearchError)
    assert run.bookmarks() == {}


@pytest.mark.thorough
def test_conversations_from_days_before_hide_no_lost_day(org: ReportedOrg) -> None:
    org.always = [
        {"conversationId": f"long-{number}", "conversationStart": "2025-12-24T08:00:00.000Z"}
        for number in range(5000)
    ]
    org.days, org.lost = 1, frozenset(org.ids)

    run = run_tap({**org.config, "conversation_matching": "active"})

    assert isinstance(run.error, IncompleteSearchError)
    assert run.bookmarks() == {}


def test_shortfall_that_is_accepted_is_warned_of_and_audited(
    org: ReportedOrg, caplog: pytest.LogCaptureFixture
) -> None:
    org.lost = frozenset(org.ids[60:80])

    run = run_tap({**org.config, "allow_incomplete": True})

    assert run.error is None
    complete = ("completed", 50, 50, 100.0)
    assert totals(run) == [complete, ("incomplete", 50, 30, 60.0), complete, complete]
    assert len(lines(caplog, "accepted, as allow_incomplete says")) == 1
    assert org.count("POST", QUERY) == 4


def test_filters_may_match_more_by_now_than_when_the_job_saw_a_young_window(
    httpserver: HTTPServer, caplog: pytest.LogCaptureFixture
) -> None:
    today = datetime.now(timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)
    org = ReportedOrg(httpserver, days=1, first_day=today - DAY, data_until=today)
    org.counted = lambda real: real + 30
    ended = {"dimension": "conversationEnd", "operator": "exists"}

    run = run_tap({**org.config, "filters": [ended]})

    assert run.error is None
    assert org.count("POST", JOBS) == 2
    assert totals(run) == [("completed", 80, 50, 62.5)]
    assert len(lines(caplog, "may match by now")) == 1


@pytest.mark.thorough
@pytest.mark.parametrize("hours", [7, 12])
def test_windows_that_are_no_whole_days_are_not_counted(org: ReportedOrg, hours: int) -> None:
    run = run_tap({**org.config, "window_hours": hours})

    assert run.error is None
    assert org.count("POST", QUERY) == 0
    assert {audit["status"] for audit in run.records("search_audits")} == {"completed"}


REFUSALS = [
    refuse(403, "missing.permissions", "Missing permission"),
    refuse(403, "", "Forbidden by the gateway"),
    refuse(400, "bad.request", "No"),
    refuse(404, "not.found", "No"),
    refuse(500, "internal.server.error", "No"),
    answer({"conversations": "none", "totalHits": 50}),
    answer({"totalHits": "many"}),
]


@pytest.mark.parametrize("refusal", REFUSALS)
def test_refused_count_is_said_once_and_fails_nothing(
    org: ReportedOrg, caplog: pytest.LogCaptureFixture, refusal: Response
) -> None:
    def refuse_count(request: Request) -> Response | None:
        return refusal if request.path == QUERY else None

    org.first = refuse_count
    config = {**org.config, "max_retries": 0, "max_concurrent_searches": 1}

    run = run_tap(config)

    assert run.error is None
    assert sorted(run.ids()) == org.ids
    assert totals(run) == [("completed", 50, 50, 100.0)] * 4
    assert len(lines(caplog, "is not counted")) == 1
    assert org.count("POST", QUERY) == 1


def test_refused_count_is_said_once_however_many_searches_are_in_flight(
    org: ReportedOrg, caplog: pytest.LogCaptureFixture
) -> None:
    org.first = lambda one: refuse(400, "bad.request", "No") if one.path == QUERY else None

    run = run_tap({**org.config, "max_concurrent_searches": 4})

    assert run.error is None
    assert len(lines(caplog, "is not counted")) == 1


def test_total_that_is_missing_is_said_once(
    org: ReportedOrg, caplog: pytest.LogCaptureFixture
) -> None:
    pending = {"id": "q-1", "status": "pending"}
    org.first = lambda request: answer(pending) if request.path == QUERY else None

    run = run_tap(org.config)

    assert run.error is None
    assert totals(run) == [("completed", 50, 50, 100.0)] * 4
    assert len(lines(caplog, "answered no totalHits")) == 1


def test_empty_day_that_is_answered_without_a_total_does_not_end_the_counting(
    org: ReportedOrg, caplog: pytest.LogCaptureFixture
) -> None:
    org.lost = frozenset(org.ids[:50])

    def say_nothing(request: Request) -> Response | None:
        is_first_day = request.path == QUERY and request.json["interval"].startswith("2026-01-05")
        return answer({"conversations": []}) if is_first_day else None

    org.first = say_nothing

    run = run_tap({**org.config, "max_concurrent_searches": 1})

    assert run.error is None
    assert org.count("POST", QUERY) == 4
    assert lines(caplog, "counted") == []


@pytest.mark.thorough
@pytest.mark.parametrize("says", [{}, {"aggregations": []}, {"conversations": None}])
def test_empty_day_of_which_the_query_says_nothing_is_said_to_be_uncounted(
    org: ReportedOrg, caplog: pytest.LogCaptureFixture, says: dict[str, Any]
) -> None:
    org.lost = frozenset(org.ids[:100])

    def say_nothing(request: Request) -> Response | None:
        is_empty_day = request.path == QUERY and request.json["interval"] < "2026-01-07"
        return answer(says) if is_empty_day else None

    org.first = say_nothing

    run = run_tap({**org.config, "max_concurrent_searches": 1})

    assert run.error is None
    (line,) = lines(caplog, "is not counted")
    assert "2026-01-05T00:00:00.000Z" in line
    assert "answered neither conversations nor totalHits" in line
    assert org.count("POST", QUERY) == 4  # the other days are counted all the same
    assert [one[0] for one in totals(run)] == ["completed"] * 4


def test_day_that_the_query_counts_after_one_it_says_nothing_of_still_notices_a_loss(
    org: ReportedOrg,
) -> None:
    org.lost = frozenset(org.ids[:50] + org.ids[100:130])

    def say_nothing(request: Request) -> Response | None:
        is_first_day = request.path == QUERY and request.json["interval"].startswith("2026-01-05")
        return answer({}) if is_first_day else None

    org.first = say_nothing

    run = run_tap({**org.config, "max_concurrent_searches": 1})

    assert "yields 20 of the 50 conversations" in str(run.error)


# Results that are not complete up to their window's end.


@pytest.mark.thorough
@pytest.mark.parametrize("concurrent", [1, 4])
def test_bookmark_stays_before_the_tail_that_a_job_has_left_out(
    org: ReportedOrg, caplog: pytest.LogCaptureFixture, concurrent: int
) -> None:
    caplog.set_level("INFO")
    org.data_until = START + 2.25 * DAY
    config = {**org.config, "max_concurrent_searches": concurrent}

    first = run_tap(config)

    assert first.error is None
    assert set(first.bookmarks().values()) == {"2026-01-07T06:00:00.000Z"}
    assert [one[0] for one in totals(first)] == ["completed"] * 2 + ["incomplete"] * 2
    assert len(lines(caplog, "2026-01-07T06:00:00.000Z", "WARNING")) == 1
    assert org.count("POST", QUERY) == 2  # what is known to be left out is not compared

    org.data_until = None
    second = run_tap(config, state=first.states()[-1])

    assert second.error is None
    assert sorted({*first.ids(), *second.ids()}) == org.ids
    assert set(second.bookmarks().values()) == {"2026-01-09T00:00:00.000Z"}


@pytest.mark.thorough
def test_day_whose_data_never_comes_is_told_of_in_each_run(
    org: ReportedOrg, caplog: pytest.LogCaptureFixture
) -> None:
    org.days, org.data_until = 1, START + 0.25 * DAY
    state: dict[str, Any] = {}
    since = "2026-01-05T06:00:00.000Z"

    for _ in range(3):
        caplog.clear()
        run = run_tap(org.config, state=state)
        state = run.states()[-1]

        assert run.error is None
        (audit,) = run.records("search_audits")
        assert (audit["status"], audit["window_end"]) == ("incomplete", "2026-01-06T00:00:00.000Z")
        assert f"leave out what came after {since}" in audit["error"]
        assert set(run.bookmarks().values()) == {since}
        (line,) = lines(caplog, since)
        assert audit["error"] in line
        assert "the state stays there" in line
        assert "search_api conversation_query" in line


def test_job_whose_data_ends_before_its_window_moves_no_bookmark_back(org: ReportedOrg) -> None:
    state = run_tap({**org.config, "end_date": (START + 2 * DAY).isoformat()}).states()[-1]
    org.data_until = START - DAY

    run = run_tap({**org.config, "lookback_hours": 0}, state=state)

    assert run.error is None
    assert {one[0] for one in totals(run)} == {"incomplete"}
    assert set(run.bookmarks().values()) == {"2026-01-07T00:00:00.000Z"}


@pytest.mark.parametrize("date", [None, ""])
def test_results_without_a_date_are_taken_for_complete(org: ReportedOrg, date: object) -> None:
    org.date = date

    run = run_tap(org.config)

    assert run.error is None
    assert set(run.bookmarks().values()) == {"2026-01-09T00:00:00.000Z"}


def test_date_that_can_not_be_read_fails_the_window_instead_of_being_passed_over(
    org: ReportedOrg,
) -> None:
    org.date = "soon"

    run = run_tap(org.config)

    assert "answered 'soon' for a date" in str(run.error)
    assert run.bookmarks() == {}


def test_date_on_the_first_page_of_results_holds_for_all(org: ReportedOrg) -> None:
    org.days, org.data_until, org.is_date_first = 1, START + 0.5 * DAY, True

    run = run_tap({**org.config, "page_size": 10})

    assert run.error is None
    assert len(run.ids()) == 25
    assert run.bookmarks()["interactions"] == "2026-01-05T12:00:00.000Z"
