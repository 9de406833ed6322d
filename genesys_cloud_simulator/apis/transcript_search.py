"""The transcript search: a page of the transcripts that match, and what can be counted in them.

Where the platform's documentation is silent: a page holds 25 transcripts by default, and at most
100; without a sort they come in no order; the answer's untyped `results` is a list of flat objects,
and its untyped `aggregations` has the buckets of three fields, counted over all matches.
"""

from __future__ import annotations

import zlib
from array import array
from collections import Counter
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.routing import Route

from genesys_cloud_simulator.faults.pages import (
    faulty_rows,
    faulty_slice,
    page_response,
    shown_total,
)
from genesys_cloud_simulator.faults.searched_range import searched_range
from genesys_cloud_simulator.timestamps import MILLISECOND, parse_timestamp, to_milliseconds
from genesys_cloud_simulator.validation.body import read_json
from genesys_cloud_simulator.validation.transcript_search import (
    REQUEST_KEYS,
    START_FIELDS,
    TranscriptRequest,
    TranscriptSearch,
    matches,
    read_request,
    transcript_value,
)
from genesys_cloud_simulator.views.transcripts import CONTENT, generate_transcript

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from starlette.requests import Request
    from starlette.responses import Response

    from genesys_cloud_simulator.conversations.model import Properties
    from genesys_cloud_simulator.faults.fault import Fault
    from genesys_cloud_simulator.state.platform import SimulatedPlatform


PATH = "/api/v2/speechandtextanalytics/transcripts/search"

# The share that a narrow search finds, if the simulator lets it find less.
_LEFT_OUT_EVERY = 10

FACET_FIELDS = ("mediaType", "language", "divisionId")


