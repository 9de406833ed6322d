"""The table of permissions agrees with what the platform asks of each search."""

from __future__ import annotations

from pathlib import Path

import pytest

from genesys_cloud_simulator.offer import NEEDED_PERMISSIONS

DOCS = Path(__file__).parents[2] / "docs"
PAGES = ("reference/permissions.md", "how-to/set-up-an-org.md", "reference/search-apis.md")

OPERATIONS = {
    "interaction_search": "submit",
    "conversation_query": "query",
    "transcript_search": "transcripts",
}
"""How the simulator names the requests of a search API that needs the same for each of them."""


def row(page: str, named: str) -> str:
    lines = (DOCS / page).read_text(encoding="utf-8").splitlines()
    return next(line for line in lines if line.startswith("| ") and f"`{named}`" in line)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("search_api", OPERATIONS)
def test_row_of_a_search_api_names_what_is_needed(page: str, search_api: str) -> None:
    named = row(page, search_api)
    needed = NEEDED_PERMISSIONS[OPERATIONS[search_api]]
    assert [one for one in needed if f"`{one}`" not in named] == []


@pytest.mark.parametrize("page", PAGES[:2])
def test_streams_that_searches_fill_have_a_row(page: str) -> None:
    assert "`analytics:conversationDetail:view`" in row(page, "interactions")
