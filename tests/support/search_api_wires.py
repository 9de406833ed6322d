"""How each search API is spoken on the wire, as far as the tests of all of them need it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from genesys_cloud_simulator.timestamps import to_milliseconds
from genesys_cloud_simulator.views.transcripts import generate_transcript
from tap_genesys_search.windows.window import Window
from tests.support.scripted_platform import QUERY_PATH, Answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from genesys_cloud_simulator import Org

Body = dict[str, Any]

START = datetime(2026, 1, 5, tzinfo=timezone.utc)
WINDOW = Window(START, START + timedelta(days=1))
INTERVAL = "2026-01-05T00:00:00.000Z/2026-01-06T00:00:00.000Z"
JOBS_PATH = "/api/v2/analytics/conversations/details/jobs"
TRANSCRIPTS_PATH = "/api/v2/speechandtextanalytics/transcripts/search"

PENDING = Answer({"id": "q-1", "status": "pending"})
SUBMITTED = Answer({"jobId": "j-1"}, 202)
FULFILLED = Answer({"state": "FULFILLED"})
SUBMISSIONS = (PENDING, SUBMITTED)
"""What is answered to who submits a search whose pages come later."""


@dataclass(frozen=True)
class Wire:
    """What a search API sends and is answered.

    Attributes:
        path: Where a search is posted.
        page_path: Where its pages come from.
        bodies: What is posted for five records of `WINDOW` in pages of two.
        script: Makes the answers of a whole search from the bodies of its pages.
        records: Name of the list of records in a page.
        record_id: Name of a record's id.
        total: Name of the count of all records in a page, or None where pages have none.
        operation: The simulator's name of the request that a page answers.
        records_of: Gives id and start of all that an org has for the API, the oldest first.
        dated: What says in a record that it lies in `WINDOW`, where a search looks for that.
        further: Path and body of what is posted beside the search.
        compared: How many of several pages are asked for once more, to be compared.
    """

    path: str
    page_path: str
    bodies: tuple[Body, ...]
    script: Callable[[tuple[Body, ...]], list[Answer]]
    records: str
    record_id: str
    total: str | None
    operation: str
    records_of: Callable[[Org], list[tuple[str, str]]]
    dated: Body = field(default_factory=dict)
    further: tuple[tuple[str, Body], ...] = ()
    compared: int = 0

    def page(self, first: int, last: int, total: int, **changes: object) -> Body:
        """Make the body of a page that has the records of some numbers."""
        records = [{self.record_id: f"c-{number}", **self.dated} for number in range(first, last)]
        return {self.records: records, **self.counted(total), **changes}

    def lacking(self, records: tuple[object, ...], total: int) -> Body:
        """Make the body of a page without records, which has this for their list, or no list."""
        page = self.counted(total)
        for one in records:
            page[self.records] = one
        return page

    def counted(self, total: object) -> Body:
        """Make the part of a page that counts all records, empty where pages have none."""
        return {self.total: total} if self.total else {}


def at_once(pages: tuple[Body, ...]) -> list[Answer]:
    """Answer each page to the request that asks for it."""
    return [Answer(page) for page in pages]


def each_polled(pages: tuple[Body, ...]) -> list[Answer]:
    """Answer each page to the poll of a query of its own."""
    answers = [Answer({"status": "completed"} | page) for page in pages]
    return [one for answer in answers for one in (PENDING, answer)]


def by_cursor(pages: tuple[Body, ...]) -> list[Answer]:
    """Answer the pages of one job, each of which names the next one but the last."""
    *others, last = ({"dataAvailabilityDate": "2026-03-01T00:00:00.000Z", **one} for one in pages)
    named = [Answer(page | {"cursor": f"after {number}"}) for number, page in enumerate(others)]
    return [SUBMITTED, FULFILLED, *named, Answer(last)]


def conversations_of(org: Org) -> list[tuple[str, str]]:
    """List the conversations of an org."""
    found = org.interactions_between(org.start, org.end)
    return [(str(one["id"]), str(one["timestamp"])) for one in found]


def transcripts_of(org: Org) -> list[tuple[str, str]]:
    """List the transcripts of an org."""
    seen = to_milliseconds(org.end + timedelta(days=1))
    found = (generate_transcript(one, seen) for one in org.interactions_between(org.start, org.end))
    return [(str(one["transcriptId"]), str(one["startTime"])) for one in found if one is not None]


def _interaction_query(offset: int) -> Body:
    return {
        "query": {
            "filter": {
                "type": "range",
                "field": "timestamp",
                "range": {"start": "2026-01-05T00:00:00.000Z", "end": "2026-01-06T00:00:00.000Z"},
            },
            "fields": ["id", "type", "timestamp", "media.type", "customer.name", "relevanceScore"],
            "pageSize": 2,
            "offset": offset,
        }
    }


def _conversation_query(number: int) -> Body:
    return {
        "interval": INTERVAL,
        "order": "asc",
        "orderBy": "conversationStart",
        "paging": {"pageSize": 2, "pageNumber": number},
    }


def _transcript_search(number: int, field: str = "conversationStartTime", size: int = 2) -> Body:
    return {
        "types": ["transcripts"],
        "pageSize": size,
        "pageNumber": number,
        "sortBy": field,
        "sortOrder": "ASC",
        "query": [
            {
                "type": "DATE_RANGE",
                "fields": [field],
                "startValue": "2026-01-05T00:00:00.000Z",
                "endValue": "2026-01-06T00:00:00.000Z",
            }
        ],
    }


COUNT: Body = {
    "interval": INTERVAL,
    "order": "asc",
    "orderBy": "conversationStart",
    "paging": {"pageSize": 1, "pageNumber": 1},
}

CONVERSATION_JOB: Body = {
    "interval": INTERVAL,
    "order": "asc",
    "orderBy": "conversationStart",
    "startOfDayIntervalMatching": True,
}

WIRES: dict[str, Wire] = {
    "interaction_search": Wire(
        path=QUERY_PATH,
        page_path=f"{QUERY_PATH}/q-1",
        bodies=tuple(_interaction_query(offset) for offset in (0, 2, 4)),
        script=each_polled,
        records="results",
        record_id="id",
        total="totalMatchingRecords",
        operation="poll",
        records_of=conversations_of,
    ),
    "conversation_jobs": Wire(
        path=JOBS_PATH,
        page_path=f"{JOBS_PATH}/j-1/results",
        bodies=(CONVERSATION_JOB,),
        script=by_cursor,
        records="conversations",
        record_id="conversationId",
        total=None,
        operation="job_results",
        records_of=conversations_of,
        further=((QUERY_PATH, COUNT),),
    ),
    "conversation_query": Wire(
        path=QUERY_PATH,
        page_path=QUERY_PATH,
        bodies=tuple(_conversation_query(number) for number in (1, 2, 3, 1)),
        script=at_once,
        records="conversations",
        record_id="conversationId",
        total="totalHits",
        operation="query",
        records_of=conversations_of,
        compared=1,
    ),
    "transcript_search": Wire(
        path=TRANSCRIPTS_PATH,
        page_path=TRANSCRIPTS_PATH,
        bodies=tuple(_transcript_search(number) for number in (1, 2, 3)),
        script=at_once,
        records="results",
        record_id="transcriptId",
        total="total",
        operation="transcripts",
        records_of=transcripts_of,
        dated={"conversationStartTime": "2026-01-05T10:00:00.000Z"},
        further=((TRANSCRIPTS_PATH, _transcript_search(1, "startTime", 1)),),
    ),
}
