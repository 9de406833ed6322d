"""Normalising one record, which the tap does by the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tap_genesys_search.records.rows import record_of, rows_of

if TYPE_CHECKING:
    from tap_genesys_search.records.interactions import Normaliser


def normalise_one(normaliser: Normaliser, raw: dict[str, Any]) -> dict[str, Any]:
    (row,) = rows_of(normaliser.normalise([raw]))
    return record_of(row)
