"""A loop as one writes it first: requests, json, one search after the other, print."""

from __future__ import annotations

import json
from datetime import datetime, timezone

from benchmarks.contestants.requested_pages import log_in, normalised_pages
from benchmarks.contract import STREAM, read_extract


def main() -> None:
    """Write the interactions of each window."""
    extract = read_extract()
    session = log_in(extract)
    for window in extract.windows():
        for records in normalised_pages(session, extract, window):
            extracted = datetime.now(timezone.utc).isoformat()
            for record in records:
                message = {
                    "type": "RECORD",
                    "stream": STREAM,
                    "record": record,
                    "time_extracted": extracted,
                }
                print(json.dumps(message))


if __name__ == "__main__":
    main()
