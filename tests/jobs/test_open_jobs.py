"""The jobs open on the platform, as a run and its state know them."""

from __future__ import annotations

import threading
from datetime import datetime, timezone

import pytest

from tap_genesys_search.errors import SearchFailedError
from tap_genesys_search.jobs import open_jobs
from tap_genesys_search.jobs.open_jobs import OpenJob, OpenJobs, read_open_jobs
from tap_genesys_search.timestamps import format_timestamp


@pytest.mark.parametrize(
    "state", [None, 5, "jobs", {"a": 1}, [None, 5, "x", {}, {"search_id": 1}, {"part": "p"}]]
)
def test_open_jobs_that_can_not_be_read_are_none(state: object) -> None:
    assert read_open_jobs(state) == []


def test_open_jobs_are_read_as_they_are_written() -> None:
    jobs = [OpenJob("s-1", "window", "j-1"), OpenJob("s-2", "0+500", "j-2", waits=2)]
    assert read_open_jobs(OpenJobs(jobs).to_state()) == jobs


def test_job_is_taken_up_once_and_known_until_it_is_closed() -> None:
    jobs = OpenJobs([OpenJob("s", "window", "j")])
    assert jobs.take_up("s", "other") is None
    assert jobs.take_up("s", "window") == "j"
    assert jobs.take_up("s", "window") is None
    assert len(jobs.to_state()) == 1
    jobs.closed("s", "window")
    assert jobs.to_state() == []


def test_job_given_up_is_handed_out_once_and_never_when_it_is_overdue() -> None:
    jobs = OpenJobs()
    late, early = OpenJob("s", "late", "j-1"), OpenJob("s", "early", "j-2")
    jobs.opened(late)
    jobs.opened(early)
    jobs.overdue("s", "late")
    assert [jobs.give_up(job) for job in (late, early, early)] == [False, True, False]
    assert jobs.to_state() == [
        {"search_id": "s", "part": "late", "job_id": "j-1", "submitted_at": "", "waits": 1}
    ]


def test_job_that_another_took_the_place_of_is_not_given_up() -> None:
    jobs = OpenJobs()
    first, second = OpenJob("s", "window", "j-1"), OpenJob("s", "window", "j-2")
    jobs.opened(first)
    jobs.opened(second)
    assert not jobs.give_up(first)
    assert jobs.to_state() == [
        {"search_id": "s", "part": "window", "job_id": "j-2", "submitted_at": "", "waits": 0}
    ]


def test_job_in_the_place_of_one_that_was_waited_for_in_vain_can_be_given_up() -> None:
    jobs = OpenJobs()
    first, second = OpenJob("s", "window", "j-1"), OpenJob("s", "window", "j-2")
    jobs.opened(first)
    jobs.overdue("s", "window")
    jobs.opened(second)
    assert jobs.give_up(second)


def test_only_what_was_left_over_is_forgotten_at_the_end() -> None:
    jobs = OpenJobs([OpenJob("s", "1", "j-1"), OpenJob("s", "2", "j-2")])
    jobs.take_up("s", "1")
    jobs.opened(OpenJob("s", "3", "j-3"))
    jobs.forget_left_over()
    assert [job["job_id"] for job in jobs.to_state()] == ["j-1", "j-3"]


def test_job_noted_anew_is_not_one_of_an_earlier_run() -> None:
    jobs = OpenJobs([OpenJob("s", "window", "j-1")])
    jobs.opened(OpenJob("s", "window", "j-2"))
    assert jobs.take_up("s", "window") is None
    jobs.forget_left_over()
    assert [job["job_id"] for job in jobs.to_state()] == ["j-2"]


def test_closing_what_is_not_open_changes_nothing() -> None:
    jobs = OpenJobs([OpenJob("s", "window", "j")])
    jobs.closed("s", "other")
    assert jobs.take_up("s", "window") == "j"


def test_job_that_is_closed_is_neither_overdue_nor_left_over_any_more() -> None:
    job = OpenJob("s", "window", "j")
    jobs = OpenJobs([job])
    jobs.overdue("s", "window")
    jobs.closed("s", "window")
    assert jobs.take_up("s", "window") is None
    jobs.opened(job)
    assert jobs.give_up(job)


def test_job_that_has_not_seen_what_came_late_is_not_taken_up_but_cancelled() -> None:
    monday, tuesday = (datetime(2026, 1, day, tzinfo=timezone.utc) for day in (5, 6))
    jobs = OpenJobs(
        [
            OpenJob("s", "early", "j-1", format_timestamp(monday)),
            OpenJob("s", "late", "j-2", format_timestamp(tuesday)),
            OpenJob("s", "unknown", "j-3"),
            OpenJob("s", "unasked", "j-4", format_timestamp(tuesday)),
        ]
    )
    asked = {part: jobs.take_up("s", part, tuesday) for part in ("early", "late", "unknown")}
    assert asked == {"early": None, "late": "j-2", "unknown": None}
    assert sorted(jobs.forget_left_over()) == ["j-1", "j-3", "j-4"]
    assert [job["job_id"] for job in jobs.to_state()] == ["j-2"]
    assert jobs.forget_left_over() == []


@pytest.mark.parametrize("job_id", ["", ".", "..", "a\nb", "a\0b", "\ud800", "x" * 257])
def test_id_that_is_none_is_not_taken_from_a_state(job_id: str) -> None:
    state = [{"search_id": "s", "part": "p", "job_id": job_id}]
    assert read_open_jobs(state) == []


