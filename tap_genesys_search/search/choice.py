"""Chooses the search API: the one that is set, or the first that org and client may use."""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeAlias

from tap_genesys_search.errors import (
    ApiRefusedError,
    NotOfferedError,
    PermissionMissingError,
    RequestError,
    SearchFailedError,
    TapGenesysSearchError,
)
from tap_genesys_search.jobs.job_log import JobLog
from tap_genesys_search.search_apis import SEARCH_APIS
from tap_genesys_search.settings.schema import AUTO

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_genesys_search.platform.client import PlatformClient
    from tap_genesys_search.search_apis.base import SearchApi
    from tap_genesys_search.settings.parse import Settings


logger = logging.getLogger("tap-genesys-search.search_api")


Refusal: TypeAlias = NotOfferedError | ApiRefusedError | PermissionMissingError
"""Why an org or a client may not use a search API."""


ENOUGH = "analytics:conversationDetail:view"
"""The permission with which all public search APIs may be used."""


@dataclass(frozen=True)
class Choice:
    """The search API of a run.

    Attributes:
        api: The search API.
        is_sure: Whether later runs are to take it. Where another one may just have been down, they
            are to ask again.
    """

    api: SearchApi
    is_sure: bool = True


def choose_search_api(
    settings: Settings, client: PlatformClient, kept: str | None, job_log: JobLog
) -> Choice:
    """Choose the search API of a run.

    Args:
        settings: Name the search API, or `auto`.
        client: Calls the platform.
        kept: The search API that an earlier run with `auto` chose, from the state.
        job_log: Counts what choosing costs.

    Returns:
        The search API, and whether to keep it.

    Raises:
        RequestError: With `auto`, none may be used, or the platform does not answer.
        SearchFailedError: With `auto`, the small search failed.
    """
    if settings.search_api != AUTO:
        return Choice(SEARCH_APIS[settings.search_api](client, settings))
    if kept in SEARCH_APIS:
        passed_over = list(SEARCH_APIS)[: list(SEARCH_APIS).index(kept)]
        logger.info(
            "search_api auto: taking %s, which an earlier run chose%s",
            kept,
            f", as org and client may not use {' or '.join(passed_over)}" if passed_over else "",
        )
        return Choice(SEARCH_APIS[kept](client, settings))
    refusals: dict[str, Refusal] = {}
    for search_api in SEARCH_APIS.values():
        chosen = search_api(client, settings)
        refusal = find_refusal(chosen, job_log)
        if refusal is not None:  # the choice is kept, and a gateway may have erred
            refusal = find_refusal(chosen, job_log)
        if refusal is None:
            logger.info("search_api auto: taking %s", chosen.name)
            is_sure = all(map(_is_for_good, refusals.values()))
            if not is_sure:
                logger.warning(
                    "search_api auto: the others may just be down, so the next run asks again"
                )
            return Choice(chosen, is_sure)
        refusals[chosen.name] = refusal
        _log_finding(chosen, refusal)
    raise none_usable(refusals)


def none_usable(refusals: Mapping[str, Refusal]) -> RequestError:
    """Make the error of an org and a client that may use no search API; the log has said why."""
    said = ", ".join(f"{name}: {_kind_of(refusal)}" for name, refusal in refusals.items())
    fact = f"No search API may be used ({said})"
    if not any(isinstance(one, PermissionMissingError) for one in refusals.values()):
        return RequestError(fact, "Check environment and api_url: an org offers one at least")
    return PermissionMissingError(
        fact,
        f"Give a role of the OAuth client the permission {ENOUGH}",
        permissions=ENOUGH,
        place="each of the search APIs",
    )


def find_refusal(search_api: SearchApi, job_log: JobLog) -> Refusal | None:
    """Try a search API with one small search.

    Returns:
        Why it may not be used, or None where it may.

    Raises:
        RequestError: The platform does not answer, or refuses the login.
    """
    try:
        search_api.probe(job_log)
    except (NotOfferedError, ApiRefusedError, PermissionMissingError) as error:
        return error
    return None


def name_usable(
    settings: Settings, client: PlatformClient, error: TapGenesysSearchError
) -> TapGenesysSearchError:
    """Add to the refusal of a search API which others may be used.

    Args:
        settings: Name the search API that was refused.
        client: Asks the platform.
        error: Why a search failed.

    Returns:
        The error with a suggestion. Unchanged where it refuses something else, or where `auto` has
        tried the search APIs.
    """
    if settings.search_api == AUTO or not isinstance(
        error, NotOfferedError | PermissionMissingError
    ):
        return error
    usable = []
    # A suggestion is not worth a long wait.
    patient = replace(settings, poll_timeout_seconds=min(settings.poll_timeout_seconds, 10))
    for name, search_api in SEARCH_APIS.items():
        with suppress(RequestError, SearchFailedError):
            if find_refusal(search_api(client, patient), JobLog()) is None:
                usable.append(name)
    suggestion = (
        f"Set search_api to {' or '.join(usable)}, which this org and client may use"
        if usable
        else ""
    )
    if isinstance(error, NotOfferedError):
        return RequestError(error.fact, suggestion or error.advice)
    return PermissionMissingError(
        error.fact,
        ". ".join(filter(None, [error.advice, suggestion])),
        status=error.status,
        permissions=error.permissions,
        place=error.place,
    )


def _is_for_good(refusal: Refusal) -> bool:
    """Tell whether a refusal is the platform's decision; otherwise it may be down."""
    return (
        isinstance(refusal, ApiRefusedError | PermissionMissingError)
        and (refusal.status or 0) < HTTPStatus.INTERNAL_SERVER_ERROR
    )


def _kind_of(refusal: Refusal) -> str:
    """Tell in words why a search API may not be used."""
    is_permission = isinstance(refusal, PermissionMissingError)
    return "not permitted" if is_permission else "not offered by this org"


def _log_finding(search_api: SearchApi, refusal: Refusal | None) -> None:
    """Log whether a search API may be used, and which permission it takes where that is why."""
    if refusal is None:
        logger.info("search_api %s: usable", search_api.name)
        return
    detail = refusal.fact
    if isinstance(refusal, PermissionMissingError):
        # A refusal that names permissions says nothing else.
        needs = refusal.permissions or " or ".join(search_api.permissions)
        place = refusal.place if refusal.permissions else refusal.fact
        detail = f"grant {needs or 'what the platform names'} ({place})"
    logger.info("search_api %s: %s, %s", search_api.name, _kind_of(refusal), detail)


def report_search_apis(settings: Settings, client: PlatformClient) -> dict[str, Refusal | None]:
    """Log which search APIs the org and the client may use, and which to set.

    Returns:
        Each search API and why it may not be used, None where it may.

    Raises:
        RequestError: The platform does not answer, or refuses the login.
    """
    refusals: dict[str, Refusal | None] = {}
    for name, search_api in SEARCH_APIS.items():
        tried = search_api(client, settings)
        refusals[name] = find_refusal(tried, JobLog())
        _log_finding(tried, refusals[name])
    usable = [name for name, refusal in refusals.items() if refusal is None]
    if settings.search_api != AUTO and settings.search_api not in usable and usable:
        logger.warning(
            "search_api %s may not be used: set it to %s, or to auto",
            settings.search_api,
            " or ".join(usable),
        )
    return refusals
