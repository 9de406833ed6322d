"""Conversations that are asked for by their ids, a hundred in one request."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tap_genesys_search.errors import SearchFailedError
from tap_genesys_search.jobs.job_log import JobLog
from tap_genesys_search.search_apis.conversations.by_id import PATH, is_listable, read_by_id
from tests.support.scripted_platform import Answer, refusal

if TYPE_CHECKING:
    from tests.support.scripted_platform import ScriptedPlatform


def test_those_that_were_asked_for_come_by_their_ids(platform: ScriptedPlatform) -> None:
    known, stranger = {"conversationId": "a/b"}, {"conversationId": "x"}
    nameless = [{"conversationId": 7}, {"conversationId": ["a/b"]}, {}]
    platform.script(refusal(503), Answer({"conversations": [stranger, known, *nameless]}))
    job_log = JobLog()

    found = read_by_id(platform.client(), ["a/b", "c&d"], job_log)

    assert found == {"a/b": known}
    assert job_log.retries == 1
    (_, request) = platform.api_requests
    assert (request.method, request.path, request.query) == ("GET", PATH, "id=a%2Fb,c%26d")


@pytest.mark.parametrize("answer", [{"conversations": None}, {"conversations": ["a"]}])
def test_answer_without_a_list_does_not_say_that_all_are_unknown(
    platform: ScriptedPlatform, answer: dict[str, object]
) -> None:
    platform.script(Answer(answer, headers={"ININ-Correlation-Id": "c-1"}))
    with pytest.raises(SearchFailedError) as refused:
        read_by_id(platform.client(), ["a"], JobLog())
    assert f"GET {PATH} (correlation id c-1) answered no list of conversations" in str(
        refused.value
    )


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("a", True), ("a,b", False), ("", False), (".", False), ("a\nb", False), ("x" * 257, False)],
)
def test_id_that_a_list_can_hold(text: str, *, is_one: bool) -> None:
    assert is_listable(text) == is_one
