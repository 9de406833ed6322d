"""The least that does the job: urllib3, orjson, and one write of RECORD lines a page."""

from __future__ import annotations

import os
import sys
import time
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import orjson
import urllib3

from benchmarks.contract import (
    QUERY_PATH,
    STREAM,
    TOKEN_FORM,
    TOKEN_PATH,
    Extract,
    Window,
    normalise,
    read_extract,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

UNCOMPRESSED = "--uncompressed"


def main() -> None:
    """Write the interactions of each window."""
    extract = read_extract()
    http = urllib3.PoolManager()
    headers = _log_in(http, extract)
    headers["Accept-Encoding"] = "identity" if UNCOMPRESSED in sys.argv else "gzip"
    for window in extract.windows():
        search_id = window.search_id
        for records in _pages(http, extract, window, headers):
            _write(records, search_id)


def _write(records: list[dict[str, Any]], search_id: str) -> None:
    extracted = datetime.now(timezone.utc)
    lines = [
        orjson.dumps(
            {
                "type": "RECORD",
                "stream": STREAM,
                "record": normalise(record, search_id),
                "time_extracted": extracted,
            }
        )
        for record in records
    ]
    lines.append(b"")
    unwritten = memoryview(b"\n".join(lines))
    while unwritten:  # a pipe takes a part
        unwritten = unwritten[os.write(1, unwritten) :]


def _log_in(http: urllib3.PoolManager, extract: Extract) -> dict[str, str]:
    headers = {
        "Authorization": extract.basic_authorization,
        "Content-Type": "application/x-www-form-urlencoded",
    }
    answer = http.request(
        "POST", extract.url + TOKEN_PATH, body=urlencode(TOKEN_FORM), headers=headers
    )
    return {"Authorization": f"Bearer {orjson.loads(answer.data)['access_token']}"}


def _pages(
    http: urllib3.PoolManager, extract: Extract, window: Window, headers: dict[str, str]
) -> Iterator[list[dict[str, Any]]]:
    url = extract.url + QUERY_PATH
    submission = {**headers, "Content-Type": "application/json"}
    offset, total = 0, 1
    while offset < total:
        body = orjson.dumps(window.query(extract.page_size, offset))
        job = orjson.loads(http.request("POST", url, body=body, headers=submission).data)
        while True:
            page = orjson.loads(http.request("GET", f"{url}/{job['id']}", headers=headers).data)
            if page["status"] == "completed":
                break
            time.sleep(extract.poll_interval_seconds)
        records = page["results"]
        if not records:
            return
        yield records
        offset, total = offset + len(records), page["totalMatchingRecords"]


if __name__ == "__main__":
    main()
