"""A run that is stopped ends soon, says so in one line, and leaves a state to go on from."""

from __future__ import annotations

import array
import fcntl
import signal
import termios
import time
from datetime import timedelta
from typing import IO, TYPE_CHECKING, Any

import pytest

from genesys_cloud_simulator import Fault, Org, Simulator
from tests.support.stopped_run import (
    CLOSED_PIPE,
    GRACE_SECONDS,
    STOPS,
    find_faults,
    has_broken_line,
    open_jobs,
    parse,
    started_tap,
    stdout_of,
    stop,
    wait_until,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.thorough

POLLS = {"interaction_search": "poll", "conversation_jobs": "job_status"}
CONCURRENT = 4
PIPE_BYTES = 65_536


@pytest.fixture
def simulator(org: Org) -> Simulator:
    """A simulator in which the search of the third window never ends."""
    simulator = Simulator(org, requests_per_minute=100_000)
    simulator.faults.schedule(
        Fault("endless_pending", touching=org.start + timedelta(days=2, hours=1))
    )
    return simulator


def polled(simulator: Simulator, api: str) -> int:
    """Count the searches that were polled."""
    return len({one.path for one in simulator.requests if one.operation == POLLS[api]})


def unread(pipe: IO[bytes]) -> int:
    """Count the bytes that wait in a pipe."""
    count = array.array("i", [0])
    fcntl.ioctl(pipe, termios.FIONREAD, count)
    return count[0]


@pytest.mark.parametrize("how", STOPS)
@pytest.mark.parametrize("api", POLLS)
def test_stopped_while_it_waits_for_searches(
    api: str, how: str, simulator: Simulator, config: dict[str, Any], tmp_path: Path
) -> None:
    # A closed pipe shows when the first search has ended and something is written.
    simulator.query_seconds = 0.5 if how == CLOSED_PIPE else 60
    config.update(search_api=api, max_concurrent_searches=CONCURRENT)
    with started_tap(tmp_path, config) as tap:
        wait_until(lambda: polled(simulator, api) == CONCURRENT)
        assert (open_jobs(simulator) > 0) == (api == "conversation_jobs")
        run = stop(tap, how, tmp_path)
    assert find_faults(run, simulator) == []


@pytest.mark.parametrize("how", STOPS)
@pytest.mark.parametrize("api", POLLS)
def test_stopped_while_it_writes_records(
    api: str, how: str, simulator: Simulator, config: dict[str, Any], tmp_path: Path
) -> None:
    config.update(search_api=api, max_concurrent_searches=CONCURRENT)
    with started_tap(tmp_path, config) as tap:
        wait_until(lambda: polled(simulator, api) >= CONCURRENT)
        assert (open_jobs(simulator) > 0) == (api == "conversation_jobs")
        read = b"".join(stdout_of(tap).readline() for _ in range(100))
        run = stop(tap, how, tmp_path, read)
    assert find_faults(run, simulator) == []


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("how", [how for how in STOPS if how != CLOSED_PIPE])
def test_stopped_in_the_middle_of_a_line(
    how: str,
    unbuffered: str,
    simulator: Simulator,
    config: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # As images of containers often set it; Python then drops what a write leaves over.
    monkeypatch.setenv("PYTHONUNBUFFERED", unbuffered)
    # Lines are longer than what a pipe holds, so the tap is held in one until somebody reads on.
    config["stream_maps"] = {"interactions": {"padding": f"'{'x' * 100_000}'"}}
    with started_tap(tmp_path, config) as tap:
        wait_until(lambda: unread(stdout_of(tap)) >= PIPE_BYTES // 2)
        run = stop(tap, how, tmp_path)
    assert find_faults(run, simulator) == []


@pytest.mark.thorough
def test_what_a_target_has_of_a_line_that_it_blocks_for_ever_can_not_be_taken_for_whole(
    simulator: Simulator, config: dict[str, Any], tmp_path: Path
) -> None:
    config["stream_maps"] = {"interactions": {"padding": f"'{'x' * 100_000}'"}}
    with started_tap(tmp_path, config) as tap:
        wait_until(lambda: unread(stdout_of(tap)) >= PIPE_BYTES // 2)
        tap.send_signal(signal.SIGTERM)
        assert tap.wait(4 * GRACE_SECONDS) == 128 + signal.SIGTERM
        *whole, last = stdout_of(tap).read().split(b"\n")
    assert all(parse(line) for line in whole)
    assert last
    assert parse(last) is None
    assert (
        "Stopped by signal 15: what the target has confirmed is kept"
        in (tmp_path / "stderr").read_text()
    )
    assert simulator.requests


FAST_PROGRESS = """
from tap_genesys_search.__main__ import main
from tap_genesys_search.search.listeners import progress
progress.SECONDS_BETWEEN_LINES = 0.2
main()
"""
"""The command, with a line of progress five times a second."""


@pytest.mark.thorough
def test_no_progress_is_logged_after_the_stop(
    simulator: Simulator, config: dict[str, Any], tmp_path: Path
) -> None:
    # The target reads nothing, so that the tap has to end by itself, seconds after the signal.
    config["stream_maps"] = {"interactions": {"padding": f"'{'x' * 100_000}'"}}
    with started_tap(tmp_path, config, "-c", FAST_PROGRESS) as tap:
        wait_until(lambda: unread(stdout_of(tap)) >= PIPE_BYTES // 2)
        wait_until(lambda: "Progress after" in (tmp_path / "stderr").read_text())
        tap.send_signal(signal.SIGTERM)
        tap.wait(4 * GRACE_SECONDS)
    before, said, after = (tmp_path / "stderr").read_text().partition("Stopped by signal 15")
    assert said
    assert "Progress after" in before
    assert "Progress after" not in after
    assert simulator.requests


@pytest.fixture(autouse=True)
def _terminal() -> Iterator[None]:
    """Let signals end what is started here, also where the tests were started to ignore them.

    `nohup` ignores SIGHUP, a shell's background SIGQUIT.
    """
    before = {one: signal.signal(one, signal.SIG_DFL) for one in (signal.SIGHUP, signal.SIGQUIT)}
    yield
    for one, handler in before.items():
        signal.signal(one, handler)


@pytest.mark.thorough
def test_run_that_was_started_to_outlive_its_terminal_does(
    simulator: Simulator, config: dict[str, Any], tmp_path: Path
) -> None:
    simulator.faults.clear()
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does
    try:
        with started_tap(tmp_path, config) as tap:
            read = stdout_of(tap).readline()
            tap.send_signal(signal.SIGHUP)
            read += stdout_of(tap).read()
            assert tap.wait() == 0
    finally:
        signal.signal(signal.SIGHUP, before)
    assert not has_broken_line(read)


@pytest.mark.parametrize("again", [signal.SIGTERM, signal.SIGINT])
def test_second_signal_leaves_no_job_behind_either(
    again: signal.Signals, simulator: Simulator, config: dict[str, Any], tmp_path: Path
) -> None:
    # A terminal's Ctrl-C goes to the tap as well as to Meltano, which then ends the tap itself.
    simulator.query_seconds = 60
    simulator.faults.schedule(Fault("slow_answer", on="job_delete", seconds=0.3))
    config.update(search_api="conversation_jobs", max_concurrent_searches=CONCURRENT)
    with started_tap(tmp_path, config) as tap:
        wait_until(lambda: polled(simulator, "conversation_jobs") == CONCURRENT)
        tap.send_signal(signal.SIGINT)
        time.sleep(0.1)
        run = stop(tap, again.name, tmp_path)
    assert find_faults(run, simulator) == []
