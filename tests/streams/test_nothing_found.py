"""A stream that held a lot and holds nothing now is a warning, not a green run."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from genesys_cloud_simulator import Org
from tap_genesys_search.streams.nothing_found import note_records
from tap_genesys_search.windows.window import Window
from tests.support.reported_org import answer
from tests.support.singer_run import catalog_of, run_tap

if TYPE_CHECKING:
    from pytest_httpserver import HTTPServer
    from werkzeug import Request, Response


pytestmark = pytest.mark.thorough


@pytest.fixture(scope="module")
def org() -> Org:
    return Org(seed=3, days=2, interactions=400)


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    # Not the SDK's, which warns where a test discovers the streams without a configuration.
    return [
        one.getMessage()
        for one in caplog.records
        if one.levelname == "WARNING" and one.name.startswith("tap-genesys-search.")
    ]


def emptied(config: dict[str, Any], end: str) -> dict[str, Any]:
    """Let a run ask for days after those in which the org has something."""
    return {**config, "end_date": end, "lookback_hours": 0}


def test_night_without_interactions_after_many_is_a_warning(
    config: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    first = run_tap(emptied(config, "2026-01-07"))
    assert warnings(caplog) == []
    second = run_tap(emptied(config, "2026-01-08"), state=first.states()[-1])
    assert second.error is None
    (warning,) = warnings(caplog)
    assert "nothing was found, while an earlier run found 200 records a day" in warning
    assert "roles and divisions" in warning
    third = run_tap(emptied(config, "2026-01-09"), state=second.states()[-1])
    assert third.error is None
    assert len(warnings(caplog)) == 2


def test_an_hour_without_interactions_is_not(
    config: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    first = run_tap(emptied(config, "2026-01-07"))
    run_tap(emptied(config, "2026-01-07T01:00:00Z"), state=first.states()[-1])
    assert warnings(caplog) == []


def test_hours_without_interactions_are_one_when_they_add_up(
    config: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    state = run_tap(emptied(config, "2026-01-07")).states()[-1]
    for hour in ("06", "12", "18"):
        state = run_tap(emptied(config, f"2026-01-07T{hour}:00:00Z"), state=state).states()[-1]
    assert warnings(caplog) == []
    run_tap(emptied(config, "2026-01-08"), state=state)
    assert len(warnings(caplog)) == 1


@pytest.mark.parametrize(("daily", "warned"), [(9, 0), (10, 1)])
def test_few_before_are_no_reason_to_expect_more(
    config: dict[str, Any], caplog: pytest.LogCaptureFixture, daily: int, warned: int
) -> None:
    state = run_tap(emptied(config, "2026-01-07")).states()[-1]
    for one in state["bookmarks"].values():
        if "found" in one:
            one["found"] = daily
    run_tap(emptied(config, "2026-01-08"), state=state)
    assert len(warnings(caplog)) == warned


class Remembered:
    """What a state remembers of runs, one after the other, each of so many hours."""

    def __init__(self) -> None:
        self.state: dict[str, Any] = {}
        self.now = datetime(2026, 1, 5, tzinfo=timezone.utc)

    def run(self, records: int, hours: int = 24, lookback: int = 0) -> None:
        start, self.now = self.now, self.now + timedelta(hours=hours)
        read = [Window(start - timedelta(hours=lookback), self.now)]
        note_records("interactions", self.state, records, read)


def test_weekend_without_records_is_a_warning_the_first_time_only(
    caplog: pytest.LogCaptureFixture,
) -> None:
    remembered = Remembered()
    for weekend in range(3):
        for _ in range(5):
            remembered.run(60)
        caplog.clear()
        remembered.run(0)
        remembered.run(0)
        assert len(warnings(caplog)) == (2 if weekend == 0 else 0)
    remembered.run(0)
    assert len(warnings(caplog)) == 1


def test_few_records_a_day_are_missed_after_some_days(caplog: pytest.LogCaptureFixture) -> None:
    remembered = Remembered()
    remembered.run(4)
    for _ in range(2):
        remembered.run(0)
    assert warnings(caplog) == []
    remembered.run(0)
    assert len(warnings(caplog)) == 1


def test_closed_hours_of_each_night_are_expected(caplog: pytest.LogCaptureFixture) -> None:
    remembered = Remembered()
    for _ in range(3):
        for hour in range(24):
            remembered.run(20 if 8 <= hour < 18 else 0, hours=1)
    assert warnings(caplog) == []
    assert 150 <= remembered.state["found"] <= 250


def test_hours_that_are_read_again_are_not_counted_twice(
    caplog: pytest.LogCaptureFixture,
) -> None:
    remembered = Remembered()
    remembered.run(50)
    for _ in range(19):
        remembered.run(0, hours=1, lookback=12)
    assert warnings(caplog) == []
    remembered.run(0, hours=1, lookback=12)
    assert len(warnings(caplog)) == 1


def test_days_before_the_first_records_are_not_missed(caplog: pytest.LogCaptureFixture) -> None:
    remembered = Remembered()
    remembered.run(50)
    remembered.now -= timedelta(days=30)
    remembered.run(0)
    assert warnings(caplog) == []


def test_state_that_knows_a_number_only_is_read(caplog: pytest.LogCaptureFixture) -> None:
    remembered = Remembered()
    remembered.state["found"] = 200
    remembered.run(0)
    assert len(warnings(caplog)) == 1


def test_night_without_aggregates_after_many_is_a_warning(
    httpserver: HTTPServer, caplog: pytest.LogCaptureFixture
) -> None:
    empty: list[str] = []

    def handle(request: Request) -> Response:
        if request.path == "/oauth/token":
            return answer({"access_token": "t", "expires_in": 600})
        interval = request.get_json()["interval"]
        metrics = [{"metric": f"m{number}", "stats": {"count": 1}} for number in range(100)]
        data = [] if empty else [{"interval": interval, "metrics": metrics}]
        return answer({"results": [{"group": {"queueId": "q"}, "data": data}]})

    httpserver.expect_request(re.compile(".*")).respond_with_handler(handle)
    url = httpserver.url_for("").rstrip("/")
    config = {
        "client_id": "client",
        "client_secret": "secret",
        "auth_url": url,
        "api_url": url,
        "start_date": "2026-01-05",
        "lookback_hours": 0,
    }
    catalog = catalog_of("conversation_aggregates")
    first = run_tap({**config, "end_date": "2026-01-06"}, catalog=catalog)
    empty.append("from now on")
    second = run_tap(
        {**config, "end_date": "2026-01-07"}, catalog=catalog, state=first.states()[-1]
    )
    assert second.error is None
    (warning,) = warnings(caplog)
    assert "Stream conversation_aggregates: nothing was found" in warning
