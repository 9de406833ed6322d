"""What holds for every search API, so also for the next one that is entered."""

from __future__ import annotations

from datetime import timedelta
from itertools import chain
from typing import TYPE_CHECKING, Any

import pytest

from genesys_cloud_simulator import Fault, Org, Simulator
from tap_genesys_search.clock import SYSTEM_CLOCK
from tap_genesys_search.errors import (
    RequestError,
    SearchFailedError,
    TapGenesysSearchError,
    TooManyMatchesError,
)
from tap_genesys_search.jobs.job_log import JobLog
from tap_genesys_search.platform.client import PlatformClient
from tap_genesys_search.search_apis import SEARCH_APIS
from tap_genesys_search.search_apis.page import Page
from tap_genesys_search.windows.window import Window
from tests.support.scripted_platform import Answer, ScriptedPlatform, refusal
from tests.support.search_api_wires import SUBMISSIONS, WINDOW, WIRES, Wire
from tests.support.singer_run import run_tap

if TYPE_CHECKING:
    from tap_genesys_search.clock import Clock
    from tap_genesys_search.settings.parse import Settings

EVERY_API = pytest.mark.parametrize("api", SEARCH_APIS)
THAT_COUNTS = pytest.mark.parametrize("api", [name for name, wire in WIRES.items() if wire.total])
NO_RECORDS = pytest.mark.parametrize(
    "records", [(), (None,), ([],)], ids=["absent", "null", "empty"]
)


@pytest.fixture
def wire(api: str) -> Wire:
    return WIRES[api]


@pytest.fixture
def config(config: dict[str, Any], api: str) -> dict[str, Any]:
    return {**config, "search_api": api}


def search(
    api: str,
    settings: Settings,
    job_log: JobLog | None = None,
    window: Window = WINDOW,
    clock: Clock = SYSTEM_CLOCK,
) -> list[Page]:
    searched = SEARCH_APIS[api](PlatformClient(settings, clock), settings)
    return list(searched.pages(window, job_log or JobLog()))


def sizes(pages: list[Page]) -> list[int]:
    return [len(page.records) for page in pages]


def ids(pages: list[Page], wire: Wire) -> list[str]:
    return [record[wire.record_id] for page in pages for record in page.records]


# One search, over a platform that answers what is written here.


def test_each_search_api_is_entered_by_its_name_and_has_a_wire() -> None:
    assert {name: api.name for name, api in SEARCH_APIS.items()} == {name: name for name in WIRES}


@EVERY_API
def test_payload_is_exactly_the_models(platform: ScriptedPlatform, api: str, wire: Wire) -> None:
    pages = wire.page(0, 2, 5), wire.page(2, 4, 5), wire.page(4, 5, 5)
    platform.script(*wire.script(pages))

    search(api, platform.settings(page_size=2), clock=platform.clock)

    posts = [request for request in platform.api_requests if request.method == "POST"]
    searched = [(wire.path, body) for body in wire.bodies]
    assert [(request.path, request.json) for request in posts] == [*searched, *wire.further]
    assert {request.headers["Content-Type"] for request in posts} == {"application/json"}


@EVERY_API
def test_each_request_is_signed_and_only_what_is_posted_has_a_body(
    platform: ScriptedPlatform, api: str, wire: Wire
) -> None:
    platform.script(*wire.script((wire.page(0, 1, 1),)))

    search(api, platform.settings(), clock=platform.clock)

    assert platform.api_requests
    assert {request.authorization for request in platform.api_requests} == {"Bearer token-1"}
    for request in platform.api_requests:
        assert (request.method, bool(request.text)) in {("POST", True), ("GET", False)}


@EVERY_API
def test_pages_are_read_one_after_the_other_until_the_total(
    platform: ScriptedPlatform, api: str, wire: Wire
) -> None:
    answers = wire.script((wire.page(0, 2, 5), wire.page(2, 4, 5), wire.page(4, 5, 5)))
    platform.script(*answers)

    pages = search(api, platform.settings(page_size=2), clock=platform.clock)

    assert sizes(pages) == [2, 2, 1]
    assert ids(pages, wire) == [f"c-{number}" for number in range(5)]
    assert {page.total for page in pages} == {5 if wire.total else None}
    assert len(platform.api_requests) == len(answers) + len(wire.further) + wire.compared


@EVERY_API
@pytest.mark.parametrize("page_size", [2, 500])
def test_short_page_that_ends_with_the_total_is_the_last(
    platform: ScriptedPlatform, api: str, wire: Wire, page_size: int
) -> None:
    answers = wire.script((wire.page(0, 1, 1),))
    platform.script(*answers)

    assert sizes(search(api, platform.settings(page_size=page_size), clock=platform.clock)) == [1]
    assert len(platform.api_requests) == len(answers) + len(wire.further)


