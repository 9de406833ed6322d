"""How other connectors read conversations night after night, as far as their sources show it.

Their requests and cursors are rebuilt here, so that what they leave open can be compared.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol

import requests

from tap_genesys_search.timestamps import as_platform_timestamp, format_timestamp

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tests.support.running_simulator import RunningSimulator

Document = dict[str, Any]

DETAILS = "/api/v2/analytics/conversations/details"


class Connector(Protocol):
    """A connector that keeps a cursor from run to run."""

    def __call__(
        self, platform: Platform, cursor: datetime, now: datetime
    ) -> tuple[list[Document], datetime]:
        """Give what a run from a cursor on reads, and the cursor of the next one."""


class Platform:
    """Requests to a simulator, with a token."""

    def __init__(self, running: RunningSimulator) -> None:
        self._url = running.url
        simulator = running.simulator
        answer = requests.post(
            f"{self._url}/oauth/token",
            data={"grant_type": "client_credentials"},
            auth=(simulator.client_id, simulator.client_secret),
            timeout=30,
        )
        answer.raise_for_status()
        self._headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}

    def get(self, path: str, **parameters: Any) -> Document:
        return self._send("GET", path, params=parameters)

    def post(self, path: str, body: Document) -> Document:
        return self._send("POST", path, json=body)

    def _send(self, method: str, path: str, **options: Any) -> Document:
        answer = requests.request(
            method, self._url + path, headers=self._headers, timeout=30, **options
        )
        answer.raise_for_status()
        read: Document = answer.json()
        return read


def estuary(platform: Platform, cursor: datetime, now: datetime) -> tuple[list[Document], datetime]:
    """One job from the cursor to now; the cursor is the latest end, or start, that came.

    Source: https://github.com/estuary/connectors, source-genesys/source_genesys/api.py.
    """
    read = [one for one in _results_of_job(platform, cursor, now) if _latest(one) > _text(cursor)]
    latest = max(map(_latest, read), default=_text(cursor))
    return read, type(cursor).fromisoformat(latest.replace("Z", "+00:00"))


def tap_purecloud(
    platform: Platform, cursor: datetime, now: datetime
) -> tuple[list[Document], datetime]:
    """Whole days by the query, from the day of the cursor to today, which is the next cursor.

    Source: https://pypi.org/project/tap-purecloud/0.0.6/.
    """
    read: list[Document] = []
    day = cursor.replace(hour=0, minute=0, second=0)
    while day < now:
        read += _days_conversations(platform, day)
        day += timedelta(days=1)
    return read, now.replace(hour=0, minute=0, second=0, microsecond=0)


CONNECTORS: dict[str, Connector] = {
    "Estuary's source-genesys": estuary,
    "tap-purecloud 0.0.6": tap_purecloud,
}


def _results_of_job(platform: Platform, start: datetime, end: datetime) -> Iterator[Document]:
    job = platform.post(f"{DETAILS}/jobs", {"interval": f"{_text(start)}/{_text(end)}"})["jobId"]
    while platform.get(f"{DETAILS}/jobs/{job}")["state"] != "FULFILLED":
        pass
    cursor: dict[str, str] | None = {}
    while cursor is not None:
        page = platform.get(f"{DETAILS}/jobs/{job}/results", pageSize=1000, **cursor)
        yield from page["conversations"]
        cursor = {"cursor": page["cursor"]} if page.get("cursor") else None


def _days_conversations(platform: Platform, day: datetime) -> Iterator[Document]:
    number, found = 1, True
    while found:
        page = platform.post(
            f"{DETAILS}/query",
            {
                "interval": f"{_text(day)}/{_text(day + timedelta(days=1))}",
                "order": "asc",
                "orderBy": "conversationStart",
                "paging": {"pageSize": 100, "pageNumber": number},
            },
        )
        found = bool(page.get("conversations"))
        yield from page.get("conversations") or ()
        number += 1


def _latest(document: Document) -> str:
    return (
        as_platform_timestamp(document.get("conversationEnd") or document["conversationStart"])
        or ""
    )


def _text(moment: datetime) -> str:
    return format_timestamp(moment)
