"""Which splitter fills which tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_genesys_search.records.conversations import ConversationSplitter
from tap_genesys_search.records.transcripts import TRANSCRIPTS, TranscriptReader

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from tap_genesys_search.records.found_page import Splitter


def splitter_of(tables: Mapping[str, Collection[str]]) -> Splitter | None:
    """Make what splits documents into rows.

    Args:
        tables: Table to its columns; tables of conversations, or that of transcripts.

    Returns:
        The splitter; None where no table is wanted.
    """
    if TRANSCRIPTS in tables:  # no search fills tables of both kinds
        return TranscriptReader(tables[TRANSCRIPTS])
    return ConversationSplitter(tables) if tables else None