@THAT_COUNTS
def test_full_page_that_ends_with_the_total_is_not_taken_for_the_last(
    platform: ScriptedPlatform, api: str, wire: Wire
) -> None:
    platform.script(*wire.script((wire.page(0, 2, 4), wire.page(2, 4, 4), wire.page(4, 4, 4))))

    assert sizes(search(api, platform.settings(page_size=2), clock=platform.clock)) == [2, 2, 0]


@THAT_COUNTS
@NO_RECORDS
def test_empty_page_ends_the_search_short_of_its_total(
    platform: ScriptedPlatform, api: str, wire: Wire, records: tuple[object, ...]
) -> None:
    platform.script(*wire.script((wire.page(0, 2, 5), wire.lacking(records, 5))))

    pages = search(api, platform.settings(page_size=2), clock=platform.clock)

    assert [(len(page.records), page.total) for page in pages] == [(2, 5), (0, 5)]


@THAT_COUNTS
@pytest.mark.parametrize(
    ("page_size", "ends", "totals"),
    [(2, (2, 4, 5), (3, 5, 5)), (100, (2, 3, 4), (3, 4, 4))],
    ids=["full pages", "short pages"],
)
def test_total_that_grows_between_pages_is_followed(
    platform: ScriptedPlatform,
    api: str,
    wire: Wire,
    page_size: int,
    ends: tuple[int, ...],
    totals: tuple[int, ...],
) -> None:
    pages = map(wire.page, (0, *ends), (*ends, ends[-1]), (*totals, totals[-1]))
    platform.script(*wire.script(tuple(pages)))

    found = search(api, platform.settings(page_size=page_size), clock=platform.clock)

    assert ids(found, wire) == [f"c-{number}" for number in range(ends[-1])]
    assert 0 not in sizes(found)[:3]


@EVERY_API
@NO_RECORDS
def test_window_without_records_yields_one_empty_page(
    platform: ScriptedPlatform, api: str, wire: Wire, records: tuple[object, ...]
) -> None:
    platform.script(*wire.script((wire.lacking(records, 0),)))

    assert search(api, platform.settings(), clock=platform.clock) == [
        Page([], 0 if wire.total else None, {})
    ]


@EVERY_API
@pytest.mark.parametrize("records", [{"c-1": {}}, "none", [{}, "c-1"], [None]])
def test_records_that_are_no_list_of_objects_are_refused_with_their_path(
    platform: ScriptedPlatform, api: str, wire: Wire, records: object
) -> None:
    platform.script(*wire.script(({wire.records: records} | wire.counted(1),)))

    with pytest.raises(SearchFailedError) as failed:
        search(api, platform.settings(), clock=platform.clock)

    assert f"{wire.page_path} answered " in str(failed.value)
    assert f" {wire.records} that are not a list of objects" in str(failed.value)


@THAT_COUNTS
@pytest.mark.parametrize("total", ["1", 1.5, True, -1])
def test_total_that_is_no_count_is_refused_with_its_path(
    platform: ScriptedPlatform, api: str, wire: Wire, total: object
) -> None:
    platform.script(*wire.script((wire.page(0, 1, 1) | wire.counted(total),)))

    with pytest.raises(SearchFailedError) as failed:
        search(api, platform.settings(), clock=platform.clock)

    assert f"{wire.page_path} answered " in str(failed.value)
    assert f" a {wire.total} that is not a count" in str(failed.value)


@THAT_COUNTS
def test_more_matches_than_the_user_allows_are_too_many(
    platform: ScriptedPlatform, api: str, wire: Wire
) -> None:
    # Longer than a day, which some could split by other means.
    window = Window(WINDOW.start, WINDOW.start + timedelta(days=2))
    answers = wire.script((wire.page(0, 8, 8),))
    platform.script(*answers)

    with pytest.raises(TooManyMatchesError) as too_many:
        search(
            api, platform.settings(max_records_per_search=7), window=window, clock=platform.clock
        )

    assert too_many.value.total == 8
    assert f"Window {window} matches 8 " in str(too_many.value)
    assert "one search may match 7" in str(too_many.value)
    assert len(platform.api_requests) == len(answers)


@EVERY_API
def test_tally_counts_requests_sent_again(platform: ScriptedPlatform, api: str, wire: Wire) -> None:
    *first, last = wire.script((wire.page(0, 2, 3), wire.page(2, 3, 3)))
    failing = [one for answer in first for one in (refusal(503), answer)]
    platform.script(*failing, refusal(429), refusal(502), last)
    job_log = JobLog()

    search(api, platform.settings(page_size=2), job_log, clock=platform.clock)

    assert job_log.retries == len(first) + 2


