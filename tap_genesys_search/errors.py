"""What can go wrong, one type a cause; each message is one line a user can act on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from singer_sdk.exceptions import ConfigValidationError, FatalSyncError

if TYPE_CHECKING:
    from collections.abc import Sequence


RUN_AGAIN = "Run again; if it recurs, report it to Genesys support"


class TapGenesysSearchError(FatalSyncError):
    """A failure that stops the run; its message says what failed, where and what to do."""


class SettingError(TapGenesysSearchError, ConfigValidationError):
    """A setting is missing or wrong.

    Raised before the first request.
    """

    def __init__(self, *problems: str) -> None:
        super().__init__("Config validation failed", errors=list(problems))

    def __str__(self) -> str:
        return f"Bad setting: {'; '.join(self.errors)}"


class MissingSettingError(SettingError):
    """Settings are missing that the tap can't do without, and no other is wrong."""

    def __init__(self, names: Sequence[str], advice: str) -> None:
        super().__init__(*names)
        self._advice = advice

    def __str__(self) -> str:
        missing = "Missing setting" if len(self.errors) == 1 else "Missing settings"
        return f"{missing}: {', '.join(self.errors)}. {self._advice}"


class StateError(TapGenesysSearchError):
    """The state handed to the tap can't be read."""


class NothingSelectedError(TapGenesysSearchError):
    """No stream is selected, so a run would do nothing."""


class AdvisedError(TapGenesysSearchError):
    """A failure with what to do about it.

    Attributes:
        fact: What failed and where.
        advice: What to do, or "".
    """

    usual_advice = ""
    """What to do where nothing else is said."""

    def __init__(self, fact: str, advice: str = "") -> None:
        self.fact = fact
        self.advice = advice or self.usual_advice
        super().__init__(f"{fact}. {self.advice}" if self.advice else fact)


class RequestError(AdvisedError):
    """A request was refused, or still failed after its retries.

    Attributes:
        status: HTTP status of the answer, or None where there was none.
        platform_message: What the platform says about it, or "".
    """

    def __init__(
        self, fact: str, advice: str = "", *, status: int | None = None, platform_message: str = ""
    ) -> None:
        super().__init__(fact, advice)
        self.status = status
        self.platform_message = platform_message


class TransientRequestError(RequestError):
    """A request failed in a way that may pass: 429, 5xx, a timeout, a broken answer.

    Attributes:
        wait_seconds: How long the platform asks to wait, or None where it doesn't say.
    """

    def __init__(
        self,
        fact: str,
        advice: str = "",
        *,
        status: int | None = None,
        platform_message: str = "",
        wait_seconds: float | None = None,
    ) -> None:
        super().__init__(fact, advice, status=status, platform_message=platform_message)
        self.wait_seconds = wait_seconds


class LoginLimitedError(TransientRequestError):
    """The login server refuses a login because there were too many of late."""


class SubmissionLimitError(TransientRequestError):
    """The platform takes no further search while others of this run are open."""


class UnauthorizedError(RequestError):
    """The platform answers 401.

    Attributes:
        authorization: The header that was refused; never part of a message.
    """

    def __init__(
        self, fact: str, *, status: int | None, platform_message: str = "", authorization: str
    ) -> None:
        super().__init__(fact, status=status, platform_message=platform_message)
        self.authorization = authorization


class PermissionMissingError(RequestError):
    """The platform answers 403: the OAuth client may not do what was asked.

    Attributes:
        permissions: Those that the platform names, in words, or "".
        place: What was asked, with the correlation id of the answer.
    """

    def __init__(
        self,
        fact: str,
        advice: str = "",
        *,
        status: int | None = None,
        platform_message: str = "",
        permissions: str = "",
        place: str = "",
    ) -> None:
        super().__init__(fact, advice, status=status, platform_message=platform_message)
        self.permissions = permissions
        self.place = place


class PageTooLargeError(RequestError):
    """An answer is too large; the same may be asked for in smaller pages."""


class PageBeyondLimitError(RequestError):
    """A further page is refused although the first one was answered: paging ends before it."""


class SearchRefusedError(RequestError):
    """A search over an interval is refused.

    It may ask for too much, have a mistake in its settings, or be of a kind that the org does not
    offer. A smaller search tells which, see `search_apis/refused_search.py`.
    """


class GoneError(RequestError):
    """The platform does not know a search or a job: not yet, or not any more."""


class ApiRefusedError(RequestError):
    """A small search is refused: the org does not offer this kind of search."""


class LoginRefusedError(RequestError):
    """The login server refuses the client credentials."""


class LoginError(RequestError):
    """The platform gives no token for the client credentials."""


class SearchFailedError(AdvisedError):
    """The platform ended a search without a result, or with one that can't be read."""

    usual_advice = RUN_AGAIN


class ReadingError(AdvisedError):
    """A reading did not show all of its window; another one may."""


class ResultExpiredError(ReadingError, SearchFailedError):
    """The platform has forgotten a search, or its result, before it was read."""


class SearchOverdueError(SearchFailedError):
    """A search did not complete in time; the platform may still be at it."""


class SearchAbandonedError(SearchFailedError):
    """Nobody will read a search any more, so the thread that waits for it ends."""


class NotOfferedError(SearchFailedError):
    """The org answers, but not to this kind of search."""

    usual_advice = "Set search_api to auto, or to one that the org offers"


class ListingError(TapGenesysSearchError):
    """A list of the platform can't be read to its end."""


class ListCutOffError(ListingError):
    """The platform pages no further through a list, although it has more entries.

    Attributes:
        total: How many entries it has, or None where the platform doesn't say.
        is_refused: Whether a further page was refused. Else the list may end where it does.
        change: How the list has changed while it was read so far, "" where it has not.
    """

    def __init__(
        self, message: str, total: int | None, *, is_refused: bool = True, change: str = ""
    ) -> None:
        super().__init__(message)
        self.total = total
        self.is_refused = is_refused
        self.change = change


class ListChangedError(ListingError):
    """Entries have left a list while it was read, so others may have been passed over."""


class TooManyMatchesError(TapGenesysSearchError):
    """A window matches more records than one search may.

    Attributes:
        total: The number of matching records, or None where the platform doesn't say.
    """

    def __init__(self, message: str, total: int | None = None) -> None:
        super().__init__(message)
        self.total = total


class RecordTooLargeError(TooManyMatchesError):
    """A page of one record is too large; a shorter window may do without that record."""


class IncompleteSearchError(ReadingError):
    """A search yields fewer records than the platform says match."""


class StreamsLeftOutError(TapGenesysSearchError):
    """Permissions are missing, and no other stream could be synced, or all must be."""


class ConnectionTestError(TapGenesysSearchError):
    """A connection test finds that a run would fail."""


class OutputClosedError(TapGenesysSearchError):
    """What the tap writes can't be written, because its reader has ended or a disk is full."""


class StreamMapError(AdvisedError):
    """A stream map leaves a key column without a value."""


class BatchError(TapGenesysSearchError):
    """Records can't be written into a batch's file: its format does not fit, or its storage."""
