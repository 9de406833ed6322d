"""Whether one window is complete, on a platform whose answers do not hold together."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone
from itertools import count
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from typing_extensions import override

from tap_genesys_search.clock import SYSTEM_CLOCK
from tap_genesys_search.errors import (
    IncompleteSearchError,
    ResultExpiredError,
    SearchAbandonedError,
    SearchFailedError,
    TooManyMatchesError,
)
from tap_genesys_search.jobs.open_jobs import OpenJobs
from tap_genesys_search.platform.client import PlatformClient
from tap_genesys_search.records.fields import read_dotted
from tap_genesys_search.search.audit import search_id
from tap_genesys_search.search.search import Search
from tap_genesys_search.search_apis.base import SearchApi
from tap_genesys_search.search_apis.interaction_search import InteractionSearch
from tap_genesys_search.search_apis.page import Page
from tap_genesys_search.windows.window import Window
from tests.support.scripted_platform import Answer, ScriptedPlatform, make_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_genesys_search.jobs.job_log import JobLog

START = datetime(2026, 1, 5, tzinfo=timezone.utc)
WINDOW = Window(START, START + timedelta(days=1))


def open_search(platform: ScriptedPlatform) -> Search:
    settings = platform.settings(page_size=5)
    api = InteractionSearch(PlatformClient(settings, platform.clock), settings)
    return Search(api, WINDOW, settings, OpenJobs())


class ScriptedApi(SearchApi):
    """Answers each reading with the pages written down for it, or fails where it says so."""

    name: ClassVar[str] = "scripted"
    lookback: ClassVar[timedelta] = timedelta(0)
    permissions: ClassVar[tuple[str, ...]] = ()

    def __init__(self, readings: list[list[Page | Exception]], seconds: float) -> None:
        settings = make_settings()
        super().__init__(PlatformClient(settings), settings)
        self._readings = iter(readings)
        self._seconds = seconds
        self._numbers = count()

    @override
    def probe(self, job_log: JobLog) -> None:
        raise NotImplementedError

    @override
    def search_least(self, window: Window, job_log: JobLog) -> None:
        raise NotImplementedError

    @override
    def pages(self, window: Window, job_log: JobLog) -> Iterator[Page]:
        assert window == WINDOW
        job_log.job_opened("window", f"q-{next(self._numbers)}")
        job_log.job_closed("window")
        job_log.count_poll()
        job_log.count_retry()
        for page in next(self._readings):
            time.sleep(self._seconds)
            if isinstance(page, Exception):
                raise page
            job_log.count_page()
            yield page

    @staticmethod
    @override
    def read_field(record: dict[str, Any], field: str) -> Any:
        return read_dotted(record, field)

    @override
    def is_within(self, record: dict[str, Any], window: Window) -> bool:
        assert window == WINDOW
        return not str(record.get("id") or record.get("name")).isupper()


def scripted_search(
    readings: list[list[Page | Exception]], *, seconds: float = 0, most_pages: int | None = None
) -> Search:
    api = ScriptedApi(readings, seconds)
    return Search(api, WINDOW, make_settings(), OpenJobs(), most_pages)


def rows(ids: str) -> list[dict[str, Any]]:
    return [{"id": each} for each in ids]


def page(total: int, *ids: object, **shared: Any) -> tuple[Answer, Answer]:
    """Answer the submission of a page, and its first poll."""
    records = [{"id": each, **shared} for each in ids]
    return (
        Answer({"id": "q", "status": "pending"}),
        Answer({"status": "completed", "results": records, "totalMatchingRecords": total}),
    )


def script(platform: ScriptedPlatform, *pages: tuple[Answer, Answer]) -> None:
    platform.script(*(answer for each in pages for answer in each))


def ids_of(search: Search) -> list[str]:
    return [each for page in search.pages() for each in page.interactions["id"]]


def test_record_that_leaves_between_two_pages_takes_none_with_it(
    platform: ScriptedPlatform,
) -> None:
    # The first record left, so page two starts one record late: f is passed over.
    first, late = page(10, *"abcde"), page(9, *"ghij")
    again = (page(9, *"bcdef"), page(9, *"ghij"))
    script(platform, first, late, *again)
    search = open_search(platform)
    assert set(ids_of(search)) == set("abcdefghij")
    audit = search.audit("completed", None)
    assert (audit["total_matching_records"], audit["extracted_records"]) == (9, 9)


@pytest.mark.parametrize(
    "pages",
    [
        [page(10, *"abcde"), page(5)],
        [page(0, *"abcde")],
        [page(10, *"abcde"), page(10)],
        [page(10, *"abcde"), page(10, *"abcde")],
    ],
    ids=["total falls", "total below what came", "page missing", "page repeated"],
)
def test_window_that_never_agrees_with_its_total_is_not_complete(
    platform: ScriptedPlatform, pages: list[tuple[Answer, Answer]]
) -> None:
    script(platform, *pages * 3)
    search = open_search(platform)
    with pytest.raises(
        IncompleteSearchError,
        match=r"yields 5 (of \d+.*|interactions, counted as \d+), in each of 3 readings",
    ):
        ids_of(search)


def test_total_that_grows_while_the_page_repeats_ends(platform: ScriptedPlatform) -> None:
    script(platform, *(page(10 * number, *"abcde") for number in range(1, 40)))
    search = open_search(platform)
    with pytest.raises(IncompleteSearchError):
        ids_of(search)
    assert len(platform.api_requests) < 20


def test_missing_records_do_not_hide_behind_surrogates_of_an_earlier_reading(
    platform: ScriptedPlatform,
) -> None:
    def half(score: float) -> list[tuple[Answer, Answer]]:
        return [page(4, None, None, relevanceScore=score), page(4)]

    script(platform, *half(0.1), *half(0.2), *half(0.3))
    with pytest.raises(IncompleteSearchError, match="yields 2 of 4"):
        ids_of(open_search(platform))


def test_ids_that_records_share_for_good_are_a_warning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    records = [{"id": "a", "type": "call"}, {"id": "a", "type": "chat"}, *rows("bcd")]
    search = scripted_search([[Page(records, 5, {})]] * 2)
    assert ids_of(search) == list("aabcd") * 2
    assert "only 4 ids in its 5 interactions" in caplog.text
    assert search.audit("completed", None)["hit_rate_percentage"] == 80
    assert search.is_read


def test_record_that_comes_again_as_it_was_may_stand_where_another_should() -> None:
    # Page two begins one record too early, each time: e is passed over.
    def overlapping(score: float) -> list[Page | Exception]:
        again = {"id": "b", "relevanceScore": score}
        return [Page(rows("ab"), 5, {}), Page([again, *rows("cd")], 5, {})]

    search = scripted_search([overlapping(0.1), overlapping(0.2), overlapping(0.3)])
    with pytest.raises(IncompleteSearchError, match="yields 4 of 5 interactions"):
        ids_of(search)
    assert not search.is_read


def test_shared_id_alone_on_the_last_page_is_not_for_ever() -> None:
    pages: list[Page | Exception] = [
        Page(rows("ab"), 3, {}),
        Page([{"id": "a", "type": "chat"}], 3, {}),
    ]
    assert ids_of(scripted_search([pages, pages])) == ["a", "b", "a"] * 2


def test_page_that_comes_again_is_no_other_one_even_without_ids() -> None:
    nameless: list[Any] = [{"type": "call"}, {"type": "chat"}]
    pages: list[Page | Exception] = [Page(nameless, 4, {}), Page(list(nameless), 4, {})]
    with pytest.raises(IncompleteSearchError, match="yields 2 of 4 interactions"):
        ids_of(scripted_search([pages] * 3))


def test_page_that_only_repeats_is_an_error_of_its_own_where_no_total_is_known() -> None:
    search = scripted_search([[Page(rows("ab"), None, {}), Page(rows("ab"), None, {})]] * 3)
    with pytest.raises(IncompleteSearchError) as failed:
        ids_of(search)
    assert str(failed.value) == (
        f"Window {WINDOW} yields 2 interactions, and then only repeats them, in each of 3 readings"
    )
    assert search.audit("failed", failed.value)["total_matching_records"] is None


def test_pages_without_a_total_are_complete_with_the_last() -> None:
    search = scripted_search(
        [[Page(rows("ab"), None, {}), Page([], None, {}), Page(rows("c"), None, {})]]
    )
    assert ids_of(search) == ["a", "b", "c"]
    audit = search.audit("completed", None)
    assert (audit["total_matching_records"], audit["hit_rate_percentage"]) == (3, 100)


def test_result_that_expires_is_searched_again_and_counts_once() -> None:
    expired = ResultExpiredError("gone")
    search = scripted_search(
        [[Page(rows("ab"), 3, {}), expired], [Page(rows("ab"), 3, {}), Page(rows("c"), 3, {})]]
    )
    assert ids_of(search) == ["a", "b", "a", "b", "c"]
    audit = search.audit("completed", None)
    assert (audit["total_matching_records"], audit["extracted_records"]) == (3, 3)
    assert audit["page_count"] == 3
    assert audit["poll_count"] == 2


def test_result_that_always_expires_is_an_error_after_three_readings(
    caplog: pytest.LogCaptureFixture,
) -> None:
    search = scripted_search([[ResultExpiredError("gone")]] * 3)
    said = r"^gone, in each of 3 readings\. Run again; if it recurs, report it to Genesys support$"
    with pytest.raises(ResultExpiredError, match=said):
        ids_of(search)
    assert caplog.text.count("gone: reading the window again") == 2


def test_totals_that_differ_are_all_named() -> None:
    with pytest.raises(IncompleteSearchError, match="yields 1 interaction, counted as 0"):
        ids_of(scripted_search([[Page(rows("a"), 0, {})]] * 3))
    pages: list[Page | Exception] = [Page(rows("a"), 9, {}), Page(rows("b"), 10, {})]
    with pytest.raises(IncompleteSearchError, match="yields 2 of 9, then 10 interactions"):
        ids_of(scripted_search([pages] * 3))


def test_records_outside_of_the_window_count_for_the_total_and_are_left_out() -> None:
    search = scripted_search([[Page(rows("aXbY"), 4, {})]])
    assert ids_of(search) == ["a", "b"]
    audit = search.audit("completed", None)
    assert (audit["total_matching_records"], audit["extracted_records"]) == (2, 2)
    assert audit["hit_rate_percentage"] == 100


def test_records_outside_of_the_window_without_an_id_are_told_by_all_they_hold() -> None:
    nameless: list[dict[str, Any]] = [
        {"name": "A", "score": 1},
        {"name": "B"},
        {"id": None, "name": "C"},
    ]
    search = scripted_search([[Page([*nameless, *rows("a")], 4, {})]])
    assert ids_of(search) == ["a"]
    assert search.audit("completed", None)["total_matching_records"] == 1


def test_ids_shared_inside_and_outside_are_compared_by_where_they_are() -> None:
    def shared(ids: str) -> list[Page | Exception]:
        return [Page([{"id": each, "n": n} for n, each in enumerate(ids)], 4, {})]

    search = scripted_search([shared("aaXX"), shared("aXYY"), shared("aXYY")])
    assert ids_of(search) == ["a", "a", "a", "a"]


def test_rows_of_all_pages_count_where_ids_are_shared() -> None:
    shared = [{"id": "a", "type": "call"}, {"id": "a", "type": "chat"}]
    pages: list[Page | Exception] = [Page(shared, 3, {}), Page(rows("b"), 3, {})]
    assert ids_of(scripted_search([pages, pages])) == ["a", "a", "b"] * 2


def test_window_without_matches_has_a_hit_rate_of_0() -> None:
    search = scripted_search([[Page([], 0, {})]])
    assert ids_of(search) == []
    audit = search.audit("completed", None)
    assert (audit["hit_rate_percentage"], audit["error"]) == (0, None)


def test_search_knows_its_id_before_it_begins() -> None:
    search = scripted_search([])
    assert search.id == search_id("scripted", WINDOW, make_settings())
    assert search.total is None


def test_facets_come_with_the_first_page_which_is_read_once() -> None:
    search = scripted_search(
        [[Page(rows("a"), 2, {"kind": ["x"]}), Page(rows("b"), 2, {"kind": ["late"]})]]
    )
    (facet,) = search.facets()
    assert (facet["facet"], facet["bucket_key"], facet["search_id"]) == ("kind", "x", search.id)
    assert (facet["window_start"], facet["window_end"]) == (
        "2026-01-05T00:00:00.000Z",
        "2026-01-06T00:00:00.000Z",
    )
    assert ids_of(search) == ["a", "b"]
    assert list(search.facets()) == [facet]


def test_facets_are_those_of_the_reading_that_was_complete() -> None:
    search = scripted_search(
        [[Page(rows("a"), 2, {"kind": ["x"]})], [Page(rows("ab"), 2, {"kind": ["y"]})]]
    )
    ids_of(search)
    assert [facet["bucket_key"] for facet in search.facets()] == ["y"]


def test_no_more_pages_are_read_than_wanted() -> None:
    search = scripted_search([[Page(rows("a"), 3, {"kind": ["x"]})] * 3], most_pages=1)
    assert len(list(search.facets())) == 1
    assert search.audit("completed", None)["page_count"] == 1


def test_interactions_go_on_where_they_were_left_off_and_finish_reads_the_rest() -> None:
    search = scripted_search([[Page(rows("ab"), 3, {}), Page(rows("c"), 3, {})]])
    assert next(search.pages()).interactions["id"] == ["a", "b"]
    search.finish()
    assert next(search.pages(), None) is None
    assert search.audit("completed", None)["extracted_records"] == 3


def test_too_many_matches_leave_their_total_in_the_audit() -> None:
    search = scripted_search([[TooManyMatchesError("too many", 99)]])
    with pytest.raises(TooManyMatchesError):
        ids_of(search)
    audit = search.audit("split", None)
    assert (audit["total_matching_records"], audit["extracted_records"]) == (99, 0)
    assert audit["hit_rate_percentage"] == 0


def test_pages_are_read_ahead_by_what_a_search_is_started_with() -> None:
    started: list[Any] = []

    def ahead(pages: Any) -> Any:
        started.append(pages)
        return pages

    search = scripted_search([[Page(rows("a"), 2, {})], [Page(rows("ab"), 2, {})]])
    search.start(ahead)
    assert len(started) == 1
    assert ids_of(search) == ["a", "a", "b"]
    assert len(started) == 2


def test_search_that_is_cancelled_gives_its_jobs_up_and_lets_no_one_wait() -> None:
    search = scripted_search([[Page(rows("a"), 1, {})]])
    ids_of(search)
    (job_log,) = search.job_logs
    job_log.job_opened("window", "j-1")
    scripted_search([]).cancel()  # has not begun
    search.cancel()
    assert job_log.jobs.to_state() == []
    with pytest.raises(SearchAbandonedError):
        job_log.pause(60, SYSTEM_CLOCK)


def test_audit_has_every_column_and_says_how_long_the_platform_took() -> None:
    search = scripted_search([[Page([{"id": "a", "type": None}], 1, {})]], seconds=0.02)
    ids_of(search)
    audit = search.audit("failed", SearchFailedError("broken"))
    assert audit.pop("started_at") <= audit.pop("completed_at")
    assert 20 <= audit.pop("latency_ms") < 5000
    assert audit == {
        "search_id": search.id,
        "search_api": "scripted",
        "query_ids": ["q-0"],
        "window_start": "2026-01-05T00:00:00.000Z",
        "window_end": "2026-01-06T00:00:00.000Z",
        "status": "failed",
        "poll_count": 1,
        "page_count": 1,
        "retry_count": 1,
        "total_matching_records": 1,
        "extracted_records": 1,
        "hit_rate_percentage": 100.0,
        "missing_fields": ["customer.name", "media.type", "relevanceScore", "timestamp"],
        "defaults_applied": {
            "customer_name": 1,
            "media_type": 1,
            "metadata": 1,
            "relevance_score": 1,
            "timestamp": 1,
            "type": 1,
        },
        "error": "broken. Run again; if it recurs, report it to Genesys support",
    }
    # The parts of a split window follow, so there is nothing to do.
    assert search.audit("split", SearchFailedError("broken"))["error"] == "broken"


def test_search_that_was_not_begun_has_cost_nothing() -> None:
    audit = scripted_search([]).audit("failed", SearchFailedError("No"))
    costs = ("latency_ms", "poll_count", "page_count", "retry_count", "query_ids")
    assert [audit[name] for name in costs] == [0, 0, 0, 0, []]
    assert (audit["total_matching_records"], audit["extracted_records"]) == (None, 0)
    assert audit["error"] == "No. Run again; if it recurs, report it to Genesys support"
    assert scripted_search([]).audit("split", SearchFailedError("No"))["error"] == "No"


def test_hit_rate_has_two_decimals() -> None:
    search = scripted_search([[Page(rows("ab"), 3, {})]] * 3)
    with pytest.raises(IncompleteSearchError):
        ids_of(search)
    assert search.audit("incomplete", None)["hit_rate_percentage"] == 66.67


def test_search_has_the_same_id_in_every_run_and_another_one_for_anything_else() -> None:
    settings = make_settings()
    known = search_id("interaction_search", WINDOW, settings)
    assert known == "88b1aebe6764e434df9ecfa6e5265f25"
    others = [
        search_id("conversation_jobs", WINDOW, settings),
        search_id("interaction_search", Window(WINDOW.start, WINDOW.end + WINDOW.length), settings),
        search_id("interaction_search", WINDOW, make_settings(client_id="another")),
        search_id("interaction_search", WINDOW, make_settings(fields=["id"])),
        search_id("interaction_search", WINDOW, make_settings(filters=[{"a": 1}])),
        search_id("interaction_search", WINDOW, make_settings(facets=["queueId"])),
        search_id("interaction_search", WINDOW, settings, ["active"]),
    ]
    assert len({known, *others}) == 8


def test_search_has_the_same_id_however_its_filters_are_written() -> None:
    one, other = ({"a": 1, "b": 2}, {"b": 2, "a": 1})
    assert search_id("interaction_search", WINDOW, make_settings(filters=[one])) == search_id(
        "interaction_search", WINDOW, make_settings(filters=[other])
    )


def test_failed_query_says_where_why_and_by_which_correlation_id(
    platform: ScriptedPlatform,
) -> None:
    submitted, _ = page(0)
    platform.script(
        submitted,
        Answer(
            {"status": "failed", "message": "Index partition 7 is unavailable"},
            headers={"ININ-Correlation-Id": "corr-42"},
        ),
    )
    with pytest.raises(Exception, match="answered status 'failed'") as failed:
        ids_of(open_search(platform))
    assert "GET /api/v2/analytics/conversations/details/query/q" in str(failed.value)
    assert "(correlation id corr-42)" in str(failed.value)
    assert "Index partition 7 is unavailable" in str(failed.value)