def routes(simulator: SimulatedPlatform) -> list[Route]:
    """Build the route of the transcript search.

    Args:
        simulator: The simulator whose organisation it searches.

    Returns:
        The route.
    """
    # A search is sent once for each of its pages: what holds for all of them is kept.
    found = lru_cache(maxsize=16)(
        lambda one, now, narrow, _time_field: _find(simulator, one, now, narrow)
    )

    def answer(
        asked: TranscriptRequest, searched: tuple[datetime, datetime] | None, fault: Fault | None
    ) -> Response:
        offset = (asked.page_number - 1) * asked.page_size
        now = simulator.begin_page(offset, fault)
        matching, aggregations = found(
            asked.search, now, simulator.narrow_search_hours, simulator.transcript_time_field
        )
        ordinals = simulator.moving.listed(
            matching,
            (offset, asked.page_size),
            fault,
            expects_insertion=simulator.faults.expects("inserted_record", "transcripts", searched),
        )
        page = ordinals[faulty_slice(offset, asked.page_size, fault)]
        rows = [_project(one, asked.fields) for _, one in _transcripts(simulator, page, now)]
        if simulator.transcript_times == "milliseconds":
            rows = [_counted(one) for one in rows]
        limit = simulator.total_limits.get("transcript_search")
        total = shown_total("total", len(ordinals), fault, limit)
        if total:
            total["pageCount"] = -(-total["total"] // asked.page_size)
        return page_response(
            {
                **total,
                "pageSize": asked.page_size,
                "pageNumber": asked.page_number,
                "types": ["transcripts"],
                "results": faulty_rows(
                    rows, fault, id_name="transcriptId", time_name=simulator.transcript_time_field
                ),
                "aggregations": aggregations,
            },
            fault,
        )

    async def search(request: Request) -> Response:
        body = read_json(request.headers.get("content-type", ""), await request.body())
        if simulator.ignores_unknown_fields and isinstance(body, dict):
            body = {name: value for name, value in body.items() if name in REQUEST_KEYS}
        asked = read_request(body, simulator.transcript_depth_limit, _start_fields(simulator))
        first = asked.page_number == 1
        searched = searched_range(body)
        fault = simulator.faults.take("page", "transcripts", searched, is_first_page=first)
        if fault is not None:
            request.state.fault = fault.kind
        # In a thread: a large search takes a while, and other requests must not wait.
        return await run_in_threadpool(answer, asked, searched, fault)

    return [Route(PATH, search, methods=["POST"], name="transcript_search.transcripts")]


def _start_fields(simulator: SimulatedPlatform) -> tuple[str, ...]:
    """What the start may be called in a search."""
    own = simulator.transcript_time_field
    return START_FIELDS if simulator.accepts_other_time_field else (own,)


def _find(
    simulator: SimulatedPlatform, search: TranscriptSearch, now: datetime, narrow_hours: float
) -> tuple[Sequence[int], Properties]:
    """The ordinals of the matches in the order asked for, and the facets."""
    start, end = _searched(simulator, search, now)
    counters: dict[str, Counter[str]] = {name: Counter() for name in FACET_FIELDS}
    keyed: list[tuple[list[object], int]] = []
    includes_end = simulator.transcript_range_includes_end
    unknown_from = simulator.media_unknown_from(now)
    is_narrow = end - start < timedelta(hours=narrow_hours)
    for ordinal, transcript in _transcripts(simulator, simulator.org.ordinals(start, end), now):
        if not matches(search.criteria, transcript, includes_end=includes_end):
            continue
        if is_narrow and ordinal % _LEFT_OUT_EVERY == 0:
            continue
        is_unknown = str(transcript[simulator.transcript_time_field]) > unknown_from
        for name, counter in counters.items():
            unknown = is_unknown and name == "mediaType"
            counter["unknown" if unknown else str(transcript[name])] += 1
        keyed.append(([transcript_value(transcript, name) for name, _ in search.sort], ordinal))
    # By the last field first, since sorting keeps the order of what is equal.
    keyed.sort(key=lambda one: zlib.crc32(str(one[1]).encode()))
    for position, (name, how) in reversed(list(enumerate(search.sort))):
        if name:
            keyed.sort(key=lambda one: str(one[0][position]), reverse=how == "DESC")
    facets: Properties = {
        name: {
            "buckets": [
                {"key": key, "docCount": count}
                for key, count in sorted(counter.items(), key=lambda one: (-one[1], one[0]))
            ]
        }
        for name, counter in counters.items()
    }
    return array("Q", (ordinal for _, ordinal in keyed)), facets


def _searched(
    simulator: SimulatedPlatform, search: TranscriptSearch, now: datetime
) -> tuple[datetime, datetime]:
    """Where matches may be: criteria on the start narrow it, all others are left for later."""
    start, end = simulator.org.start, now + MILLISECOND
    if search.searches_content():
        start = max(start, now - timedelta(days=simulator.transcript_content_days))
    for one in search.criteria:
        if (one.operator, one.kind, one.fields) == (
            "AND",
            "DATE_RANGE",
            (simulator.transcript_time_field,),
        ):
            first, last = (parse_timestamp(value) for value in one.values)
            start, end = max(start, first), min(end, last + MILLISECOND)
    return start, end


def _transcripts(
    simulator: SimulatedPlatform, ordinals: Sequence[int], now: datetime
) -> Iterator[tuple[int, Properties]]:
    seen = to_milliseconds(now)
    for ordinal, interaction in zip(ordinals, simulator.org.documents(ordinals), strict=True):
        transcript = generate_transcript(interaction, seen)
        if transcript is not None:
            names = {"startTime": simulator.transcript_time_field}
            yield ordinal, {str(names.get(name, name)): one for name, one in transcript.items()}


def _counted(transcript: Properties) -> Properties:
    """Write its times as milliseconds since 1970."""
    times = transcript.keys() & {*START_FIELDS, "endTime"}
    return {
        name: to_milliseconds(parse_timestamp(str(value))) if name in times else value
        for name, value in transcript.items()
    }


def _project(transcript: Properties, fields: tuple[str, ...] | None) -> Properties:
    if fields is None:
        return {name: value for name, value in transcript.items() if name != "transcript"}
    shown = {name: transcript[name] for name in fields if name in transcript}
    if CONTENT in fields:
        shown["transcript"] = transcript["transcript"]
    return shown
