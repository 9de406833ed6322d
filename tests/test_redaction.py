"""What the platform quotes of a search, kept out of messages."""

from __future__ import annotations

import pytest

from tap_genesys_search.redaction import one_line


@pytest.mark.parametrize(
    "quoted",
    ["Ada Lovelace", "ada lovelace", "ADA\nLOVELACE", "Ada  Lovelace", "Ada\u00a0Lovelace"],
)
def test_text_is_blotted_out_in_whatever_letters_it_is_quoted(quoted: str) -> None:
    assert one_line(f"No customer {quoted}.", ["Ada Lovelace"]) == "No customer ***."
