"""What the platform quotes of a search, kept out of messages."""

from __future__ import annotations

import pytest
import requests

from tap_genesys_search.platform.http.error_rules import Asked
from tap_genesys_search.platform.http.redaction import one_line
from tap_genesys_search.platform.http.response_errors import explain_refusal
from tap_genesys_search.settings.private_texts import filter_values


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
