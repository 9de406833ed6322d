"""The least that writes the tables of conversations: urllib3, orjson, and one write a page.

No type is checked here, nothing is kept in `extra`, and an id that is missing ends it.
"""

from __future__ import annotations

import os
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import orjson
import urllib3

from benchmarks.contract import TOKEN_FORM, TOKEN_PATH, read_extract
from benchmarks.conversation_platform import JOBS_PATH
from tap_genesys_search.schemas import read_sources

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.contract import Extract

Row = tuple[str, dict[str, Any]]

SEGMENTS, METRICS = "conversation_segments", "conversation_metrics"
PARTICIPANTS, SESSIONS = "conversation_participants", "conversation_sessions"
EVALUATIONS, SURVEYS = "conversation_evaluations", "conversation_surveys"
NAMES = {
    table: {source: name for name, source in read_sources(table).items() if "." not in source}
    for table in (
        "conversations",
        PARTICIPANTS,
        SESSIONS,
        SEGMENTS,
        METRICS,
        EVALUATIONS,
        SURVEYS,
    )
}


def main() -> None:
    """Write the tables of each window."""
    extract = read_extract()
    http = urllib3.PoolManager()
    for page in _pages(http, extract):
        _write(page)


def _write(page: list[dict[str, Any]]) -> None:
    extracted = datetime.now(timezone.utc)
    lines = [
        orjson.dumps(
            {"type": "RECORD", "stream": table, "record": row, "time_extracted": extracted}
        )
        for conversation in page
        for table, row in _rows(conversation)
    ]
    lines.append(b"")
    unwritten = memoryview(b"\n".join(lines))
    while unwritten:  # a pipe takes a part
        unwritten = unwritten[os.write(1, unwritten) :]


def _rows(conversation: dict[str, Any]) -> Iterator[Row]:
    keys: dict[str, Any] = {
        "conversation_id": conversation["conversationId"],
        "conversation_start": conversation["conversationStart"],
    }
    yield _row("conversations", keys, conversation)
    for evaluation in conversation.get("evaluations", ()):
        yield _row(EVALUATIONS, keys, evaluation)
    for survey in conversation.get("surveys", ()):
        yield _row(SURVEYS, keys, survey)
    for participant in conversation["participants"]:
        yield _row(PARTICIPANTS, keys, participant)
        of = {**keys, "participant_id": participant["participantId"]}
        for name, value in participant.get("attributes", {}).items():
            yield "participant_attributes", {**of, "name": name, "value": value}
        for session in participant["sessions"]:
            table, row = _row(SESSIONS, of, session)
            if "flow" in row:
                row["flow_id"] = row["flow"]["flowId"]
            yield table, row
            of_session = {**of, "session_id": session["sessionId"]}
            for place, segment in enumerate(session["segments"]):
                yield _row(SEGMENTS, {**of_session, "position": place}, segment)
            for place, metric in enumerate(session.get("metrics", ())):
                yield _row(METRICS, {**of_session, "position": place}, metric)


def _row(table: str, keys: dict[str, Any], document: dict[str, Any]) -> Row:
    names = NAMES[table]
    return table, keys | {names[name]: value for name, value in document.items() if name in names}


def _pages(http: urllib3.PoolManager, extract: Extract) -> Iterator[list[dict[str, Any]]]:
    form = {
        "Authorization": extract.basic_authorization,
        "Content-Type": "application/x-www-form-urlencoded",
    }
    token = http.request("POST", extract.url + TOKEN_PATH, body=urlencode(TOKEN_FORM), headers=form)
    headers = {
        "Authorization": f"Bearer {orjson.loads(token.data)['access_token']}",
        "Accept-Encoding": "gzip",
    }
    for window in extract.windows():
        body = orjson.dumps({"interval": f"{window.start}/{window.end}"})
        submitted = http.request("POST", extract.url + JOBS_PATH, body=body, headers=headers)
        path = f"{extract.url}{JOBS_PATH}/{orjson.loads(submitted.data)['jobId']}"
        http.request("GET", path, headers=headers)
        cursor: str | None = ""
        while cursor is not None:
            results = f"{path}/results?pageSize={extract.page_size}{cursor}"
            page = orjson.loads(http.request("GET", results, headers=headers).data)
            yield page["conversations"]
            cursor = f"&cursor={page['cursor']}" if "cursor" in page else None


if __name__ == "__main__":
    main()
