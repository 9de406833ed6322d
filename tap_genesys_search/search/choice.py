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
    refusals: list[str] = []
    lacks_permission, is_sure = False, True
    for search_api in SEARCH_APIS.values():
        chosen = search_api(client, settings)
        refusal = find_refusal(chosen, job_log)
        if refusal is not None:  # the choice is kept, and a gateway may have erred
            refusal = find_refusal(chosen, job_log)
        if refusal is None:
            logger.info(
                "search_api auto: taking %s, which this org and client may use%s",
                chosen.name,
                "".join(f"; not {one}" for one in refusals),
            )
            if not is_sure:
                logger.warning(
                    "search_api auto: the others may just be down, so the next run asks again"
                )
            return Choice(chosen, is_sure)
        is_sure &= _is_for_good(refusal)
        refusals.append(f"{chosen.name} ({_fact(refusal)})")
        lacks_permission |= isinstance(refusal, PermissionMissingError)
    fact = f"No search API may be used: {'; '.join(refusals)}"
    advice = f"Give a role of the OAuth client the permission {ENOUGH}"
    if not lacks_permission:
        raise RequestError(fact, advice)
    raise PermissionMissingError(fact, advice, permissions=ENOUGH, place="each of the search APIs")


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
    suggestion = f"search_api may be {' or '.join(usable)}" if usable else "none may be used"
    advice = f"Of the search APIs, as this org and client stand: {suggestion}"
    if isinstance(error, NotOfferedError):
        return RequestError(str(error), advice)
    return PermissionMissingError(
        str(error),
        advice,
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


def _fact(refusal: Refusal) -> str:
    return str(refusal) if isinstance(refusal, NotOfferedError) else refusal.fact


def report_search_apis(settings: Settings, client: PlatformClient) -> dict[str, Refusal | None]:
    """Log which search APIs the org and the client may use, and which to set.

    Returns:
        Each search API and why it may not be used, None where it may.

    Raises:
        RequestError: The platform does not answer, or refuses the login.
    """
    refusals: dict[str, Refusal | None] = {}
    for name, search_api in SEARCH_APIS.items():
        refusal = refusals[name] = find_refusal(search_api(client, settings), JobLog())
        if refusal is None:
            logger.info("search_api %s: usable", name)
        elif isinstance(refusal, PermissionMissingError):
            needs = refusal.permissions or " or ".join(search_api.permissions)
            grant = f"grant {needs}" if needs else "grant what the platform names"
            logger.info("search_api %s: not permitted, %s (%s)", name, grant, _fact(refusal))
        else:
            logger.info("search_api %s: not offered by this org (%s)", name, _fact(refusal))
    usable = [name for name, refusal in refusals.items() if refusal is None]
    if settings.search_api != AUTO and settings.search_api not in usable and usable:
        logger.warning(
            "search_api %s may not be used: set it to %s, or to auto",
            settings.search_api,
            " or ".join(usable),
        )
    return refusals
