"""Lists that the platform pages only so far through, against a server written from reports."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from genesys_cloud_simulator import Org
from genesys_cloud_simulator.org.directory import USERS
from tap_genesys_search.streams.lookups.lists import LOOKUPS
from tests.support.reported_org import answer, moment, refuse
from tests.support.running_simulator import running_simulator
from tests.support.scripted_platform import CLIENT_ID, CLIENT_SECRET, Answer
from tests.support.singer_run import SingerRun, catalog_of, run_tap

if TYPE_CHECKING:
    from pytest_httpserver import HTTPServer
    from werkzeug import Request, Response

    from tests.support.scripted_platform import ScriptedPlatform

pytestmark = pytest.mark.thorough

# The platform's list ends at the 10,000th user. Where does not matter to the tap, which is refused.
CAP = 2_000
STATUS = "user_status_aggregates"
HALF_HOUR = timedelta(minutes=30)


class UserList:
    """`GET /api/v2/users`, which ends early, and aggregates of users."""

    def __init__(self, server: HTTPServer, **states: int) -> None:
        self.users = [
            {"id": f"{state}-{number:05}", "name": f"{number}", "state": state}
            for state, count in states.items()
            for number in range(count)
        ]
        self.largest_page = 500
        self.cap = CAP
        self.has_totals = True
        self.largest_total: int | None = None
        self.leaving: dict[int, int] = {}
        self.knows_order = True
        self.refused: dict[str, str] = {}
        self.failing = False
        self.most_figures = 100_000
        self.listings = 0
        self.asked_for: set[str] = set()
        url = server.url_for("").rstrip("/")
        self.config = {
            "client_id": "a-client",
            "client_secret": "a-secret",
            "auth_url": url,
            "api_url": url,
            "search_api": "conversation_query",
            "start_date": "2026-01-05",
            "end_date": "2026-01-06",
            "requests_per_minute": 100_000,
        }
        server.expect_request(re.compile(".*")).respond_with_handler(self._answer)

    @property
    def ids(self) -> set[str]:
        return {user["id"] for user in self.users}

    def _answer(self, request: Request) -> Response:
        if request.path == "/oauth/token":
            return answer({"access_token": "t", "expires_in": 86_400})
        if request.path == "/api/v2/users":
            return self._list(request)
        asked = request.json
        named = [one["value"] for one in asked["filter"]["predicates"]]
        start, end = map(moment, asked["interval"].split("/"))
        if len(named) * (end - start) / HALF_HOUR > self.most_figures:
            return refuse(413, "response.entity.too.large", "Reduce what is asked for")
        self.asked_for.update(named)
        return answer({"results": []})

    def _list(self, request: Request) -> Response:
        self.listings += 1
        self.users = self.users[self.leaving.get(self.listings, 0) :]
        number, size = int(request.args["pageNumber"]), int(request.args["pageSize"])
        if self.failing:
            return refuse(409, "conflict", "Not now")
        if any(request.args.get(name) == value for name, value in self.refused.items()):
            return refuse(400, "bad.request", "A value is not known")
        if size > self.largest_page:
            return refuse(400, "response.entity.too.large", "Reduce pageSize or expand list")
        if number * size > self.cap:
            return refuse(400, "bad.request", "Unable to page that far")
        state = request.args["state"]
        found = [user for user in self.users if state in {"any", user["state"]}]
        if self.knows_order and request.args.get("sortOrder") == "descending":
            found.reverse()
        return answer(
            {
                "entities": found[(number - 1) * size : number * size],
                "pageSize": size,
                "pageNumber": number,
                **(self._totals(len(found), size) if self.has_totals else {}),
            }
        )

    def _totals(self, count: int, size: int) -> dict[str, int]:
        total = count if self.largest_total is None else min(count, self.largest_total)
        return {"pageCount": -(-total // size), "total": total}


def listed(users: UserList, **config: Any) -> set[str]:
    run = run_tap({**users.config, **config}, select=["users"], deselect=_SEARCHED)
    assert run.error is None
    return {record["id"] for record in run.records("users")}


_SEARCHED = ("interactions", "interaction_facets", "search_audits")


@pytest.mark.parametrize(
    "states",
    [
        {"active": 4_000},
        {"active": 1_800, "inactive": 1_000, "deleted": 1_200},
        {"active": 600, "deleted": 3_400},
    ],
)
def test_users_beyond_the_end_of_the_list_are_listed_in_parts(
    httpserver: HTTPServer, caplog: pytest.LogCaptureFixture, states: dict[str, int]
) -> None:
    users = UserList(httpserver, **states)
    assert listed(users) == users.ids
    assert "missing" not in caplog.text


def test_users_that_no_part_lists_are_counted_in_one_warning(
    httpserver: HTTPServer, caplog: pytest.LogCaptureFixture
) -> None:
    users = UserList(httpserver, active=4_300)
    assert len(listed(users)) == 4_000
    assert "300 are missing" in the_warning(caplog)


@pytest.mark.parametrize(
    "states",
    [{"active": 10_400}, {"active": 10_000}, {"active": 9_000, "deleted": 1_000}],
)
def test_complete_users_without_totals_are_no_warning(
    httpserver: HTTPServer, caplog: pytest.LogCaptureFixture, states: dict[str, int]
) -> None:
    users = UserList(httpserver, **states)
    users.has_totals, users.cap = False, 10_000
    assert listed(users) == users.ids
    assert "missing" not in caplog.text


@pytest.mark.parametrize(
    "states",
    [
        {"active": 10_000},
        {"active": 12_000, "deleted": 300},
        {"active": 9_000, "inactive": 5_000, "deleted": 6_000},
    ],
)
def test_users_whose_total_is_cut_off_are_listed_in_parts(
    httpserver: HTTPServer, caplog: pytest.LogCaptureFixture, states: dict[str, int]
) -> None:
    users = UserList(httpserver, **states)
    users.cap = users.largest_total = 10_000
    assert listed(users) == users.ids
    assert "missing" not in caplog.text


def test_users_that_no_part_lists_are_a_warning_where_totals_are_cut_off(
    httpserver: HTTPServer, caplog: pytest.LogCaptureFixture
) -> None:
    users = UserList(httpserver, active=20_300)
    users.cap = users.largest_total = 10_000
    assert len(listed(users)) == 20_000
    (warning,) = [one for one in caplog.messages if "missing" in one]
    assert "GET /api/v2/users counts 10,000 entries, the most that it lists" in warning
    assert "some may be missing" in warning


def test_list_that_is_cut_off_without_a_total_is_not_silent(
    httpserver: HTTPServer, caplog: pytest.LogCaptureFixture
) -> None:
    users = UserList(httpserver, active=4_300)
    users.has_totals = False
    assert len(listed(users)) == 4_000
    assert "some are missing" in the_warning(caplog)


def test_users_of_none_of_the_states_are_missing_too(
    httpserver: HTTPServer, caplog: pytest.LogCaptureFixture
) -> None:
    users = UserList(httpserver, active=2_000, deleted=500, suspended=700)
    assert len(listed(users)) == 2_500
    assert "700 are missing" in the_warning(caplog)


@pytest.mark.parametrize("refused", [{"sortOrder": "descending"}, {"state": "deleted"}])
def test_part_that_is_refused_does_not_keep_the_others_from_it(
    httpserver: HTTPServer, caplog: pytest.LogCaptureFixture, refused: dict[str, str]
) -> None:
    users = UserList(httpserver, active=2_400, deleted=100)
    users.refused = refused
    missing = 400 if "sortOrder" in refused else 100
    assert len(listed(users)) == 2_500 - missing
    assert f"{missing} are missing" in the_warning(caplog)


def test_list_without_another_end_is_not_read_for_ever(
    httpserver: HTTPServer, caplog: pytest.LogCaptureFixture
) -> None:
    users = UserList(httpserver, active=2_400)
    users.knows_order = False
    assert len(listed(users)) == 2_000
    assert "400 are missing" in the_warning(caplog)


def test_other_end_is_read_only_up_to_what_is_known(httpserver: HTTPServer) -> None:
    users = UserList(httpserver, active=2_400)
    assert listed(users) == users.ids
    # 5 pages of all, 5 of those that are active, one from their end, and the empty parts.
    assert users.listings == 5 + 5 + 1 + 2


def the_warning(caplog: pytest.LogCaptureFixture) -> str:
    (warning,) = [one for one in caplog.messages if "missing" in one]
    assert "Stream users" in warning
    assert "GET /api/v2/users answered 400" in warning
    return warning


def test_small_org_is_listed_once(httpserver: HTTPServer) -> None:
    users = UserList(httpserver, active=900)
    assert listed(users) == users.ids
    assert users.listings == 2


def test_pages_of_users_that_are_too_large_are_asked_for_in_smaller_ones(
    httpserver: HTTPServer,
) -> None:
    users = UserList(httpserver, active=900)
    users.largest_page = 30
    assert listed(users) == users.ids


def test_list_is_read_once_for_all_who_need_it(httpserver: HTTPServer) -> None:
    users = UserList(httpserver, active=900)
    run = run_tap(users.config, select=["users", STATUS], deselect=_SEARCHED)
    assert run.error is None
    assert users.asked_for == users.ids
    assert users.listings == 2


def test_list_that_fails_is_read_once_too(
    httpserver: HTTPServer, caplog: pytest.LogCaptureFixture
) -> None:
    users = UserList(httpserver, active=900)
    users.failing = True
    run = run_tap(users.config, select=["users", STATUS], deselect=_SEARCHED)
    assert "GET /api/v2/users answered 409" in str(run.error)
    assert users.listings == 1
    assert run.bookmarks() == {}
    assert not [one for one in caplog.records if one.levelname == "ERROR"]


@pytest.mark.parametrize("most_figures", [1_000, 40, 1])
def test_too_large_figures_are_asked_for_with_fewer_users_then_over_less_time(
    httpserver: HTTPServer, most_figures: int
) -> None:
    users = UserList(httpserver, active=3)
    users.most_figures = most_figures
    run = run_tap(users.config, select=[STATUS], deselect=_SEARCHED)
    assert run.error is None
    assert users.asked_for == users.ids
    assert run.bookmarks() == {STATUS: "2026-01-06T00:00:00.000Z"}


def test_figures_of_one_user_and_span_that_are_too_large_fail(httpserver: HTTPServer) -> None:
    users = UserList(httpserver, active=3)
    users.most_figures = 0
    run = run_tap(users.config, select=[STATUS], deselect=_SEARCHED)
    assert "response.entity.too.large" in str(run.error)
    assert run.bookmarks() == {}


def test_aggregates_are_asked_for_all_users_that_could_be_listed(httpserver: HTTPServer) -> None:
    users = UserList(httpserver, active=4_000)
    run = run_tap(users.config, select=[STATUS], deselect=_SEARCHED)
    assert run.error is None
    assert users.asked_for == users.ids
    assert run.bookmarks() == {STATUS: "2026-01-06T00:00:00.000Z"}


def test_empty_list_of_users_moves_no_state(
    httpserver: HTTPServer, caplog: pytest.LogCaptureFixture
) -> None:
    users = UserList(httpserver)
    run = run_tap(users.config, select=[STATUS], deselect=_SEARCHED)
    assert run.error is None
    assert run.bookmarks() == {}
    assert "lists no users" in caplog.text


def test_simulated_org_of_20_000_users(caplog: pytest.LogCaptureFixture) -> None:
    with running_simulator(Org(seed=3, days=1, interactions=60), further_users=20_000) as running:
        config = running.config | {"end_date": "2026-01-05T00:30:00Z"}
        run = run_tap(config, select=["users", STATUS], deselect=_SEARCHED)
    assert run.error is None
    assert len({one["id"] for one in run.records("users")}) == 20_000 + len(USERS)
    assert len({one["user_id"] for one in run.records(STATUS)}) == len(USERS)
    assert run.bookmarks() == {STATUS: "2026-01-05T00:30:00.000Z"}
    assert "missing" not in caplog.text


@pytest.mark.parametrize(("leaving", "bookmarks"), [(1, {STATUS}), (20, set())])
def test_simulated_org_whose_users_leave_while_they_are_listed(
    leaving: int, bookmarks: set[str]
) -> None:
    options = {"further_users": 1_500, "leaving_users": leaving}
    with running_simulator(Org(seed=3, days=1, interactions=60), **options) as running:
        config = running.config | {"end_date": "2026-01-05T00:30:00Z"}
        run = run_tap(config, select=["users", STATUS], deselect=_SEARCHED)
        gone = running.simulator.users_gone
    assert run.error is None
    found = {one["id"] for one in run.records("users")}
    assert len(found) >= 1_500 + len(USERS) - gone
    assert run.bookmarks().keys() == bookmarks


def test_simulated_org_that_counts_no_more_than_it_lists(caplog: pytest.LogCaptureFixture) -> None:
    limits = {"listing_depth_limit": 10_000, "listing_total_limit": 10_000}
    org = Org(seed=3, days=1, interactions=60)
    with running_simulator(org, further_users=11_000, **limits) as running:
        run = run_tap(running.config, catalog=catalog_of("users"))
    assert run.error is None
    assert len({one["id"] for one in run.records("users")}) == 11_000 + len(USERS)
    assert "missing" not in caplog.text


# Lists that change while they are read.


def test_user_that_moves_to_a_page_that_was_read_is_found_by_reading_again(
    httpserver: HTTPServer, caplog: pytest.LogCaptureFixture
) -> None:
    users = UserList(httpserver, active=1_200)
    everyone = users.ids
    users.leaving = {2: 1}
    run = run_tap(users.config, select=["users", STATUS], deselect=_SEARCHED)
    assert run.error is None
    assert {one["id"] for one in run.records("users")} == users.asked_for == everyone
    assert users.listings == 6
    assert run.bookmarks() == {STATUS: "2026-01-06T00:00:00.000Z"}
    assert "missing" not in caplog.text


@pytest.mark.parametrize("select", [[STATUS], ["users", STATUS]])
def test_users_that_change_in_each_reading_let_no_bookmark_move(
    httpserver: HTTPServer, caplog: pytest.LogCaptureFixture, select: list[str]
) -> None:
    users = UserList(httpserver, active=1_200)
    users.leaving = {2: 1, 5: 1}
    run = run_tap(users.config, select=select, deselect=_SEARCHED)
    assert run.error is None
    assert users.asked_for
    assert run.bookmarks() == {}
    assert "entries may be missing until the next run" in caplog.text
    (warning,) = [one for one in caplog.messages if STATUS in one and "changed" in one]
    assert "the next run asks for all users" in warning
    users.leaving = {}
    again = run_tap(users.config, state=run.states()[-1], select=select, deselect=_SEARCHED)
    assert again.bookmarks() == {STATUS: "2026-01-06T00:00:00.000Z"}
    assert users.asked_for >= users.ids


def test_users_that_leave_a_list_that_is_cut_off_let_no_bookmark_move(
    httpserver: HTTPServer, caplog: pytest.LogCaptureFixture
) -> None:
    users = UserList(httpserver, active=10_400)
    users.cap = 10_000
    users.leaving = {30: 1}  # while the active ones are listed from the start
    run = run_tap(users.config, select=[STATUS], deselect=_SEARCHED)
    assert run.error is None
    assert run.bookmarks() == {}
    assert "entries may be missing until the next run" in caplog.text


# Other lists.


def test_lists_of_members_that_are_cut_off_are_one_warning(
    platform: ScriptedPlatform, caplog: pytest.LogCaptureFixture
) -> None:
    refused = Answer({"status": 400, "code": "bad.request", "message": "Too deep"}, 400)
    members = [
        [
            Answer({"entities": [{"id": f"u{queue}"}], "pageNumber": 1, "nextUri": "/more"}),
            refused,
        ]
        for queue in (1, 2)
    ]
    queues = Answer({"entities": [{"id": "q1"}, {"id": "q2"}], "total": 2})
    platform.script(queues, *members[0], *members[1])
    run = run_lookup(platform, "queue_members")
    assert run.error is None
    assert [one["id"] for one in run.records("queue_members")] == ["u1", "u2"]
    (warning,) = [one for one in caplog.messages if "missing" in one]
    assert "2 lists" in warning
    assert "some are missing" in warning


def test_list_that_is_cut_off_behind_a_cursor_is_a_warning(
    platform: ScriptedPlatform, caplog: pytest.LogCaptureFixture
) -> None:
    path = LOOKUPS["teams"].path
    platform.script(
        Answer({"entities": [{"id": "t1"}], "nextUri": f"{path}?after=1"}),
        Answer({"status": 400, "code": "bad.request", "message": "Too deep"}, 400),
    )
    run = run_lookup(platform, "teams")
    assert run.error is None
    assert [one["id"] for one in run.records("teams")] == ["t1"]
    assert "Stream teams" in caplog.text
    assert "some are missing" in caplog.text


def test_list_whose_first_page_is_refused_fails(platform: ScriptedPlatform) -> None:
    platform.script(Answer({"status": 400, "code": "bad.request", "message": "No"}, 400))
    for name in ("teams", "groups", "users"):
        assert "answered 400" in str(run_lookup(platform, name).error)


def test_members_of_no_queues_are_a_warning(
    platform: ScriptedPlatform, caplog: pytest.LogCaptureFixture
) -> None:
    platform.script(Answer({"entities": [], "total": 0}))
    assert run_lookup(platform, "queue_members").error is None
    assert "the platform lists no queues" in caplog.text


def run_lookup(platform: ScriptedPlatform, name: str) -> SingerRun:
    config = {
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "auth_url": platform.url,
        "api_url": platform.url,
        "start_date": "2026-01-05",
        "max_retries": 0,
    }
    return platform.run_tap(config, catalog=catalog_of(name))
