"""The transcripts as a table, from the pages of the search that finds them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tap_genesys_search.records.conversations.splitter import TableSplitter, table_reader
from tap_genesys_search.records.rows import record_of
from tests.support.duckdb_tables import load_into_duckdb
from tests.support.singer_run import run_tap

if TYPE_CHECKING:
    from pathlib import Path

    from genesys_cloud_simulator import Simulator
    from tests.support.running_simulator import RunningSimulator

pytestmark = pytest.mark.thorough


def sync(running: RunningSimulator, **options: Any) -> Any:
    deselect = options.pop("deselect", ("search_audits", "interaction_facets"))
    config = {**running.config, "search_api": "transcript_search", **options}
    return run_tap(config, select=("transcripts",), deselect=deselect)


def test_a_row_for_each_transcript(running: RunningSimulator, simulator: Simulator) -> None:
    run = sync(running)
    assert run.error is None
    found = {row["id"]: row for row in run.records("interactions")}
    rows = run.records("transcripts")
    assert {row["transcript_id"] for row in rows} == found.keys()
    assert len(rows) == len(found) > 300
    for row in rows:
        item = found[row["transcript_id"]]["metadata"]
        assert row["start_time"] == found[row["transcript_id"]]["timestamp"]
        assert row["start_time"] < row["end_time"] == item["endTime"]
        assert row["conversation_id"] == item["conversationId"]
        assert row["communication_id"] == item["communicationId"]
        assert (row["media_type"], row["language"]) == (item["mediaType"], item["language"])
        assert row["division_id"] == item["divisionId"]
        assert {"transcript", "content", "extra"}.isdisjoint(
            name for name, value in row.items() if value is not None
        )
    assert run.bookmarks()["transcripts"] == "2026-01-12T00:00:00.000Z"
    with_rows = len(simulator.requests)
    simulator.reset()
    run_tap(
        {**running.config, "search_api": "transcript_search"},
        deselect=("search_audits", "interaction_facets"),
    )
    assert len(simulator.requests) == with_rows


def test_alone_with_what_was_said(
    running: RunningSimulator, simulator: Simulator, tmp_path: Path
) -> None:
    run = sync(
        running,
        fields=["id", "timestamp", "transcript.content"],
        deselect=("search_audits", "interaction_facets", "interactions"),
    )
    assert run.error is None
    assert all(
        row["transcript"] == {"content": row["content"]} for row in run.records("transcripts")
    )
    ((found,),) = (
        load_into_duckdb(run, tmp_path)
        .execute("select count(*) from transcripts where content like '%cancel my contract%'")
        .fetchall()
    )
    assert found > 20
    assert simulator.requests
    assert run.bookmarks() == {"transcripts": "2026-01-12T00:00:00.000Z"}


def test_another_search_has_none_and_says_so(
    running: RunningSimulator, simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    run = sync(running, search_api="conversation_query", end_date="2026-01-06")
    assert run.error is None
    assert simulator.requests
    assert run.records("interactions")
    assert "transcripts" not in run.bookmarks()
    assert "conversation_query has nothing for transcripts" in caplog.text
    assert "set search_api to transcript_search" in caplog.text


def test_what_the_documentation_does_not_name_is_kept() -> None:
    columns = ("transcript_id", "start_time", "language", "content", "transcript", "extra")
    reader = table_reader("transcripts", columns)
    splitter = TableSplitter({"transcripts": reader})
    items: list[dict[str, Any]] = [
        {"transcriptId": "t-1", "startTime": "2026-01-05T10:00:00Z", "score": 0.5, "language": 7},
        {"id": "t-2", "startTime": "yesterday", "transcript": "what was said"},
    ]
    starts = ["2026-01-05T10:00:00Z", "2026-01-05T00:00:00.000Z"]
    tables = splitter.split(items, ["t-1", "t-2"], starts)
    records = [
        {name: value for name, value in record_of(row).items() if value is not None}
        for row in tables["transcripts"]
    ]
    assert records == [
        {
            "transcript_id": "t-1",
            "start_time": "2026-01-05T10:00:00Z",
            "extra": {"score": 0.5, "language": 7},
        },
        {
            "transcript_id": "t-2",
            "start_time": "2026-01-05T00:00:00.000Z",
            "extra": {"id": "t-2", "startTime": "yesterday", "transcript": "what was said"},
        },
    ]
    assert set(reader.kept) == {"score", "language", "id", "transcript"}
