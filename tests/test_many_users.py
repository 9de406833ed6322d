"""Lists that the platform pages only so far through, against a server written from reports."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.reported_org import answer, refuse
from tests.singer_run import run_tap

if TYPE_CHECKING:
    from pytest_httpserver import HTTPServer
    from werkzeug import Request, Response

CAP = 10_000
STATUS = "user_status_aggregates"


class UserList:
    """`GET /api/v2/users`, which ends at the 10,000th user, and aggregates of users."""

    def __init__(self, server: HTTPServer, **states: int) -> None:
        self.users = [
            {"id": f"{state}-{number:05}", "name": f"{number}", "state": state}
            for state, count in states.items()
            for number in range(count)
        ]
        self.largest_page = 500
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
        predicates = request.json["filter"]["predicates"]
        self.asked_for.update(one["value"] for one in predicates)
        return answer({"results": []})

    def _list(self, request: Request) -> Response:
        self.listings += 1
        number, size = int(request.args["pageNumber"]), int(request.args["pageSize"])
        if size > self.largest_page:
            return refuse(400, "response.entity.too.large", "Reduce pageSize or expand list")
        if number * size > CAP:
            return refuse(400, "bad.request", "Unable to page that far")
        state = request.args["state"]
        found = [user for user in self.users if state in {"any", user["state"]}]
        if request.args.get("sortOrder", "asc").lower() == "desc":
            found.reverse()
        return answer(
            {
                "entities": found[(number - 1) * size : number * size],
                "pageSize": size,
                "pageNumber": number,
                "pageCount": -(-len(found) // size),
                "total": len(found),
            }
        )


def listed(users: UserList, **config: Any) -> set[str]:
    run = run_tap({**users.config, **config}, select=["users"], deselect=_SEARCHED)
    assert run.error is None
    return {record["id"] for record in run.records("users")}


_SEARCHED = ("interactions", "interaction_facets", "search_audits")


@pytest.mark.parametrize(
    "states",
    [
        {"active": 20_000},
        {"active": 9_000, "inactive": 5_000, "deleted": 6_000},
        {"active": 3_000, "deleted": 17_000},
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
    users = UserList(httpserver, active=20_300)
    assert len(listed(users)) == 20_000
    (warning,) = [one for one in caplog.messages if "missing" in one]
    assert "Stream users" in warning
    assert "300 are missing" in warning


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


def test_aggregates_are_asked_for_all_users_that_could_be_listed(httpserver: HTTPServer) -> None:
    users = UserList(httpserver, active=20_000)
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
