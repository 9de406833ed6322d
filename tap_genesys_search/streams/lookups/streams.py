"""The streams of the lookups, each read as a whole in every run."""

from __future__ import annotations

import logging
from http import HTTPStatus
from itertools import starmap
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from tap_genesys_search.errors import (
    ListingError,
    PermissionMissingError,
    RequestError,
    TapGenesysSearchError,
)
from tap_genesys_search.jobs.open_jobs import is_id
from tap_genesys_search.platform.page_size import LearnedSize
from tap_genesys_search.records.ids import surrogate_of
from tap_genesys_search.records.interactions import as_text
from tap_genesys_search.records.parts import Part
from tap_genesys_search.records.row_reader import RowReader, warn_of_kept
from tap_genesys_search.records.rows import filled
from tap_genesys_search.schemas import read_schema
from tap_genesys_search.singer.fast_path import RowStream
from tap_genesys_search.streams.left_out import noted_alone
from tap_genesys_search.streams.lookups.parts import ListReader
from tap_genesys_search.streams.lookups.shortfall import Shortfall
from tap_genesys_search.streams.nothing_found import note_entries

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from singer_sdk import Tap

    from tap_genesys_search.json_types import JsonObject
    from tap_genesys_search.records.rows import Row
    from tap_genesys_search.streams.context import RunContext
    from tap_genesys_search.streams.lookups.lists import Lookup


