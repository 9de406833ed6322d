"""Making rows of the transcripts that a search found, a page at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_genesys_search.records.row_reader import RowReader
from tap_genesys_search.timestamps import as_platform_timestamp

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from tap_genesys_search.json_types import JsonObject
    from tap_genesys_search.records.row_reader import Misplaced
    from tap_genesys_search.records.rows import Row


TRANSCRIPTS = "transcripts"

START = "start_time"

KEYS = ("transcript_id", START)


class TranscriptReader:
    """Makes rows of transcripts.

    Args:
        columns: The columns wanted.
    """

    def __init__(self, columns: Collection[str]) -> None:
        self._reader = RowReader(TRANSCRIPTS, KEYS, columns)

    def split(
        self, transcripts: Sequence[JsonObject], ids: Sequence[str], starts: Sequence[str]
    ) -> dict[str, list[Row]]:
        """Make the rows of a page.

        Args:
            transcripts: Results of the transcript search.
            ids: Their ids, as interactions have them.
            starts: When they started, as interactions have it.

        Returns:
            The one table and its rows.
        """
        misplaced: Misplaced = {
            id(one): {"startTime": came}
            for one in transcripts
            if (came := one.get("startTime")) is not None
            and not (isinstance(came, str) and as_platform_timestamp(came))
        }
        keys = zip(ids, starts, strict=True)
        return {
            TRANSCRIPTS: self._reader.read(list(zip(keys, transcripts, strict=True)), misplaced)
        }

    def kept_in_extra(self) -> dict[str, list[str]]:
        """Tell which properties had no column or did not fit it, under the table's name."""
        return {TRANSCRIPTS: [*self._reader.kept]} if self._reader.kept else {}
