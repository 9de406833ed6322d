"""What the platform quotes of a search, kept out of messages."""

from __future__ import annotations

import html
import json
from base64 import b64encode, urlsafe_b64encode
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

import pytest
import requests

from tap_genesys_search.errors import RequestError
from tap_genesys_search.platform.http.error_rules import Asked
from tap_genesys_search.platform.http.redaction import LONGEST_READ, one_line
from tap_genesys_search.platform.http.response_errors import explain_refusal
from tap_genesys_search.settings.private_texts import filter_values
from tests.support.scripted_platform import CLIENT_SECRET, Answer, ScriptedPlatform

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize(
    "quoted",
    ["Ada Lovelace", "ada lovelace", "ADA\nLOVELACE", "Ada  Lovelace", "Ada\u00a0Lovelace"],
)
def test_text_is_blotted_out_in_whatever_letters_it_is_quoted(quoted: str) -> None:
    assert one_line(f"No customer {quoted}.", ["Ada Lovelace"]) == "No customer ***."


def test_reason_of_a_refusal_is_one_line_without_what_was_sent_as_a_secret() -> None:
    response = requests.Response()
    response.status_code = 403
    response.reason = "No \x1b[31mtoken\x85hunter2"
    response.url = "https://api.invalid/x"
    headers = {"Authorization": "Bearer hunter2"}
    response.request = requests.Request("GET", response.url, headers=headers).prepare()

    error = explain_refusal(response, b"", (), Asked.SEARCH)

    assert error.fact == "GET /x answered 403 No [31mtoken ***"


def test_numbers_and_all_that_is_not_a_name_of_the_search_is_private() -> None:
    filters = [
        {"type": "match", "field": "customer.phone", "value": 4915112345678},
        {"type": "or", "predicates": [{"dimension": "ani", "value": "tel:+49 151"}]},
        {"term": {"customer.name": "Max Mustermann"}, "exact": True},
    ]
    assert set(filter_values(filters)) == {"4915112345678", "tel:+49 151", "Max Mustermann"}


def test_what_is_quoted_as_in_an_address_is_blotted_out_too() -> None:
    said = "no such thing: Max%20Mustermann"
    assert one_line(said, ["max mustermann"]) == "no such thing: ***"


SECRET = 'p<ä"s/s & w\\ord+1234'


@pytest.mark.parametrize(
    "quoted",
    [
        json.dumps(SECRET)[1:-1],
        json.dumps(SECRET, ensure_ascii=False)[1:-1],
        html.escape(SECRET),
        html.escape(SECRET, quote=False),
        quote_plus(SECRET),
        quote(SECRET),
    ],
)
def test_secret_is_blotted_out_however_it_is_escaped(quoted: str) -> None:
    assert one_line(f"said {quoted}.", [SECRET]) == "said ***."


@pytest.mark.parametrize("before", ["", "c", "ci", "cid:"])
@pytest.mark.parametrize("encode", [b64encode, urlsafe_b64encode])
def test_secret_is_blotted_out_in_base64(before: str, encode: Callable[[bytes], bytes]) -> None:
    secret = "hunter2-hunter2-??>>"
    coded = encode(f"{before}{secret}.".encode()).decode()
    said = one_line(f"bad header {coded}", [secret])
    assert "***" in said
    left = said.removeprefix("bad header ").split("***")
    assert max(map(len, left)) <= len(before) * 2 + 4


def test_secret_that_is_cut_off_at_the_end_of_a_flood_is_blotted_out_too() -> None:
    secret = "hunter2-hunter2"
    message = " " * (LONGEST_READ - 7) + secret + " and more" * 10
    assert "hunter2" not in one_line(message, [secret])


def test_correlation_id_quotes_neither_secret_nor_filter_value(platform: ScriptedPlatform) -> None:
    echo = {"ININ-Correlation-Id": f"Ada%20Lovelace {CLIENT_SECRET}"}
    platform.script(Answer({"message": "No"}, 400, echo))
    filters = [{"type": "match", "field": "customer.name", "value": "Ada Lovelace"}]
    with pytest.raises(RequestError) as caught:
        platform.client(filters=filters).call("GET", "/api/v2/things")
    assert "(correlation id *** ***)" in str(caught.value)


def test_id_in_a_path_quotes_no_filter_value(platform: ScriptedPlatform) -> None:
    platform.script(Answer({"message": "No"}, 400))
    filters = [{"type": "match", "field": "customer.name", "value": "Ada Lovelace"}]
    with pytest.raises(RequestError) as caught:
        platform.client(filters=filters).call(
            "GET", "/api/v2/analytics/conversations/Ada%20Lovelace"
        )
    assert "GET /api/v2/analytics/conversations/*** answered 400" in str(caught.value)
