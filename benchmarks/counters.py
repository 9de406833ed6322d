"""What the benchmark's server has counted, and how the benchmark reads it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from typing_extensions import Self


@dataclass(frozen=True)
class JobRead:
    """A search that was read to its end.

    Attributes:
        seconds: How long it took on the platform.
        overshoot_seconds: How long after its completion it was first read as completed.
        polls: How often it was asked for.
    """

    seconds: float
    overshoot_seconds: float
    polls: int


@dataclass
class Counters:
    """Counts since the last reset.

    Attributes:
        requests: How many there were of each kind: `token`, `submit`, `poll`; refused ones apart.
        refused: How many were answered by a 429.
        refused_by_token: The same, by token.
        by_token: Requests that were let through, by token: each process has its own.
        most_in_flight: The most searches at once that were submitted and not read.
        jobs: The searches that were read to their end.
        not_read: How many searches were submitted and not read.
        first_submitted: When the first search was submitted, in seconds; None where none was.
        last_read: When the last one was read.
    """

    requests: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    refused_by_token: Counter[str] = field(default_factory=Counter)
    by_token: Counter[str] = field(default_factory=Counter)
    most_in_flight: int = 0
    jobs: list[JobRead] = field(default_factory=list)
    not_read: int = 0
    first_submitted: float | None = None
    last_read: float = 0.0

    @property
    def searching_seconds(self) -> float:
        """From the first submission to the last page: a run without its start and its end."""
        return 0.0 if self.first_submitted is None else self.last_read - self.first_submitted

    @property
    def requests_sent(self) -> int:
        """How many requests there were to the API, those refused included."""
        return self.requests["submit"] + self.requests["poll"] + self.refused

    def as_document(self) -> dict[str, Any]:
        """Make a JSON object of the counts."""
        return {**vars(self), "jobs": [vars(job) for job in self.jobs]}

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> Self:
        """Read what `as_document` made."""
        counts = {
            name: Counter(document[name]) for name in ("requests", "refused_by_token", "by_token")
        }
        return cls(**{**document, **counts, "jobs": [JobRead(**job) for job in document["jobs"]]})
