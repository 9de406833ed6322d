"""Pages as one reads them with requests and the standard library's json."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import requests

from benchmarks.contract import QUERY_PATH, TOKEN_FORM, TOKEN_PATH, Extract, Window, normalise

if TYPE_CHECKING:
    from collections.abc import Iterator


def log_in(extract: Extract) -> requests.Session:
    """Begin a session that has a token."""
    session = requests.Session()
    answer = session.post(
        extract.url + TOKEN_PATH,
        data=TOKEN_FORM,
        headers={"Authorization": extract.basic_authorization},
        timeout=30,
    )
    answer.raise_for_status()
    session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    return session


def normalised_pages(
    session: requests.Session, extract: Extract, window: Window
) -> Iterator[list[dict[str, Any]]]:
    """Submit, poll and read the pages of a window, one after the other."""
    url = extract.url + QUERY_PATH
    search_id = window.search_id
    offset, total = 0, 1
    while offset < total:
        submitted = session.post(url, json=window.query(extract.page_size, offset), timeout=30)
        submitted.raise_for_status()
        page = _wait(session, f"{url}/{submitted.json()['id']}", extract.poll_interval_seconds)
        records = page["results"]
        if not records:
            return
        yield [normalise(record, search_id) for record in records]
        offset, total = offset + len(records), page["totalMatchingRecords"]


def _wait(session: requests.Session, url: str, interval_seconds: float) -> Any:  # noqa: ANN401
    while True:
        answer = session.get(url, timeout=30)
        answer.raise_for_status()
        page = answer.json()
        if page["status"] == "completed":
            return page
        time.sleep(interval_seconds)
