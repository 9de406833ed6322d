# /// script
# requires-python = ">=3.10"
# dependencies = ["requests~=2.32", "singer-python==6.8.0"]
# ///
"""A tap on singer-python, which can't be installed beside the Singer SDK."""

from __future__ import annotations

import singer
from singer.utils import now

from benchmarks.contestants.requested_pages import log_in, normalised_pages
from benchmarks.contract import STREAM, read_extract

TEXT = {"type": ["null", "string"]}
SCHEMA = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "type": TEXT,
        "timestamp": {"type": "string", "format": "date-time"},
        "media_type": TEXT,
        "customer_name": TEXT,
        "relevance_score": {"type": ["null", "number"]},
        "metadata": {"type": ["null", "object"]},
        "search_id": TEXT,
    },
}


def main() -> None:
    """Write the interactions of each window, and the state behind them."""
    extract = read_extract()
    session = log_in(extract)
    singer.write_schema(STREAM, SCHEMA, ["id"], ["timestamp"])
    for window in extract.windows():
        for records in normalised_pages(session, extract, window):
            extracted = now()
            for record in records:
                singer.write_record(STREAM, record, time_extracted=extracted)
        singer.write_state({"bookmarks": {STREAM: {"timestamp": window.end}}})


if __name__ == "__main__":
    main()
