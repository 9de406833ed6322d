"""What the audit of a search tells it by, and what the search cost."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tap_genesys_search.records.ids import digest_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tap_genesys_search.jobs.job_log import JobLog
    from tap_genesys_search.json_types import JsonObject
    from tap_genesys_search.settings.parse import Settings
    from tap_genesys_search.windows.window import Window


def search_id(api_name: str, window: Window, settings: Settings, own: Sequence[str] = ()) -> str:
    """Derive the id of a search from its query and window, which are the same in every run.

    Args:
        api_name: The search API.
        window: The window searched, or its cell of the grid.
        settings: Give the query, and the client, who belongs to one org and region.
        own: What else tells searches of this API apart.

    Returns:
        32 hexadecimal digits.
    """
    identity: list[object] = [
        api_name,
        settings.client_id,
        settings.projection.fields,
        settings.filters,
        settings.facets,
        str(window),
    ]
    return digest_of(json.dumps([*identity, *own], sort_keys=True))


def cost_of(job_logs: Sequence[JobLog]) -> JsonObject:
    """Sum up the costs of attempts as an audit reports them."""
    return {
        "query_ids": [query for job_log in job_logs for query in job_log.query_ids],
        "poll_count": sum(job_log.polls for job_log in job_logs),
        "page_count": sum(job_log.pages for job_log in job_logs),
        "retry_count": sum(job_log.retries for job_log in job_logs),
    }
