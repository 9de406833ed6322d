"""The pages of a job's results, read one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tap_genesys_search.errors import RUN_AGAIN, SearchFailedError, TooManyMatchesError
from tap_genesys_search.jobs.job_log import JobLog
from tap_genesys_search.platform.http.responses import LONGEST_CURSOR
from tap_genesys_search.platform.page_size import LearnedSize, PageSize
from tap_genesys_search.search_apis.conversations import job_results
from tap_genesys_search.search_apis.conversations.job_results import JobResults
from tests.support.scripted_platform import Answer
from tests.support.scripted_searches import DAY, START, day

if TYPE_CHECKING:
    from tests.support.scripted_platform import ScriptedPlatform

PATH = "/api/v2/analytics/conversations/details/jobs/j-1"
PLACE = f"GET {PATH}/results (correlation id c-1)"


def results(*ids: str, cursor: object = None, **more: object) -> Answer:
    found = [{"conversationId": one} for one in ids]
    return traced({"conversations": found, "cursor": cursor, **more})


def traced(body: dict[str, object]) -> Answer:
    return Answer(body, headers={"ININ-Correlation-Id": "c-1"})


def of(platform: ScriptedPlatform, *answers: Answer, job_log: JobLog | None = None) -> JobResults:
    platform.script(*answers)
    size = PageSize(LearnedSize(2))
    return JobResults(platform.client(), PATH, day(0), size, job_log or JobLog())


def read(job: JobResults) -> list[tuple[list[Any], bool]]:
    return [([one["conversationId"] for one in page.records], last) for page, last in job.pages()]


def test_pages_are_read_to_the_one_without_a_cursor(platform: ScriptedPlatform) -> None:
    job_log = JobLog()
    job = of(platform, results("a", cursor="x/1"), results("b", "c"), job_log=job_log)
    assert read(job) == [(["a"], False), (["b", "c"], True)]
    assert (job.read, job_log.pages) == (3, 2)
    assert [one.query for one in platform.api_requests] == ["pageSize=2", "pageSize=2&cursor=x%2F1"]
    assert {one.path for one in platform.api_requests} == {f"{PATH}/results"}


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [one.getMessage() for one in caplog.records if one.levelname == "WARNING"]


@pytest.mark.parametrize(
    ("date", "until"),
    [
        ("2026-01-05T12:00:00.000Z", START + DAY / 2),
        ("2026-01-06T00:00:00.000Z", None),
        ("2026-03-01T00:00:00.000Z", None),
        ("", None),
        (None, None),
    ],
)
def test_results_say_from_when_on_they_leave_out(
    platform: ScriptedPlatform, date: object, until: object
) -> None:
    later = {"dataAvailabilityDate": "2026-01-05T18:00:00.000Z"}
    first = results("a", cursor="x", dataAvailabilityDate=date)
    assert [page.complete_until for page, _ in of(platform, first, results("b")).pages()] == [
        until,
        until,
    ]
    pages = of(platform, first, results("b", **later)).pages()
    assert [page.complete_until for page, _ in pages] == [until, until or START + DAY * 0.75]


def test_results_with_neither_conversations_nor_cursor_are_said_with_their_place(
    platform: ScriptedPlatform, caplog: pytest.LogCaptureFixture
) -> None:
    bare = traced({"dataAvailabilityDate": "2026-03-01T00:00:00.000Z"})
    assert read(of(platform, bare)) == [([], True)]
    assert warnings(caplog) == [
        (
            f"Window {day(0)}: {PLACE} answered neither conversations nor a cursor, which is taken "
            "for the end of the results"
        )
    ]
    caplog.clear()
    read(of(platform, results()))
    assert warnings(caplog) == []


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ([traced({})] * 2, "answered twice without anything that results have"),
        ([results("a", cursor="x")] * 2, "answered the same cursor twice"),
        ([results(cursor=7)], "answered a cursor that is not a text"),
        (
            [results(cursor="x" * (LONGEST_CURSOR + 1))],
            f"answered a cursor of {LONGEST_CURSOR + 1:,} characters",
        ),
        ([traced({"conversations": ["a"]})], "answered conversations that are not a list of "),
        ([results("a", dataAvailabilityDate="soon")], "answered 'soon' for a date"),
    ],
)
def test_results_that_can_not_be_are_an_error_with_their_place(
    platform: ScriptedPlatform, answers: list[Answer], said: str
) -> None:
    with pytest.raises(SearchFailedError) as refused:
        read(of(platform, *answers))
    assert str(refused.value).startswith(f"{PLACE} {said}")
    assert str(refused.value).endswith(f". {RUN_AGAIN}")


def test_longest_cursor_is_followed(platform: ScriptedPlatform) -> None:
    assert len(read(of(platform, results(cursor="x" * LONGEST_CURSOR), results()))) == 2


@pytest.mark.parametrize(("most", "pages"), [(3, 2), (2, 1)])
def test_results_that_reach_their_limit_are_too_many(
    platform: ScriptedPlatform, monkeypatch: pytest.MonkeyPatch, most: int, pages: int
) -> None:
    monkeypatch.setattr(job_results, "MOST_RESULTS", most)
    job = of(platform, results("a", "b", cursor="x"), results("c", "d", cursor="y"))
    found: list[object] = []
    with pytest.raises(TooManyMatchesError) as refused:
        found.extend(job.pages())
    assert str(refused.value) == f"{PLACE} answered {2 * pages} conversations and more"