def test_no_more_jobs_are_taken_from_a_state_than_a_run_leaves() -> None:
    state = [{"search_id": "s", "part": str(part), "job_id": "j"} for part in range(5000)]
    assert len(read_open_jobs(state)) == 1000


def test_id_of_a_job_that_is_open_is_refused_for_another() -> None:
    jobs = OpenJobs()
    jobs.opened(OpenJob("s-1", "window", "j"))

    with pytest.raises(SearchFailedError) as refused:
        jobs.opened(OpenJob("s-2", "window", "j"))
    assert str(refused.value) == (
        "The platform gave two searches one id, 'j'. Run again; if it recurs, set "
        "max_concurrent_searches to 1"
    )

    jobs.closed("s-1", "window")
    jobs.opened(OpenJob("s-2", "window", "j"))
    long = "x" * 65
    jobs.opened(OpenJob("s-3", "window", long))
    with pytest.raises(SearchFailedError, match=rf"one id, '{long[:64]}'\."):
        jobs.opened(OpenJob("s-4", "window", long))


def test_id_of_a_job_that_an_earlier_run_left_may_be_given_again() -> None:
    jobs = OpenJobs([OpenJob("s-1", "window", "j")])
    jobs.opened(OpenJob("s-2", "window", "j"))

    assert jobs.take_up("s-1", "window") is None
    assert [job["search_id"] for job in jobs.to_state()] == ["s-2"]


def test_end_of_a_job_is_waited_for_from_where_the_count_was() -> None:
    jobs = OpenJobs()
    assert jobs.wait_for_end(0, 0)  # none is running
    for number in (1, 2):
        jobs.opened(OpenJob(f"s-{number}", "window", f"j-{number}"))
    assert not jobs.wait_for_end(0, 0)
    jobs.ended("s-1", "window")
    assert jobs.ended_so_far == 1
    assert jobs.wait_for_end(0, 0)
    assert not jobs.wait_for_end(1, 0)
    # It ends once, also when it is closed later.
    jobs.ended("s-1", "window")
    jobs.closed("s-1", "window")
    assert jobs.ended_so_far == 1
    jobs.overdue("s-2", "window")
    assert jobs.ended_so_far == 2
    assert jobs.wait_for_end(2, 0)


def test_job_that_an_earlier_run_left_runs_until_it_is_closed() -> None:
    jobs = OpenJobs([OpenJob("s", "window", "j")])
    assert not jobs.wait_for_end(0, 0)
    jobs.closed("s", "window")
    assert jobs.wait_for_end(0, 0)


def test_limit_is_news_once_in_a_run() -> None:
    jobs = OpenJobs()
    assert [jobs.notice_limit() for _ in range(3)] == [True, False, False]


def test_submission_that_is_refused_knows_whether_a_job_of_its_run_was_open() -> None:
    jobs = OpenJobs()
    with jobs.submitting() as is_own_open:
        assert not is_own_open()
    jobs.opened(OpenJob("s", "window", "j"))
    with jobs.submitting() as is_own_open:
        assert is_own_open()
        jobs.ended("s", "window")
        # It has ended since, so the refusal may still be because of it.
        assert is_own_open()
    with jobs.submitting() as is_own_open:
        assert not is_own_open()


def test_refused_submission_waits_for_the_others_that_are_unanswered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    jobs = OpenJobs()
    told: list[bool] = []

    def refused() -> None:
        with jobs.submitting() as is_own_open:
            told.append(is_own_open())

    with jobs.submitting():
        other = threading.Thread(target=refused)
        other.start()
        other.join(0.05)
        assert told == []
        jobs.opened(OpenJob("s", "window", "j"))
        other.join(10)
    assert told == [True]

    monkeypatch.setattr(open_jobs, "LONGEST_WAIT_FOR_ANSWERS_SECONDS", 0.01)
    jobs.ended("s", "window")
    with jobs.submitting():
        refused()
    assert told == [True, False]


def test_job_is_waited_for_by_three_runs() -> None:
    job = OpenJob("s", "window", "j")
    for waits in range(1, 4):
        jobs = OpenJobs([job])
        assert jobs.take_up("s", "window") == "j"
        jobs.overdue("s", "window")
        (job,) = read_open_jobs(jobs.to_state())
        assert job.waits == waits
        assert jobs.give_up(job) == (waits == 3)


def test_overdue_job_that_is_not_known_changes_nothing() -> None:
    jobs = OpenJobs()
    jobs.overdue("s", "window")
    assert (jobs.to_state(), jobs.ended_so_far) == ([], 0)


@pytest.mark.parametrize(
    ("fields", "job"),
    [
        ({}, OpenJob("s", "p", "j")),
        ({"submitted_at": 5, "waits": "2"}, OpenJob("s", "p", "j")),
        ({"submitted_at": "2026-01-05", "waits": 2}, OpenJob("s", "p", "j", "2026-01-05", 2)),
        ({"job_id": "x" * 256}, OpenJob("s", "p", "x" * 256)),
    ],
)
def test_state_of_other_versions_is_read_as_far_as_it_goes(
    fields: dict[str, object], job: OpenJob
) -> None:
    state = [{"search_id": "s", "part": "p", "job_id": "j", **fields}]
    assert read_open_jobs([None, *state, 5]) == [job]
