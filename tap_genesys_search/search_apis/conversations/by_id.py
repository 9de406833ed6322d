"""Conversations that are asked for by their ids."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from tap_genesys_search.errors import SearchFailedError
from tap_genesys_search.jobs.open_jobs import is_id
from tap_genesys_search.json_types import JsonObject, are_objects
from tap_genesys_search.platform.http.responses import place_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tap_genesys_search.jobs.job_log import JobLog
    from tap_genesys_search.platform.client import PlatformClient

PATH = "/api/v2/analytics/conversations/details"

MOST_IDS = 100
"""How many ids one request names. The platform's own limit is not documented. The address stays
below 4,000 characters, and an answer has as many conversations as a page of the query."""


def is_listable(text: str) -> bool:
    """Tell whether a text may be one of several ids in one request, which commas separate."""
    return is_id(text) and "," not in text


def read_by_id(
    client: PlatformClient, ids: Sequence[str], job_log: JobLog
) -> dict[str, JsonObject]:
    """Ask for conversations by their ids.

    Args:
        client: Calls the platform.
        ids: At most `MOST_IDS`.
        job_log: Counts what it costs.

    Returns:
        Id to conversation, model `AnalyticsConversationWithoutAttributes` of the official SDK.
        Those that the platform does not know are left out.

    Raises:
        RequestError: The request was refused, or there is no answer.
        SearchFailedError: The answer has no list of conversations. Without one it does not say that
            all of them are unknown.
    """
    listed = ",".join(quote(one, safe="") for one in ids)
    answer = client.call("GET", f"{PATH}?id={listed}", on_retry=job_log.count_retry)
    found = answer.get("conversations")
    if not are_objects(found):
        raise SearchFailedError(f"{place_of(answer, PATH)} answered no list of conversations")
    return {one["conversationId"]: one for one in found if one.get("conversationId") in ids}
