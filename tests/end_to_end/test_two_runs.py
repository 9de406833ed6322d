"""Two runs at once, a permission lost in mid-run, figures that change: none of it is silent."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

import pytest

from tap_genesys_search.errors import PermissionMissingError
from tests.support.reported_org import answer, refuse
from tests.support.scripted_platform import QUERY_PATH
from tests.support.singer_run import SingerRun, catalog_of, run_tap
from tests.support.stopped_run import started_tap, stdout_of

if TYPE_CHECKING:
    from pathlib import Path

    from werkzeug import Request, Response

    from genesys_cloud_simulator import Org, Simulator
    from tests.support.scripted_platform import ScriptedPlatform

pytestmark = pytest.mark.thorough

APIS = ("interaction_search", "conversation_jobs", "conversation_query", "transcript_search")


def messages_of(folder: Path, config: dict[str, Any], found: list[SingerRun]) -> None:
    with started_tap(folder, config) as tap:
        lines = stdout_of(tap).read().splitlines()
        assert tap.wait() == 0
    found.append(SingerRun([json.loads(line) for line in lines]))


@pytest.mark.parametrize("api", APIS)
def test_two_runs_at_once_lose_nothing_whichever_state_stays(
    org: Org, simulator: Simulator, config: dict[str, Any], tmp_path: Path, api: str
) -> None:
    config = {**config, "search_api": api}
    found: list[SingerRun] = []
    folders = [tmp_path / name for name in ("one", "other")]
    threads = []
    for folder in folders:
        folder.mkdir()
        threads.append(threading.Thread(target=messages_of, args=(folder, config, found)))
        threads[-1].start()
    for thread in threads:
        thread.join()
    one, other = found
    alone = run_tap(config)
    assert set(one.ids()) == set(other.ids()) == set(alone.ids())
    assert one.bookmarks() == other.bookmarks() == alone.bookmarks()
    assert simulator.org == org


class Revoking:
    """A platform on which a client loses a permission when it has searched one day."""

    def __init__(self, platform: ScriptedPlatform) -> None:
        self.days: list[str] = []
        self.config: dict[str, Any] = {
            "client_id": "client",
            "client_secret": "secret",
            "auth_url": platform.url,
            "api_url": platform.url,
            "search_api": "conversation_query",
            "start_date": "2026-01-05",
            "end_date": "2026-01-08",
            "lookback_hours": 0,
            "max_concurrent_searches": 1,
        }
        self.is_revoking = True
        platform.answer_by(self.answer)

    def answer(self, request: Request) -> Response:
        if request.path == "/api/v2/users":
            return answer({"entities": [{"id": "u-1"}], "total": 1, "pageCount": 1})
        if request.path != QUERY_PATH or "interval" not in request.get_json():
            return refuse(404, "not.found", "There is no such thing")
        day = request.get_json()["interval"][:10]
        self.days.append(day)
        if self.is_revoking and day > "2026-01-05":
            needed = "analytics:conversationDetail:view"
            return refuse(403, "missing.any.permissions", f"You need one of [{needed}]")
        found = [{"conversationId": f"c-{day}", "conversationStart": f"{day}T09:00:00.000Z"}]
        return answer({"conversations": found, "totalHits": 1})


def test_permission_that_is_lost_in_mid_run_is_said_and_moves_no_state(
    platform: ScriptedPlatform, caplog: pytest.LogCaptureFixture
) -> None:
    revoking = Revoking(platform)
    catalog = catalog_of("interactions", "users")
    first = platform.run_tap(revoking.config, catalog=catalog)
    assert first.error is None
    assert first.ids() == ["c-2026-01-05"]
    assert len(first.records("users")) == 1
    assert first.bookmarks()["interactions"] == "2026-01-06T00:00:00.000Z"
    said = "Left out, because the OAuth client lacks permissions"
    assert len([one for one in caplog.messages if one.startswith(said)]) == 1
    assert "analytics:conversationDetail:view" in caplog.text

    revoking.is_revoking = False
    second = platform.run_tap(revoking.config, catalog=catalog, state=first.states()[-1])
    assert second.ids() == ["c-2026-01-06", "c-2026-01-07"]


def test_permission_that_is_lost_in_mid_run_fails_it_where_nothing_else_is_synced(
    platform: ScriptedPlatform,
) -> None:
    run = platform.run_tap(Revoking(platform).config, catalog=catalog_of("interactions"))
    assert isinstance(run.error, PermissionMissingError)
    assert run.bookmarks()["interactions"] == "2026-01-06T00:00:00.000Z"


def test_aggregates_that_have_just_been_counted_are_asked_for_again(
    platform: ScriptedPlatform,
) -> None:
    asked: list[str] = []

    def count(request: Request) -> Response:
        interval = request.get_json()["interval"]
        asked.append(interval)
        metrics = [{"metric": "nOffered", "stats": {"count": len(asked)}}]
        return answer(
            {"results": [{"group": {}, "data": [{"interval": interval, "metrics": metrics}]}]}
        )

    platform.answer_by(count)
    config = {
        "client_id": "client",
        "client_secret": "secret",
        "auth_url": platform.url,
        "api_url": platform.url,
        "start_date": "2026-01-01",
        "aggregate_granularity": "P1D",
    }
    catalog = catalog_of("conversation_aggregates", aggregate_granularity="P1D")
    first = platform.run_tap({**config, "end_date": "2026-01-06"}, catalog=catalog)
    asked.clear()
    second = platform.run_tap(
        {**config, "end_date": "2026-01-07"}, catalog=catalog, state=first.states()[-1]
    )
    assert [one[:10] for one in asked] == ["2026-01-04", "2026-01-05", "2026-01-06"]
    ids = {one["aggregate_id"] for one in first.records("conversation_aggregates")}
    again = {one["aggregate_id"] for one in second.records("conversation_aggregates")}
    assert len(ids & again) == 2