@EVERY_API
@pytest.mark.parametrize("nothing", [Answer("", 202), Answer("", 204), Answer("")])
def test_answer_without_a_body_is_not_an_empty_page(
    platform: ScriptedPlatform, api: str, wire: Wire, nothing: Answer
) -> None:
    answers = wire.script((wire.page(0, 2, 3), wire.page(2, 3, 3)))
    slow = ([each] if each in SUBMISSIONS else [nothing, each] for each in answers)
    platform.script(*chain.from_iterable(slow))

    assert ids(search(api, platform.settings(page_size=2), clock=platform.clock), wire) == [
        "c-0",
        "c-1",
        "c-2",
    ]


@EVERY_API
def test_error_that_comes_as_a_success_is_not_an_empty_page(
    platform: ScriptedPlatform, api: str, wire: Wire
) -> None:
    error = {"message": "Index is gone", "code": "internal.server.error", "status": 500}
    *first, _ = wire.script((wire.page(0, 1, 1),))
    platform.script(*first, Answer(error))

    with pytest.raises(RequestError, match='answered 200 with an error: "Index is gone"'):
        search(api, platform.settings(max_retries=0), clock=platform.clock)


@EVERY_API
@pytest.mark.parametrize(
    "error",
    [
        {"message": "Index is gone"},
        {"code": "internal.server.error"},
        {"error": "Internal Server Error"},
        {"status": "error"},
        {"message": "Index is gone", "status": "error", "contextId": "c-1", "details": []},
        {"message": "Index is gone", "results": [], "conversations": [], "total": 0},
    ],
)
def test_error_in_words_alone_is_not_an_empty_page(
    platform: ScriptedPlatform, api: str, wire: Wire, error: dict[str, Any]
) -> None:
    *first, _ = wire.script((wire.page(0, 1, 1),))
    platform.script(*first, Answer(error))

    with pytest.raises(TapGenesysSearchError, match=r"with an error|so the search has failed"):
        search(api, platform.settings(max_retries=0), clock=platform.clock)


@EVERY_API
def test_word_beside_records_is_no_error(platform: ScriptedPlatform, api: str, wire: Wire) -> None:
    platform.script(*wire.script((wire.page(0, 1, 1, message="One index is slow"),)))

    assert ids(search(api, platform.settings(), clock=platform.clock), wire) == ["c-0"]


# Whole runs, over the simulator.


@pytest.mark.thorough
@EVERY_API
def test_everything_in_the_org_comes_exactly_once_and_in_order(
    config: dict[str, Any], org: Org, wire: Wire
) -> None:
    run = run_tap({**config, "page_size": 10})

    assert run.error is None
    assert len(run.ids()) > 50
    assert run.ids() == [each for each, _ in wire.records_of(org)]


@pytest.mark.thorough
@EVERY_API
@pytest.mark.parametrize("hours", [6, 7.5, 10, 24])
def test_windows_hold_each_record_once_and_where_it_belongs(
    config: dict[str, Any], org: Org, api: str, wire: Wire, hours: float
) -> None:
    run = run_tap({**config, "window_hours": hours})

    assert run.error is None
    audits = run.records("search_audits")
    windows = {each["search_id"]: (each["window_start"], each["window_end"]) for each in audits}
    of_org = wire.records_of(org)
    assert run.ids() == [each for each, _ in of_org]
    for record in run.records("interactions"):
        start, end = windows[record["search_id"]]
        assert start <= record["timestamp"] < end
    for audit in audits:
        start, end = windows[audit["search_id"]]
        count = sum(start <= moment < end for _, moment in of_org)
        assert audit["total_matching_records"] == audit["extracted_records"] == count
        assert audit["hit_rate_percentage"] == (100 if count else 0)
        assert (audit["search_api"], audit["status"]) == (api, "completed")


@EVERY_API
def test_records_without_a_start_are_never_lost(
    config: dict[str, Any], org: Org, simulator: Simulator, wire: Wire
) -> None:
    simulator.faults.schedule(Fault("missing_timestamp", on=wire.operation, times=None))

    run = run_tap({**config, "window_hours": 12})

    assert run.error is None
    assert set(run.ids()) == {each for each, _ in wire.records_of(org)}


@pytest.mark.thorough
@EVERY_API
def test_run_survives_a_passing_error_and_an_expired_token(
    config: dict[str, Any], org: Org, simulator: Simulator, wire: Wire
) -> None:
    simulator.faults.schedule(
        Fault("server_error", on=wire.operation, nth=1),
        Fault("expired_token", on=wire.operation, nth=3),
    )

    run = run_tap({**config, "page_size": 10})

    assert run.error is None
    assert run.ids() == [each for each, _ in wire.records_of(org)]
    assert simulator.log.by_fault.total() == 2
