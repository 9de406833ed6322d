"""What Meltano says during a run: lines of JSON, `--log-format=json`."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

MELTANO = "meltano"
TAP = "tap-genesys-search"

_END = re.compile(
    r"(?:Done|Not finished): (?P<extracted>[\d,]+)(?: of (?P<matching>[\d,]+))? interactions? "
    r"found in (?P<windows>[\d,]+) windows?.*?(?:, complete until (?P<until>\S+))?"
)
"""The line that ends a run of the tap."""


@dataclass(frozen=True)
class LogLine:
    """A line of the log.

    Attributes:
        level: Its level, in lower case.
        source: The plugin that wrote it, or `meltano`.
        text: What it says.
        metric: The measurement in it, in the Singer SDK's form, or None.
    """

    level: str
    source: str
    text: str
    metric: dict[str, Any] | None = None

    @property
    def is_failure(self) -> bool:
        """Whether a plugin, or Meltano, fails with it; some loaders end with a bare traceback."""
        return self.level in {"error", "critical"} or self.text.startswith("Traceback (most recent")

    def __str__(self) -> str:
        """Write the line for people."""
        return f"{self.source}: {self.text}"


def parse_line(text: str) -> LogLine:
    """Read a line; one that is no JSON, of a process that dies early, is taken as it is."""
    try:
        entry = json.loads(text)
        event = entry["event"]
    except (ValueError, TypeError, KeyError):
        return LogLine("error" if text.startswith("Error: ") else "info", MELTANO, text.rstrip())
    metric = entry.get("metric_info")
    return LogLine(
        str(entry.get("level", "info")),
        str(entry.get("string_id") or entry.get("name") or MELTANO),
        "\n".join(filter(None, [json.dumps(metric) if metric else str(event), _trace(entry)])),
        metric,
    )


def _trace(entry: dict[str, Any]) -> str | None:
    trace = entry.get("exception") or entry.get("exc_info")
    return trace if isinstance(trace, str) else None


@dataclass
class RunReport:
    """What a run has done, as far as its log tells.

    Attributes:
        rows: Stream to number of records.
        extracted: Interactions read.
        matching: Interactions that the platform counted; None where its API counts none.
        searched_until: Up to when what was searched is complete, or None.
        requests: Requests sent, logins and retries included; None where the tap did not come to
            tell.
        errors: Plugin, or `meltano`, to the first line in which it says that it fails.
    """

    rows: dict[str, int] = field(default_factory=dict)
    extracted: int = 0
    matching: int | None = 0
    searched_until: str | None = None
    requests: int | None = None
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def hit_rate(self) -> float | None:
        """Extracted interactions, in percent of those that match; None where they are uncounted."""
        if self.matching is None:
            return None
        return round(100 * self.extracted / self.matching, 2) if self.matching else 0.0

    def add(self, line: LogLine) -> None:
        """Take note of a line."""
        if line.is_failure:
            self.errors.setdefault(line.source, line.text)
        elif line.source != TAP:
            return
        elif line.metric:
            self._add_metric(line.metric)
        elif end := _END.fullmatch(line.text):
            self._add_end(end)

    def _add_metric(self, metric: dict[str, Any]) -> None:
        match metric:
            case {"metric": "record_count", "tags": {"stream": stream}, "value": int(count)}:
                self.rows[stream] = self.rows.get(stream, 0) + count
            case {"metric": "http_request_count", "value": int(count)}:
                self.requests = count

    def _add_end(self, end: re.Match[str]) -> None:
        self.searched_until = end["until"]
        self.extracted = _number(end["extracted"])
        if end["matching"]:
            self.matching = _number(end["matching"])
        elif _number(end["windows"]):
            self.matching = None


def _number(text: str) -> int:
    return int(text.replace(",", ""))
