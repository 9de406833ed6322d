"""Whether one window is complete, on a platform whose answers do not hold together."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from tap_genesys_search.client import PlatformClient
from tap_genesys_search.errors import IncompleteSearchError
from tap_genesys_search.open_jobs import OpenJobs
from tap_genesys_search.search import Search
from tap_genesys_search.search_apis.interaction_search import InteractionSearch
from tap_genesys_search.windows import Window
from tests.scripted_platform import Answer, FakeClock, ScriptedPlatform

if TYPE_CHECKING:
    from pytest_httpserver import HTTPServer

START = datetime(2026, 1, 5, tzinfo=timezone.utc)
WINDOW = Window(START, START + timedelta(days=1))


@pytest.fixture
def platform(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> ScriptedPlatform:
    return ScriptedPlatform(httpserver, FakeClock().install(monkeypatch))


def open_search(platform: ScriptedPlatform) -> Search:
    settings = platform.settings(page_size=5)
    api = InteractionSearch(PlatformClient(settings), settings)
    return Search(api, WINDOW, settings, OpenJobs())


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
    return [record["id"] for record in search.interactions()]


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
    with pytest.raises(IncompleteSearchError, match=r"yields 5 of \d+.*in each of 3 readings"):
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
    platform: ScriptedPlatform, caplog: pytest.LogCaptureFixture
) -> None:
    script(platform, *[page(5, *"aabcd")] * 2)
    search = open_search(platform)
    assert ids_of(search) == list("aabcd") * 2
    assert "only 4 ids in its 5 interactions" in caplog.text
    assert search.audit("completed", None)["hit_rate_percentage"] == 80


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
