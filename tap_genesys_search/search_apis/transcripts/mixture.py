"""Transcripts of a window that different fields date, put together from a search by each."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tap_genesys_search.search_apis.page import Page
from tap_genesys_search.search_apis.transcripts.fields import identity_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tap_genesys_search.json_types import JsonObject


def not_among(found: Iterable[JsonObject], pages: Iterable[Page], field: str) -> list[JsonObject]:
    """List the transcripts on pages that lack a time field and are not among those found."""
    known = {identity_of(record) for record in found}
    on_pages = (record for page in pages for record in page.records)
    return [
        record
        for record in on_pages
        if record.get(field) is None and identity_of(record) not in known
    ]


def merge(field: str, dated: list[Page], others: list[Page]) -> Iterator[Page]:
    """Add to a list of transcripts those of another list that lack its time field.

    Args:
        field: The time field.
        dated: The list by it.
        others: The list by the other one.

    Yields:
        The pages, with a total of both lists.
    """
    found = [record for page in dated for record in page.records]
    more = not_among(found, others, field)
    announced = max(page.total or 0 for page in others)
    further = len(more) + max(0, announced - sum(len(page.records) for page in others))
    for page in dated:
        yield page if page.total is None else replace(page, total=page.total + further)
    if further:
        yield Page(more, (dated[0].total or 0) + further, {})
