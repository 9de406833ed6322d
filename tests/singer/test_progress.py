"""How far a run is: a line that fits any terminal, or a line a minute where there is none."""

from __future__ import annotations

import fcntl
import json
import logging
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import threading
from typing import TYPE_CHECKING, Any

import pytest

from genesys_cloud_simulator import Fault, Simulator
from tap_genesys_search.clock import Clock
from tap_genesys_search.search.listeners import progress
from tests.support.singer_run import catalog_of, run_tap

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.thorough

TAP = (sys.executable, "-m", "tap_genesys_search")

PROGRESS = re.compile(
    r"Progress after \d+ s: (?P<done>\d) of 7 windows, (?P<records>[\d,]+) records written, "
    r"[\d,]+ requests left in this minute(, about \d+ s left)?"
)


@pytest.fixture
def config_file(config: dict[str, Any], tmp_path: Path) -> Path:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(config))
    return path


def on_terminal(config_file: Path, columns: int, **environment: str) -> str:
    """Run the tap on a terminal of so many columns, 0 for no size, and read what it shows."""
    terminal, stderr = pty.openpty()
    fcntl.ioctl(
        stderr, termios.TIOCSWINSZ, struct.pack("HHHH", 24 if columns else 0, columns, 0, 0)
    )
    tap = subprocess.Popen(
        [*TAP, "--config", config_file],
        stdout=subprocess.DEVNULL,
        stderr=stderr,
        env={**os.environ, **environment},
    )
    os.close(stderr)
    shown = b""
    try:
        while chunk := os.read(terminal, 65536):
            shown += chunk
    except OSError:  # how Linux says that the other end is closed
        pass
    finally:
        os.close(terminal)
    assert tap.wait() == 0
    return shown.decode()


def bars(shown: str) -> list[str]:
    """List what was drawn over and over, without the lines of the log."""
    return [one for one in re.split(r"[\r\n]", shown) if one.strip() and " | " not in one]


@pytest.mark.parametrize("columns", [20, 40, 80, 120, 200])
def test_the_bar_fits_the_terminal(config_file: Path, columns: int) -> None:
    shown = on_terminal(config_file, columns)
    assert all(len(bar) < columns for bar in bars(shown))
    last = bars(shown)[-1]
    assert "7/7" in last
    assert ("818 records" in last) == (columns >= 40)
    assert ("requests left" in last) == (columns >= 80)
    assert "█" in last
    assert "Done: 700 of 700 interactions found in 7 windows" in shown


def test_a_terminal_that_does_not_know_its_size_is_taken_for_one_of_80_columns(
    config_file: Path,
) -> None:
    shown = on_terminal(config_file, 0)
    assert all(len(bar) < 80 for bar in bars(shown))
    assert "7/7 windows █" in bars(shown)[-1]


@pytest.mark.parametrize(
    "environment", [{"NO_COLOR": "1"}, {"NO_COLOR": "", "TERM": "xterm-256color"}]
)
def test_no_colour_is_used(config_file: Path, environment: dict[str, str]) -> None:
    shown = on_terminal(config_file, 100, **environment)
    assert "7/7" in bars(shown)[-1]
    assert "\x1b" not in shown


def test_a_terminal_that_can_not_move_its_cursor_gets_lines(config_file: Path) -> None:
    shown = on_terminal(config_file, 100, TERM="dumb")
    assert not bars(shown)
    assert "Done: " in shown


def test_a_bar_can_be_drawn_in_ascii(config_file: Path) -> None:
    shown = on_terminal(config_file, 100, PYTHONIOENCODING="ascii")
    assert re.search(r"7/7 windows #+ 818 records", bars(shown)[-1])


def test_what_a_run_logs_stands_above_the_bar(config_file: Path, simulator: Simulator) -> None:
    simulator.faults.schedule(Fault("server_error", on="submit", nth=3))
    shown = on_terminal(config_file, 100)
    (warning,) = [line for line in shown.splitlines() if "answered 503" in line]
    assert re.search(r"(^|\r)\d{4}-\d\d-\d\d [^\r]*WARNING", warning)


