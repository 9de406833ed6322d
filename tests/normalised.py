"""Normalising one record, which the tap does by the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tap_genesys_search.columns import records_of

if TYPE_CHECKING:
    from tap_genesys_search.normalise import Normaliser


def normalise_one(normaliser: Normaliser, raw: dict[str, Any]) -> dict[str, Any]:
    (record,) = records_of(normaliser.normalise([raw]))
    return record
