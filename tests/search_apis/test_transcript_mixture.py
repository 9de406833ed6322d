"""Transcripts of one window of which some are dated by one field and some by the other."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug import Request, Response

from tap_genesys_search.search_apis.page import Page
from tap_genesys_search.search_apis.transcripts.mixture import merge
from tap_genesys_search.timestamps import parse_timestamp
from tests.support.scripted_platform import CLIENT_ID, CLIENT_SECRET, ScriptedPlatform
from tests.support.singer_run import SingerRun, run_tap

if TYPE_CHECKING:
    from collections.abc import Callable

START = datetime(2026, 1, 5, tzinfo=timezone.utc)
FIELDS = ("conversationStartTime", "startTime")
Written = object


def as_text(moment: datetime) -> Written:
    return moment.isoformat()


def as_milliseconds(moment: datetime) -> Written:
    return round(moment.timestamp() * 1000)


class Transcripts:
    """An org whose transcripts have different time fields."""

    def __init__(self, platform: ScriptedPlatform, days: int = 1) -> None:
        self.rows: list[dict[str, Any]] = []
        self.moments: dict[tuple[str, str], datetime] = {}
        self.refuses: str | None = None
        self.minds_field = True
        self.asked: list[tuple[str, str, int]] = []
        self.config: dict[str, Any] = {
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "auth_url": platform.url,
            "api_url": platform.url,
            "start_date": START.isoformat(),
            "end_date": (START + timedelta(days=days)).isoformat(),
            "search_api": "transcript_search",
            "requests_per_minute": 100_000,
            "max_concurrent_searches": 1,
        }
        platform.answer_by(self._answer)

    def add(self, write: Callable[[datetime], Written], **hours: float) -> None:
        """Add a transcript, dated by each field some hours after the start."""
        name = f"t-{len(self.rows)}"
        times = {field: START + timedelta(hours=after) for field, after in hours.items()}
        self.moments.update({(name, field): moment for field, moment in times.items()})
        written = {field: write(moment) for field, moment in times.items()}
        self.rows.append({"transcriptId": name, **written})

    @property
    def ids(self) -> set[str]:
        return {one["transcriptId"] for one in self.rows}

    def _answer(self, request: Request) -> Response:
        body = request.get_json()
        (dates,) = (one for one in body["query"] if one["type"] == "DATE_RANGE")
        (field,) = dates["fields"]
        self.asked.append((field, dates["startValue"], body["pageNumber"]))
        if field == self.refuses:
            refused = {"message": "Unknown field", "code": "bad.request", "status": 400}
            return Response(json.dumps(refused), 400)
        span = parse_timestamp(dates["startValue"]), parse_timestamp(dates["endValue"])
        fields = (field,) if self.minds_field else FIELDS
        found = [one for one in self.rows if self._is_in(one["transcriptId"], fields, span)]
        size, number = body["pageSize"], body["pageNumber"]
        page = found[(number - 1) * size : number * size]
        return Response(json.dumps({"results": page, "total": len(found)}))

    def _is_in(self, name: str, fields: tuple[str, ...], span: tuple[datetime, datetime]) -> bool:
        moments = [self.moments.get((name, field)) for field in fields]
        return any(moment and span[0] <= moment <= span[1] for moment in moments)


@pytest.fixture
def org(platform: ScriptedPlatform) -> Transcripts:
    return Transcripts(platform)


def assert_complete(run: SingerRun, org: Transcripts) -> None:
    assert run.error is None
    assert set(run.ids()) == org.ids
    last = run.records("search_audits")[-1]
    assert last["status"] == "completed"


WRITTEN = pytest.mark.parametrize("write", [as_text, as_milliseconds])
MINDS = pytest.mark.parametrize("minds_field", [True, False])


@WRITTEN
@MINDS
@pytest.mark.parametrize("count", [2, 7, 250])
def test_mixture_within_one_window_loses_none(
    org: Transcripts,
    caplog: pytest.LogCaptureFixture,
    write: Callable[[datetime], Written],
    minds_field: bool,  # noqa: FBT001
    count: int,
) -> None:
    for number in range(count):
        org.add(write, **{FIELDS[number % 2]: 24 * number / count})
    org.minds_field = minds_field

    run = run_tap(org.config)

    assert_complete(run, org)
    (audit,) = run.records("search_audits")
    assert audit["total_matching_records"] == audit["extracted_records"] == count
    assert "dated within it" not in caplog.text
    timestamps = [parse_timestamp(one["timestamp"]) for one in run.records("interactions")]
    assert {START <= one < START + timedelta(days=1) for one in timestamps} == {True}


def test_mixture_is_said_once_and_known_to_the_next_run(
    platform: ScriptedPlatform, caplog: pytest.LogCaptureFixture
) -> None:
    org = Transcripts(platform, days=4)
    for number in range(40):
        org.add(as_text, **{FIELDS[number % 2]: 96 * number / 40})

    first = platform.run_tap({**org.config, "end_date": (START + timedelta(days=2)).isoformat()})

    said = [one for one in caplog.messages if "dated by startTime" in one]
    assert len(said) == 1
    assert "5 of its transcripts are dated by startTime alone" in said[0]
    assert said[0].endswith("reading the window again")
    caplog.clear()

    second = platform.run_tap({**org.config, "lookback_hours": 0}, state=first.states()[-1])

    assert {*first.ids(), *second.ids()} == org.ids
    assert "dated by" not in caplog.text
    assert len(set(second.ids())) == len(second.ids()) == 20


@pytest.mark.parametrize("concurrent", [1, 4])
def test_mixture_that_begins_in_a_later_window_loses_none(
    platform: ScriptedPlatform, concurrent: int
) -> None:
    org = Transcripts(platform, days=6)
    for number in range(60):
        field = FIELDS[number % 2] if 24 <= number < 36 else FIELDS[number >= 36]
        org.add(as_text, **{field: 144 * number / 60})

    assert_complete(platform.run_tap({**org.config, "max_concurrent_searches": concurrent}), org)


def test_transcripts_with_both_times_are_no_mixture(
    platform: ScriptedPlatform, caplog: pytest.LogCaptureFixture
) -> None:
    org = Transcripts(platform, days=2)
    for number in range(48):
        org.add(as_text, conversationStartTime=number, startTime=number + 0.5)
    org.add(as_text, conversationStartTime=23.9, startTime=24.4)  # across midnight

    run = platform.run_tap(org.config)

    assert_complete(run, org)
    assert len(run.ids()) == len(org.ids)
    assert "dated by" not in caplog.text


def test_mixture_with_transcripts_that_have_both_times_loses_none(org: Transcripts) -> None:
    for number in range(24):
        org.add(as_text, conversationStartTime=number, startTime=number + 0.5)
    org.add(as_milliseconds, startTime=7)

    assert_complete(run_tap(org.config), org)


def test_org_that_knows_one_field_only_is_asked_for_the_other_once(
    platform: ScriptedPlatform,
) -> None:
    org = Transcripts(platform, days=3)
    for hour in range(72):
        org.add(as_text, conversationStartTime=hour)
    org.refuses = "startTime"

    first = platform.run_tap({**org.config, "end_date": (START + timedelta(days=2)).isoformat()})
    second = platform.run_tap(org.config, state=first.states()[-1])

    assert second.error is None
    assert {*first.ids(), *second.ids()} == org.ids
    assert [field for field, *_ in org.asked].count("startTime") == 1


def test_kept_mixture_of_an_org_that_refuses_one_field_by_now_is_read_by_the_other(
    org: Transcripts,
) -> None:
    org.add(as_text, conversationStartTime=1)
    org.add(as_text, startTime=2)
    state = run_tap(org.config).states()[-1]
    org.refuses = "startTime"
    org.rows.pop()

    run = run_tap({**org.config, "lookback_hours": 72}, state=state)

    assert run.error is None
    assert set(run.ids()) == org.ids


@pytest.mark.thorough
def test_window_of_more_than_one_search_may_match_is_halved_by_either_field(
    org: Transcripts,
) -> None:
    for number in range(1500):
        field = FIELDS[number % 5 > 0]  # 300 and 1,200
        org.add(as_text, **{field: 24 * number / 1500})

    run = run_tap(org.config)

    assert run.error is None
    assert set(run.ids()) == org.ids


def listed(*ids: str, total: int | None = None, **more: str) -> Page:
    return Page([{"transcriptId": one, **more} for one in ids], total, {})


@pytest.mark.parametrize(
    ("announced", "totals"),
    [
        (2, [5, 5, 5]),  # one of the two others has the field as well
        (None, [5, 5, 5]),
        (4, [7, 7, 7]),  # two that were announced did not come
    ],
)
def test_lists_by_two_fields_are_one_with_a_total_of_both(
    announced: int | None, totals: list[int]
) -> None:
    dated = [listed("a", "b", total=4), listed("c", "d", total=4)]
    others = [listed("e", total=announced), listed("d", total=announced)]
    pages = list(merge("startTime", dated, others))
    assert [page.total for page in pages] == totals
    found = [one["transcriptId"] for page in pages for one in page.records]
    assert found == ["a", "b", "c", "d", "e"]


def test_list_that_another_adds_nothing_to_stays_as_it_is() -> None:
    dated = [listed("a", total=1)]
    assert list(merge("startTime", dated, [listed("b", total=1, startTime="x")])) == dated
    assert list(merge("startTime", [listed("a")], [listed()])) == [listed("a")]