class LookupStream(RowStream):
    """A lookup.

    Args:
        tap: The tap.
        context: What the streams of a run share.
        lookup: What it reads.
    """

    selected_by_default = False

    def __init__(self, tap: Tap, context: RunContext, lookup: Lookup) -> None:
        super().__init__(tap, schema=read_schema(lookup.name), name=lookup.name)
        self.primary_keys = lookup.key
        self.run = context
        self.lookup = lookup
        self.permissions = lookup.permissions
        self._size = LearnedSize(lookup.page_size, "entries a page")
        self._ids: list[str] | None = None
        self._has_changed = False
        self._failure: TapGenesysSearchError | None = None

    @property
    @override
    def emit_activate_version_messages(self) -> bool:
        # Old conversations name what is not listed any more, so no record is to be deleted.
        return False

    @override
    def log(self, message: str, *args: Any, level: int = logging.INFO, **kwargs: Any) -> None:
        # The SDK announces each failure; the error line says it better.
        super().log(message, *args, level=logging.DEBUG, **kwargs)

    @override
    def row_pages(self) -> Iterable[list[Row]]:
        with noted_alone(self, self.run.left_out, self.lookup.permissions):
            yield from self._read()

    def ids(self) -> list[str]:
        """List the ids of all entries, asking the platform once a run, also where that fails.

        Raises:
            RequestError: The platform refuses, or doesn't answer.
            ListingError: The list can't be read to its end.
        """
        if self._ids is None:
            pages = (entities for _, entities in self._pages_once())
            self._ids = list(dict.fromkeys(one for page in pages for one in _ids_of(page)))
        return self._ids

    def is_settled(self) -> bool:
        """Tell whether the list has not changed while it was read, so that no id is missing."""
        return not self._has_changed

    def _read(self) -> Iterator[list[Row]]:
        """Read all entries, each of them once."""
        columns = tuple(self.columns_wanted())
        reader = RowReader(self.name, self.lookup.key, columns)
        ids: list[str] = []
        known: set[tuple[str, ...]] = set()
        for parent_id, entities in self._pages_once():
            keys = [(*parent_id, _id_of(entity)) for entity in entities]
            # A list that changes while it is read may move an entry to the next page.
            new = {key: one for key, one in zip(keys, entities, strict=True) if key not in known}
            known.update(new)
            ids += _ids_of(entities)
            yield filled(reader.read(list(starmap(Part, new.items()))), columns)
        self._ids = list(dict.fromkeys(ids))
        if self.ABORT_AT_RECORD_COUNT is None:
            note_entries(self.name, self.stream_state, len(known))
        warn_of_kept(self.logger, {self.name: reader.kept})

    def _pages_once(self) -> Iterator[tuple[tuple[str, ...], list[JsonObject]]]:
        """Read the pages, unless that has failed: then it fails for whoever asks again."""
        if self._failure:
            raise self._failure
        shortfall = Shortfall()
        try:
            yield from self._pages(shortfall)
        except TapGenesysSearchError as error:
            self._failure = error
            raise
        finally:
            self._has_changed = bool(shortfall.change)
            shortfall.warn(self.logger, self.name)

    def _pages(self, shortfall: Shortfall) -> Iterator[tuple[tuple[str, ...], list[JsonObject]]]:
        """Read the pages, each with the id of the entry that it is listed for, if it is."""
        reader = ListReader(self.lookup, self.run.client, self._size, shortfall)
        if self.lookup.listed_for is None:
            for page in reader.read():
                yield (), page
            return
        yield from self._pages_of_all(reader, self.run.ids_of(self.lookup.listed_for))

    def _pages_of_all(
        self, reader: ListReader, parent_ids: list[str]
    ) -> Iterator[tuple[tuple[str], list[JsonObject]]]:
        """Read the lists of all entries of another lookup; those that fail do not end the others.

        Raises:
            RequestError: All lists are refused, or one for another reason than a permission.
            ListingError: One can't be read to its end.
        """
        if not parent_ids:
            self.logger.warning(
                "Stream %s: the platform lists no %s, so nothing is asked for. Unless the org has "
                "none, check the roles and divisions of the OAuth client",
                self.name,
                self.lookup.listed_for,
            )
        askable = [one for one in parent_ids if is_id(one)]
        if len(askable) < len(parent_ids):
            self.logger.warning(
                "Stream %s: the ids of %d of %d %s can't stand in an address, so nothing is asked "
                "for these. Report it to Genesys support",
                self.name,
                len(parent_ids) - len(askable),
                len(parent_ids),
                self.lookup.listed_for,
            )
        failures: list[ListingError | RequestError] = []
        for parent_id in askable:
            try:
                for page in reader.read(parent_id):
                    yield (parent_id,), page
            except (ListingError, RequestError) as error:
                if not _is_of_one_list(error):
                    raise
                failures.append(error)
        self._settle(self._pass_over_gone(failures, len(askable)), len(askable))

    def _pass_over_gone(
        self, failures: list[ListingError | RequestError], lists: int
    ) -> list[ListingError | RequestError]:
        """Say which entries seem to have been deleted since they were listed.

        Returns:
            The other failures.

        Raises:
            RequestError: All of several seem so. Then the org does not offer their lists.
        """
        gone = [one for one in failures if _is_gone(one)]
        if len(gone) == lists > 1:
            raise gone[0]
        if gone:
            self.logger.log(
                logging.WARNING if len(gone) > 1 else logging.INFO,
                "Stream %s: the lists of %d of %d %s are answered with 404, as if these had been "
                "deleted since they were listed. If it recurs, check the roles and divisions of "
                "the OAuth client",
                self.name,
                len(gone),
                lists,
                self.lookup.listed_for,
            )
        return [one for one in failures if not _is_gone(one)]

    def _settle(self, failures: list[ListingError | RequestError], lists: int) -> None:
        """Say which lists failed: as the stream, if all lack a permission."""
        refused = [one for one in failures if isinstance(one, PermissionMissingError)]
        failed = [one for one in failures if not isinstance(one, PermissionMissingError)]
        if refused and len(refused) == lists:
            raise refused[0]
        if refused:
            part = f"{self.name} of {len(refused)} of {lists} {self.lookup.listed_for}"
            self.run.left_out.note_part(part, refused[0], self.lookup.permissions)
        if failed:
            self.logger.error(
                "Stream %s: the lists of %d of %d %s can't be read",
                self.name,
                len(failed),
                lists,
                self.lookup.listed_for,
            )
            raise failed[0]


def _is_of_one_list(error: ListingError | RequestError) -> bool:
    """Tell whether the lists of other entries may well be read although one can't."""
    return (
        isinstance(error, ListingError) or error.status == HTTPStatus.FORBIDDEN or _is_gone(error)
    )


def _is_gone(error: ListingError | RequestError) -> bool:
    """Tell whether an entry seems to have been deleted since it was listed."""
    return isinstance(error, RequestError) and error.status == HTTPStatus.NOT_FOUND


def _id_of(entity: JsonObject) -> str:
    """Read the id of an entry; where it has none, make one of what it holds."""
    return as_text(entity.get("id")) or surrogate_of(entity)


def _ids_of(entities: list[JsonObject]) -> list[str]:
    ids = (entity.get("id") for entity in entities)
    return [one for one in ids if isinstance(one, str) and one]
