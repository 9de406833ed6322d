"""Searching from Python: functions get what a target would."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING, Any

import pytest

from tap_genesys_search.callbacks import SearchRun, search_interactions
from tap_genesys_search.errors import LoginError, SettingError
from tests.support.singer_run import SingerRun, run_tap

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from genesys_cloud_simulator import Simulator

pytestmark = pytest.mark.thorough

STREAMS = ("interactions", "interaction_facets", "search_audits")


class Heard(list[tuple[str, dict[str, Any]]]):
    """What the functions were called with, in order."""

    def search(self, config: dict[str, Any], **options: Any) -> SearchRun:
        return search_interactions(
            config,
            on_record=lambda record: self.append(("interactions", record)),
            on_facet=lambda record: self.append(("interaction_facets", record)),
            on_audit=lambda record: self.append(("search_audits", record)),
            on_state=lambda state: self.append(("STATE", state)),
            **options,
        )

    def of(self, stream: str) -> list[dict[str, Any]]:
        return [record for name, record in self if name == stream]


def received(run: SingerRun) -> Iterator[tuple[str, dict[str, Any]]]:
    for message in run.messages:
        if message["type"] != "SCHEMA":
            yield message.get("stream", "STATE"), message.get("record") or message["value"]


def in_order(messages: Iterable[tuple[str, dict[str, Any]]]) -> list[object]:
    """Name the streams and the bookmarks that move, in order.

    How often the open searches are written while one is waited for depends on the machine.
    """
    order: list[object] = []
    moved: object = {}
    for name, content in messages:
        if name != "STATE":
            order.append(name)
        elif (bookmarks := values_of(content)) != moved:
            order.append(bookmarks)
            moved = bookmarks
    return order


def values_of(state: dict[str, Any]) -> dict[str, str]:
    values = {
        stream: kept.get("replication_key_value") for stream, kept in state["bookmarks"].items()
    }
    return {stream: value for stream, value in values.items() if value}


@pytest.mark.parametrize("search_api", ["interaction_search", "conversation_query"])
@pytest.mark.parametrize("settings", [{}, {"stream_maps": {"interactions": {"type": "type"}}}])
def test_functions_get_what_a_target_gets_in_the_same_order(
    config: dict[str, Any], search_api: str, settings: dict[str, Any]
) -> None:
    config = {**config, **settings, "search_api": search_api, "max_concurrent_searches": 1}
    heard = Heard()
    run = heard.search(config)
    written = run_tap(config)
    assert in_order(heard) == in_order(received(written))
    for stream in STREAMS[:2]:
        assert heard.of(stream) == written.records(stream)
    assert len(heard.of("search_audits")) == len(written.records("search_audits")) == run.searches
    assert run.records == len(written.ids())
    assert run.state == heard.of("STATE")[-1]
    assert (
        run.state["bookmarks"]["interactions"] == written.states()[-1]["bookmarks"]["interactions"]
    )


def test_the_next_run_goes_on_from_its_state(config: dict[str, Any]) -> None:
    first, second = Heard(), Heard()
    run = first.search({**config, "end_date": "2026-01-08"})
    second.search(config, state=run.state)
    ids = [record["id"] for heard in (first, second) for record in heard.of("interactions")]
    assert ids == run_tap(config).ids()


def test_what_a_function_raises_ends_the_run_and_the_state_covers_only_what_was_taken(
    config: dict[str, Any],
) -> None:
    taken: list[str] = []
    states: list[dict[str, Any]] = [{}]

    def take(record: dict[str, Any]) -> None:
        if len(taken) == 300:
            raise BufferError
        taken.append(record["id"])

    with pytest.raises(BufferError):
        search_interactions(config, on_record=take, on_state=states.append)
    rest = Heard()
    rest.search(config, state=states[-1])
    assert {*taken, *(record["id"] for record in rest.of("interactions"))} == set(
        run_tap(config).ids()
    )


@pytest.mark.parametrize("hours", [24, 12])
def test_facets_nobody_wants_cost_nothing(
    config: dict[str, Any], simulator: Simulator, hours: int
) -> None:
    jobs = {**config, "search_api": "conversation_jobs", "window_hours": hours}
    config = {**jobs, "facets": ["mediaType"]}
    assert search_interactions(config).facets == 0
    without = len(simulator.requests)
    assert search_interactions(config, on_facet=lambda _: None).facets
    with_facets = len(simulator.requests) - without
    # A window of a whole day is counted by the request that its facets come with.
    assert with_facets == without if hours == 24 else with_facets > without


def test_failures_are_typed(config: dict[str, Any]) -> None:
    with pytest.raises(SettingError, match="page_size"):
        search_interactions({**config, "page_size": 0})
    with pytest.raises(SettingError, match="batch_config"):
        search_interactions({**config, "batch_config": {"encoding": {"format": "jsonl"}}})
    with pytest.raises(LoginError):
        search_interactions({**config, "client_secret": "wrong"})


def test_nothing_is_written_and_signals_stay_with_the_program(
    config: dict[str, Any], capfd: pytest.CaptureFixture[str]
) -> None:
    own = signal.getsignal(signal.SIGTERM)
    search_interactions(config)
    assert signal.getsignal(signal.SIGTERM) is own
    assert capfd.readouterr().out == ""


def test_it_may_run_in_any_thread(config: dict[str, Any]) -> None:
    runs: list[SearchRun] = []
    thread = threading.Thread(target=lambda: runs.append(search_interactions(config)))
    thread.start()
    thread.join(60)
    assert [run.records for run in runs] == [len(run_tap(config).ids())]
