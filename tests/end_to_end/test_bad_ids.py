"""An id that the platform refuses does not keep the others from being read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.open_conversations_server import Elsewhere, open_ids, open_in

if TYPE_CHECKING:
    from pytest_httpserver import HTTPServer


@pytest.fixture
def elsewhere(httpserver: HTTPServer) -> Elsewhere:
    return Elsewhere(httpserver)


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    # The days that are read here hold nothing new, which has a warning of its own.
    return [
        one.getMessage()
        for one in caplog.records
        if one.levelname == "WARNING" and not one.name.endswith(".nothing_found")
    ]


@pytest.mark.thorough
@pytest.mark.parametrize("status", [400, 404])
@pytest.mark.parametrize("place", [0, 70, 99, 249])
def test_the_others_are_read_and_one_line_names_it(
    elsewhere: Elsewhere, caplog: pytest.LogCaptureFixture, status: int, place: int
) -> None:
    elsewhere.begin(250)
    first = elsewhere.run(1)
    names = list(elsewhere.conversations)
    for one in names:
        elsewhere.end(one)
    bad = names[place]
    elsewhere.bad_ids = {bad: status}
    second = elsewhere.run(2, first.states()[-1])
    assert sorted(second.ids()) == sorted({*names} - {bad})
    assert open_ids(second) == []
    assert len(elsewhere.asked) <= 3 + 3 + 2 * 7
    (warning,) = warnings(caplog)
    assert warning.startswith("The platform refuses to give 1 of the conversations")
    assert bad in warning
    assert open_in(first.states()[-1])[bad] in warning
    assert "--full-refresh" in warning
    elsewhere.run(3, second.states()[-1])
    assert len(warnings(caplog)) == 1


@pytest.mark.thorough
def test_several_bad_ids_are_found_and_named(
    elsewhere: Elsewhere, caplog: pytest.LogCaptureFixture
) -> None:
    elsewhere.begin(100)
    first = elsewhere.run(1)
    names = list(elsewhere.conversations)
    elsewhere.bad_ids = {names[3]: 400, names[60]: 404, names[98]: 400}
    second = elsewhere.run(2, first.states()[-1])
    assert open_ids(second) == [one for one in names if one not in elsewhere.bad_ids]
    (warning,) = warnings(caplog)
    assert all(one in warning for one in elsewhere.bad_ids)


@pytest.mark.thorough
def test_requests_for_many_bad_ids_are_bounded_and_the_rest_is_kept(
    elsewhere: Elsewhere, caplog: pytest.LogCaptureFixture
) -> None:
    elsewhere.begin(100)
    first = elsewhere.run(1)
    names = list(elsewhere.conversations)
    elsewhere.bad_ids = dict.fromkeys(names[::3][:-1], 404)
    second = elsewhere.run(2, first.states()[-1])
    assert len(elsewhere.asked) <= 1 + 3 + 2 * 32
    assert {*names} - elsewhere.bad_ids.keys() <= {*open_ids(second)}
    assert any("the next run asks again" in one for one in warnings(caplog))


def test_one_id_that_is_left_out_of_a_list_and_refused_alone_is_bad(
    elsewhere: Elsewhere, caplog: pytest.LogCaptureFixture
) -> None:
    elsewhere.begin(5)
    first = elsewhere.run(1)
    elsewhere.refuses_unknown_alone = True
    del elsewhere.conversations["c-00002"]
    second = elsewhere.run(2, first.states()[-1])
    assert "c-00002" not in open_ids(second)
    assert len(open_ids(second)) == 4
    (warning,) = warnings(caplog)
    assert "c-00002" in warning


def test_the_only_id_is_kept_where_it_is_refused(
    elsewhere: Elsewhere, caplog: pytest.LogCaptureFixture
) -> None:
    elsewhere.begin(1)
    first = elsewhere.run(1)
    elsewhere.status = 404
    second = elsewhere.run(2, first.states()[-1])
    assert open_ids(second) == open_ids(first)
    assert len(elsewhere.asked) == 1
    (warning,) = warnings(caplog)
    assert "the next run asks again" in warning


@pytest.mark.parametrize("strange", ["a,b", "c-00001,c-00002", "x" * 300, "a\nb"])
def test_id_that_no_list_can_hold_is_not_asked_for_and_is_said(
    elsewhere: Elsewhere, caplog: pytest.LogCaptureFixture, strange: str
) -> None:
    elsewhere.begin(3)
    elsewhere.conversations["strange"] = {
        **elsewhere.conversations["c-00000"],
        "conversationId": strange,
    }
    first = elsewhere.run(1)
    assert open_ids(first) == ["c-00000", "c-00001", "c-00002"]
    (warning,) = warnings(caplog)
    assert "Of 1 open conversation the id can't stand in a list of ids" in warning
    state = first.states()[-1]
    (group,) = state["bookmarks"]["search_audits"]["open_conversations"]
    group["conversations"][strange] = "2026-03-02T00:00:00.000Z"
    elsewhere.run(2, state)
    assert elsewhere.asked == [["c-00000", "c-00001", "c-00002"]]
