"""What all contestants share: the windows, the requests and the record they owe.

Only the standard library is used here, because some contestants run in environments of their own.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN_PATH = "/oauth/token"  # noqa: S105
QUERY_PATH = "/api/v2/analytics/conversations/details/query"
TOKEN_FORM = {"grant_type": "client_credentials", "scope": "analytics:conversation:read"}
FIELDS = ("id", "type", "timestamp", "media.type", "customer.name", "relevanceScore")
STREAM = "interactions"

_SCORE_DECIMALS = 4


@dataclass(frozen=True)
class Window:
    """A window to search.

    Attributes:
        start: As it goes over the wire.
        end: The same.
    """

    start: str
    end: str

    @property
    def search_id(self) -> str:
        """The same for the same window."""
        return hashlib.sha256(f"{self.start}/{self.end}".encode()).hexdigest()[:32]

    def query(self, page_size: int, offset: int) -> dict[str, Any]:
        """Write the body that submits the search of a page."""
        return {
            "query": {
                "filter": {
                    "type": "range",
                    "field": "timestamp",
                    "range": {"start": self.start, "end": self.end},
                },
                "fields": list(FIELDS),
                "pageSize": page_size,
                "offset": offset,
            }
        }


@dataclass(frozen=True)
class Extract:
    """What to extract, read from a configuration of the tap."""

    url: str
    client_id: str
    client_secret: str
    start: datetime
    end: datetime
    window_length: timedelta
    page_size: int
    poll_interval_seconds: float

    @property
    def basic_authorization(self) -> str:
        """The header that asks for a token."""
        credentials = f"{self.client_id}:{self.client_secret}".encode()
        return f"Basic {base64.b64encode(credentials).decode()}"

    def windows(self) -> Iterator[Window]:
        """Cut the span of time as the tap does."""
        start = self.start
        while start < self.end:
            end = min(start + self.window_length, self.end)
            yield Window(_format(start), _format(end))
            start = end


def read_extract(path: str | None = None) -> Extract:
    """Read what to extract from a file, which the command line names unless it is given here."""
    config = json.loads(Path(path or sys.argv[1]).read_text(encoding="utf-8"))
    return Extract(
        config["api_url"],
        config["client_id"],
        config["client_secret"],
        _parse(config["start_date"]),
        _parse(config["end_date"]),
        timedelta(hours=config["window_hours"]),
        config["page_size"],
        config.get("poll_interval_seconds", 2),
    )


def normalise(raw: dict[str, Any], search_id: str) -> dict[str, Any]:
    """Make the tap's record of one that has its id and timestamp."""
    score = raw.get("relevanceScore")
    media, customer = raw.get("media"), raw.get("customer")
    return {
        "id": raw["id"],
        "type": raw.get("type") or "conversation",
        "timestamp": raw["timestamp"],
        "media_type": (media and media.get("type")) or "voice",
        "customer_name": (customer and customer.get("name")) or "anonymous",
        "relevance_score": round(min(max(score or 0.0, 0.0), 1.0), _SCORE_DECIMALS),
        "metadata": raw.get("metadata") or {},
        "search_id": search_id,
    }


def _parse(timestamp: str) -> datetime:
    return datetime.fromisoformat(timestamp.replace("Z", "+00:00")).astimezone(timezone.utc)


def _format(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
