"""What the platform quotes of a search, kept out of messages."""

from __future__ import annotations

import pytest
import requests

from tap_genesys_search.redaction import one_line
from tap_genesys_search.refusals import explain_refusal


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

    error = explain_refusal(response, b"", ())

    assert error.fact == "GET /x answered 403 No [31mtoken ***"
