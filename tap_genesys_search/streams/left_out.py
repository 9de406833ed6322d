"""What becomes of a run in which some streams fail: the others are synced, then it is said."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING

from tap_genesys_search.errors import (
    IncompleteSearchError,
    ListingError,
    LoginError,
    PermissionMissingError,
    RequestError,
    SearchFailedError,
    StreamsLeftOutError,
    TapGenesysSearchError,
    TooManyMatchesError,
)
from tap_genesys_search.wording import counted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from singer_sdk import Stream


logger = logging.getLogger("tap-genesys-search.stream_failures")


WHERE_TO_GRANT = (
    "In Genesys Cloud, Admin > Integrations > OAuth shows the client's roles: add the permissions "
    "to one of them under Admin > Roles/Permissions"
)


class LeftOutStreams:
    """The streams that a run could not sync, and why.

    Args:
        selected: The streams to sync.
        driving: The streams that the SDK syncs one after the other, in a run that is whole. What
            has failed is said when the last of them is done.
        is_strict: Whether a missing permission fails a run that could sync other streams.
    """

    def __init__(
        self, selected: Collection[str], driving: Collection[str], *, is_strict: bool
    ) -> None:
        self._selected = set(selected)
        self._driving = set(driving)
        self._is_strict = is_strict
        self._left_out: dict[PermissionMissingError, list[str]] = {}
        self._needs: dict[PermissionMissingError, str] = {}
        self._parts: dict[str, PermissionMissingError] = {}
        self._failed: list[TapGenesysSearchError] = []

    @contextmanager
    def noted(
        self, driving: str, streams: Sequence[str], permissions: Collection[str]
    ) -> Iterator[None]:
        """Let a run continue when a stream fails that is synced within, if others may succeed.

        Args:
            driving: The stream that the SDK syncs.
            streams: All streams that are synced with it.
            permissions: What they need by the platform's documentation, in case that it does not
                name the permission that is missing.

        Raises:
            TapGenesysSearchError: The failure, where all other streams would fail as well; or,
                when the last stream is done, why the run has failed.
        """
        try:
            yield
        except PermissionMissingError as error:
            self._left_out.setdefault(error, []).extend(streams)
            self._note_needs(error, permissions)
        except TapGenesysSearchError as error:
            if not is_of_one_stream(error):
                raise
            if error not in self._failed:  # two streams may want the same list
                self._failed.append(error)
        self._driving.discard(driving)
        if not self._driving:
            self._settle()

    def note_part(
        self, part: str, error: PermissionMissingError, permissions: Collection[str]
    ) -> None:
        """Note that a part of a stream could not be synced.

        Args:
            part: Names the stream, and which of its rows are left out.
            error: Why.
            permissions: What the stream needs by the platform's documentation.
        """
        self._parts[part] = error
        self._note_needs(error, permissions)

    def _note_needs(self, error: PermissionMissingError, permissions: Collection[str]) -> None:
        self._needs[error] = what_to_grant(error, permissions)

    def _settle(self) -> None:
        """Say which streams failed, and end the run as failed where it has."""
        left_out = {stream for streams in self._left_out.values() for stream in streams}
        is_in_vain = bool(left_out) and self._selected <= left_out
        if is_in_vain and len(self._left_out) == 1:
            raise next(iter(self._left_out))  # its own line says it all
        if left_out or self._parts:
            self._list_left_out()
        for error in self._failed[:-1]:
            logger.error("%s", error)
        if self._failed:
            raise self._failed[-1]
        names = ", ".join(sorted({*left_out, *self._parts}))
        if names and (is_in_vain or self._is_strict):
            raise StreamsLeftOutError(
                f"No stream could be synced, because permissions are missing: {names}"
                if is_in_vain
                else f"Streams are left out, which strict does not allow: {names}. Give a role of "
                "the OAuth client the permissions listed above, or deselect them"
            )

    def _list_left_out(self) -> None:
        whole = len({stream for streams in self._left_out.values() for stream in streams})
        counts = [f"{whole} of {counted(len(self._selected), 'stream')}"] if whole else []
        counts += [f"{counted(len(self._parts), 'stream')} in part"] if self._parts else []
        logger.warning(
            "Left out, because the OAuth client lacks permissions: %s", " and ".join(counts)
        )
        for error, streams in self._left_out.items():
            self._list_one(", ".join(streams), error)
        for part, error in self._parts.items():
            self._list_one(part, error)
        logger.warning("%s. The state of these streams has not moved", WHERE_TO_GRANT)

    def _list_one(self, what: str, error: PermissionMissingError) -> None:
        logger.warning("  Grant %s for %s (%s)", self._needs[error], what, error.place)


def what_to_grant(error: PermissionMissingError, permissions: Collection[str]) -> str:
    """Name the permission that is missing.

    Args:
        error: The refusal.
        permissions: What is needed by the platform's documentation, in case that it names none.
    """
    return error.permissions or " or ".join(permissions) or "a permission that is not named"


@contextmanager
def noted_alone(
    stream: Stream, left_out: LeftOutStreams, permissions: Collection[str]
) -> Iterator[None]:
    """Let a run, but not a connection test, continue when a stream fails.

    Args:
        stream: The stream.
        left_out: Those of the run.
        permissions: What the stream needs by the platform's documentation.

    Raises:
        TapGenesysSearchError: As `LeftOutStreams.noted` does.
    """
    if stream.ABORT_AT_RECORD_COUNT is not None:
        yield
        return
    with left_out.noted(stream.name, [stream.name], permissions):
        yield


def is_of_one_stream(error: TapGenesysSearchError) -> bool:
    """Tell whether other streams may well be synced, although this one failed."""
    if isinstance(error, RequestError):
        return (
            not isinstance(error, LoginError)
            and error.status is not None
            and error.status != HTTPStatus.UNAUTHORIZED
        )
    return isinstance(
        error, ListingError | SearchFailedError | IncompleteSearchError | TooManyMatchesError
    )
