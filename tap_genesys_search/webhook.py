"""Telling a web address of each completed search."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import urllib3

from tap_genesys_search.bounded_connections import BoundedSession
from tap_genesys_search.refusals import SUCCESSES

if TYPE_CHECKING:
    from tap_genesys_search.answers import JsonObject

logger = logging.getLogger("tap-genesys-search.webhook")

TIMEOUT_SECONDS = 5.0


def post_search(url: str, audit: JsonObject, facets: list[JsonObject]) -> None:
    """Post a search's audit record and facets; a failure is logged and changes nothing.

    Args:
        url: Where to; it may hold a secret, so only its host is ever logged.
        audit: Record of `search_audits`.
        facets: Records of `interaction_facets`.
    """
    host = urlsplit(url).hostname
    try:
        with (
            BoundedSession() as session,
            session.post(
                url,
                json={"audit": audit, "facets": facets},
                timeout=TIMEOUT_SECONDS,
                allow_redirects=False,
                stream=True,  # what it says does not matter, and it may say it for ever
            ) as answer,
        ):
            status = answer.status_code
    # Among them what a record can hold that no JSON can.
    except (OSError, ValueError, RecursionError, urllib3.exceptions.HTTPError) as error:
        logger.warning("webhook_url: no answer from %s (%s)", host, type(error).__name__)
        return
    if status not in SUCCESSES:
        logger.warning("webhook_url: %s answered %d", host, status)
