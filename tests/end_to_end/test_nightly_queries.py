"""The queries of docs/how-to/run-every-night.md tell what a warehouse lacks."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from genesys_cloud_simulator import Fault
from tests.support.duckdb_tables import load_into_duckdb
from tests.support.singer_run import SingerRun, run_tap

if TYPE_CHECKING:
    from genesys_cloud_simulator import Simulator

pytestmark = pytest.mark.thorough

SEARCH = "interaction_search"

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "run-every-night.md"


@pytest.fixture
def queries() -> list[str]:
    found = re.findall(r"```sql\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(found) == 3
    return [query.replace("genesys.", "") for query in found]


def test_they_tell_what_is_missing_until_a_later_run_has_it(
    config: dict[str, Any], simulator: Simulator, queries: list[str], tmp_path: Path
) -> None:
    _, missing, progress = queries
    simulator.faults.schedule(Fault("failed_query", nth=3))
    failed = run_tap({**config, "max_concurrent_searches": 1})
    assert failed.error

    connection = load_into_duckdb(failed, tmp_path)
    ((api, start, end, status, *_, error),) = connection.execute(missing).fetchall()
    assert (api, start, end, status) == (SEARCH, january(7), january(8), "failed")
    assert error == str(failed.error)
    assert connection.execute(progress).fetchall() == [(SEARCH, january(7), 100.0)]

    rest = run_tap(config, state=failed.states()[-1])
    connection = load_into_duckdb(SingerRun([*failed.messages, *records(rest)]), tmp_path)
    assert connection.execute(missing).fetchall() == []
    assert connection.execute(progress).fetchall() == [(SEARCH, january(12), 100.0)]


@pytest.mark.parametrize("chosen", [SEARCH, "auto"])
@pytest.mark.parametrize("fault", ["invalid_client", "server_error"])
def test_a_night_in_which_nobody_could_log_in_leaves_no_hole_once_a_later_one_is_complete(
    config: dict[str, Any],
    simulator: Simulator,
    queries: list[str],
    tmp_path: Path,
    fault: str,
    chosen: str,
) -> None:
    _, missing, _ = queries
    config = {**config, "search_api": chosen}
    before = run_tap({**config, "end_date": "2026-01-09"})
    broken = {"client_secret": "wrong"} if fault == "invalid_client" else {"max_retries": 0}
    if fault == "server_error":
        simulator.faults.schedule(Fault("server_error", on="token", times=None))
    night = run_tap({**config, **broken}, state=before.states()[-1])
    assert night.error
    connection = load_into_duckdb(SingerRun([*before.messages, *records(night)]), tmp_path)
    ((_, start, _, status, *_),) = connection.execute(missing).fetchall()
    assert status == "failed"
    assert start >= january(8)

    simulator.faults.clear()
    after = run_tap(config, state=before.states()[-1])
    messages = [*before.messages, *records(night), *records(after)]
    connection = load_into_duckdb(SingerRun(messages), tmp_path)
    assert connection.execute(missing).fetchall() == []


def test_a_first_night_without_login_names_no_search_api_that_auto_has_not_chosen(
    config: dict[str, Any], queries: list[str], tmp_path: Path
) -> None:
    _, missing, _ = queries
    auto = {**config, "search_api": "auto"}
    night = run_tap({**auto, "client_secret": "wrong"})
    connection = load_into_duckdb(night, tmp_path)
    ((api, start, *_),) = connection.execute(missing).fetchall()
    assert (api, start) == (None, january(5))

    connection = load_into_duckdb(SingerRun([*night.messages, *records(run_tap(auto))]), tmp_path)
    assert connection.execute(missing).fetchall() == []


def january(day: int) -> datetime:
    return datetime(2026, 1, day, tzinfo=timezone.utc)


def records(run: SingerRun) -> list[dict[str, Any]]:
    return [message for message in run.messages if message["type"] == "RECORD"]