class UntilLogged(Clock):
    """A clock by which a retry comes when a line was logged."""

    def __init__(self, caplog: pytest.LogCaptureFixture, line: re.Pattern[str] = PROGRESS) -> None:
        self._caplog = caplog
        self._line = line
        self._pause = threading.Event()

    def sleep(self, seconds: float) -> None:
        del seconds
        while not any(self._line.fullmatch(one) for one in self._caplog.messages):
            self._pause.wait(0.01)


def test_without_a_terminal_there_is_a_line_now_and_then(
    simulator: Simulator,
    config: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert progress.SECONDS_BETWEEN_LINES == 60
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_LINES", 0.01)
    simulator.faults.schedule(Fault("server_error", on="submit", nth=3))
    with caplog.at_level(logging.INFO):
        run = run_tap(config, clock=UntilLogged(caplog))
    assert run.error is None
    assert len(run.ids()) == 700
    found = [match for one in caplog.messages if (match := PROGRESS.fullmatch(one))]
    assert found
    assert "Window 1 of 7" not in caplog.text  # as many lines as minutes, not as windows


def test_windows_are_those_of_the_whole_run_where_it_fills_a_gap_first(
    simulator: Simulator,
    config: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    middle = {**config, "start_date": "2026-01-07", "end_date": "2026-01-09"}
    state = run_tap(middle).states()[-1]
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_LINES", 0.01)
    simulator.faults.schedule(Fault("server_error", on="submit"))
    whole = re.compile(
        r"Progress after \d+ s: 0 of 5 windows, 0 records written, [\d,]+ requests .*"
    )
    with caplog.at_level(logging.INFO):
        run = run_tap(config, state=state, clock=UntilLogged(caplog, whole))
    assert run.error is None
    assert [line for line in caplog.messages if whole.fullmatch(line)]
    assert "interactions found in 5 windows" in caplog.messages[-1]


def test_without_a_terminal_a_short_run_logs_its_beginning_and_its_end(config_file: Path) -> None:
    done = subprocess.run(
        [*TAP, "--config", config_file], capture_output=True, text=True, check=False
    )
    lines = [line.rpartition(" | ")[2] for line in done.stderr.splitlines()]
    first, *metrics, last = [line for line in lines if not line.startswith("tap-genesys-search v")]
    assert first.startswith("Searching 2026-01-05T00:00:00.000Z to 2026-01-12T00:00:00.000Z")
    assert all(line.startswith("METRIC") for line in metrics)
    assert last.startswith("Done: 700 of 700 interactions found in 7 windows, ")


def test_a_run_that_fails_says_how_far_it_came(
    simulator: Simulator, config: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    simulator.faults.schedule(Fault("failed_query", on="poll", nth=3, times=None))
    with caplog.at_level(logging.INFO):
        run = run_tap(config)
    assert run.error
    records = sum(message["type"] == "RECORD" for message in run.messages)
    found = len(run.ids())
    assert re.fullmatch(
        rf"Not finished: {found} of {found} interactions found in 2 windows, {records} records of "
        r"3 streams written, \d+ requests in \d+\.\d s, complete until 2026-01-07T00:00:00.000Z",
        caplog.messages[-1],
    )


def test_a_run_that_fails_in_a_stream_map_says_how_far_it_came(
    config: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    fails = "1 / (0 if timestamp > '2026-01-07' else 1)"
    with caplog.at_level(logging.INFO):
        run = run_tap({**config, "stream_maps": {"interactions": {"tested": fails}}})
    assert run.error
    assert any(line.startswith("Not finished: ") for line in caplog.messages)


def test_a_run_that_did_nothing_says_its_error_alone(
    config: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        run = run_tap({**config, "client_secret": "wrong"})
    assert run.error
    assert not [line for line in caplog.messages if "inished" in line or "Done" in line]


def test_a_run_without_searches_counts_no_windows(
    simulator: Simulator,
    config: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_LINES", 0.01)
    simulator.faults.schedule(Fault("slow_answer", on="users", seconds=0.3))
    with caplog.at_level(logging.INFO):
        run_tap(config, catalog=catalog_of("users"))
    line = r"Progress after \d+ s: [\d,]+ records? written, [\d,]+ requests left in this minute"
    assert any(re.fullmatch(line, one) for one in caplog.messages)
