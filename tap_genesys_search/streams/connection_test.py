"""The connection test: which of the selected streams this org and this client may read."""

from __future__ import annotations

import logging
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import Enum
from http import HTTPStatus
from typing import TYPE_CHECKING, Protocol, cast

from singer_sdk.metrics import METRICS_LOGGER_NAME

from tap_genesys_search.errors import (
    ApiRefusedError,
    ConnectionTestError,
    NotOfferedError,
    PermissionMissingError,
    RequestError,
    SearchFailedError,
    TapGenesysSearchError,
)
from tap_genesys_search.search.choice import none_usable, report_search_apis
from tap_genesys_search.settings.schema import AUTO
from tap_genesys_search.streams.left_out import is_of_one_stream, what_to_grant
from tap_genesys_search.streams.searches.filled_streams import dry_run_may_end
from tap_genesys_search.streams.searches.search_audits import SearchAudits, apis_that_fill
from tap_genesys_search.wording import counted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from singer_sdk import Stream

    from tap_genesys_search.streams.base import WindowedStream
    from tap_genesys_search.streams.context import RunContext

logger = logging.getLogger("tap-genesys-search.connection_test")


NO_SUCH_THING = frozenset(
    {
        HTTPStatus.NOT_FOUND,
        HTTPStatus.METHOD_NOT_ALLOWED,
        HTTPStatus.GONE,
        HTTPStatus.NOT_IMPLEMENTED,
    }
)
"""Answers of an org that has not what is asked for."""


class Verdict(Enum):
    """What a connection test finds about a stream."""

    USABLE = "usable"
    NOT_PERMITTED = "not permitted"
    NOT_OFFERED = "not offered by this org"
    NOT_FILLED = "not filled by this search API"
    FAILING = "failing"


@dataclass(frozen=True)
class Finding:
    """What a connection test finds about a stream, and more about that, or ""."""

    stream: str
    verdict: Verdict
    detail: str = ""


class Driving(Protocol):
    """A stream that is synced by itself, and others with it."""

    @property
    def permissions(self) -> Collection[str]:
        """Of these the OAuth client needs one."""
        ...

    def sync(self) -> None:
        """Sync the stream."""


def test_connection(streams: Iterable[Stream], context: RunContext) -> None:
    """Read the first record of each selected stream, and say which of them are usable.

    Args:
        streams: All streams of the tap.
        context: What they share.

    Raises:
        ConnectionTestError: A run would fail.
        TapGenesysSearchError: No stream can be read, for a reason that all share.
    """
    with _without_metrics():
        findings = _find(streams, context)
    _conclude(findings, is_strict=context.settings.strict)


@contextmanager
def _without_metrics() -> Iterator[None]:
    """Log no metrics: they call it a failure that each stream ends at its first record."""
    metrics = logging.getLogger(METRICS_LOGGER_NAME)
    metrics.disabled = True
    try:
        yield
    finally:
        metrics.disabled = False


def _find(streams: Iterable[Stream], context: RunContext) -> list[Finding]:
    refusal = _settle_search_api(context)
    findings: list[Finding] = []
    for driving in streams:
        wanted = [one for one in (driving, *driving.child_streams) if one.selected]
        if not wanted or driving.parent_stream_type is not None:
            continue
        for stream in (driving, *wanted):
            stream.ABORT_AT_RECORD_COUNT = 1
        if isinstance(driving, SearchAudits):
            findings += _find_searched(driving, wanted, refusal)
        else:
            verdict, detail = _verdict_on(cast("Driving", driving))
            findings += [Finding(stream.name, verdict, detail) for stream in wanted]
    return findings


def _settle_search_api(context: RunContext) -> RequestError | SearchFailedError | None:
    """Report on the search APIs, settle on one with `auto`, and tell why it may not be used.

    With `auto` the search would otherwise try each of them once more, and say so.
    """
    settings = context.settings
    refusals = report_search_apis(settings, context.client)
    if settings.search_api != AUTO:
        return refusals[settings.search_api]
    usable = [name for name, refusal in refusals.items() if refusal is None]
    if not usable:
        return none_usable({name: one for name, one in refusals.items() if one})
    context.settings = replace(settings, search_api=usable[0])
    return None


def _find_searched(
    audits: SearchAudits,
    streams: Sequence[Stream],
    refusal: RequestError | SearchFailedError | None,
) -> list[Finding]:
    """Search for the first record of the streams that searches fill, unless that is refused."""
    verdict, detail = _of_error(refusal, audits.permissions) if refusal else _verdict_on(audits)
    search_api = audits.searching.api
    return [
        Finding(stream.name, verdict, detail)
        if cast("WindowedStream", stream).is_filled_by(search_api)
        else Finding(stream.name, Verdict.NOT_FILLED, _how_to_fill(stream.name, search_api.name))
        for stream in streams
    ]


def _how_to_fill(stream: str, search_api: str) -> str:
    return f"That is {search_api}; set search_api to {' or '.join(apis_that_fill([stream]))}"


def _conclude(findings: Sequence[Finding], *, is_strict: bool) -> None:
    """Say what was found about each stream, and end the test in one line."""
    alike = defaultdict[tuple[Verdict, str], list[str]](list)
    for one in findings:
        alike[one.verdict, one.detail].append(one.stream)
    for (verdict, detail), names in alike.items():
        level = logging.INFO if verdict is Verdict.USABLE else logging.WARNING
        subject = "Stream %s is %s%s" if len(names) == 1 else "Streams %s are %s%s"
        logger.log(level, subject, ", ".join(names), verdict.value, f". {detail}" if detail else "")
    by_verdict = {
        verdict: [one.stream for one in findings if one.verdict is verdict] for verdict in Verdict
    }
    usable = by_verdict.pop(Verdict.USABLE)
    result = f"{len(usable)} of {counted(len(findings), 'stream')} usable" + "".join(
        f"; {verdict.value}: {', '.join(names)}" for verdict, names in by_verdict.items() if names
    )
    # A run leaves out what is not permitted, unless it is strict, and warns of what is not filled.
    would_fail = [Verdict.FAILING, Verdict.NOT_OFFERED]
    would_fail += [Verdict.NOT_PERMITTED] if is_strict else []
    if not usable or any(by_verdict[verdict] for verdict in would_fail):
        raise ConnectionTestError(f"Connection test failed: {result}")
    logger.info("Connection test passed: %s", result)


def _verdict_on(driving: Driving) -> tuple[Verdict, str]:
    try:
        with dry_run_may_end():
            driving.sync()
    except TapGenesysSearchError as error:
        return _of_error(error, driving.permissions)
    return Verdict.USABLE, ""


def _of_error(error: TapGenesysSearchError, permissions: Collection[str]) -> tuple[Verdict, str]:
    if isinstance(error, PermissionMissingError):
        return Verdict.NOT_PERMITTED, f"Grant {what_to_grant(error, permissions)} ({error.place})"
    status = error.status if isinstance(error, RequestError) else None
    if isinstance(error, NotOfferedError | ApiRefusedError) or status in NO_SUCH_THING:
        return Verdict.NOT_OFFERED, str(error)
    if not is_of_one_stream(error):
        raise error
    return Verdict.FAILING, str(error)
