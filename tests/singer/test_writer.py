"""Lines are whole and read right by any target, whatever a stream map or a state may hold."""

from __future__ import annotations

import json
import signal
from contextlib import contextmanager, redirect_stdout
from typing import TYPE_CHECKING, Any

import pytest
from singer_sdk.singerlib import StateMessage

from tap_genesys_search.singer import writer as singer_writer
from tap_genesys_search.singer.writer import WholeLineWriter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LINES = b"".join(b'{"number":%d}\n' % number for number in range(10))


@pytest.fixture
def written(tmp_path: Path) -> Path:
    return tmp_path / "written"


@contextmanager
def stdout_to(path: Path, encoding: str = "utf-8") -> Iterator[None]:
    """Let a file be stdout; pytest's own has no descriptor."""
    with path.open("w", encoding=encoding) as file, redirect_stdout(file):
        yield


@pytest.mark.parametrize("stopped_at", range(0, len(LINES) - 7, 7))
def test_a_page_ends_with_the_line_in_which_a_signal_comes(
    written: Path, monkeypatch: pytest.MonkeyPatch, stopped_at: int
) -> None:
    writer = WholeLineWriter()
    write_some = singer_writer._write_some  # noqa: SLF001
    done = 0

    def write_seven_bytes(output: int, rest: memoryview) -> int:
        nonlocal done
        if done == stopped_at:
            writer.stop(signal.SIGTERM)
        done += (count := write_some(output, rest[:7]))
        return count

    monkeypatch.setattr(singer_writer, "_write_some", write_seven_bytes)
    with stdout_to(written), pytest.raises(SystemExit) as stop:
        writer.write_lines(LINES)
    assert stop.value.code == 128 + signal.SIGTERM
    assert written.read_bytes() == LINES[: LINES.index(b"\n", stopped_at + 6) + 1]


def test_a_signal_before_the_first_byte_of_a_page_writes_none(
    written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = WholeLineWriter()

    def write_nothing(_: int, __: memoryview) -> int:
        writer.stop(signal.SIGTERM)
        return 0

    monkeypatch.setattr(singer_writer, "_write_some", write_nothing)
    with stdout_to(written), pytest.raises(SystemExit):
        writer.write_lines(LINES)
    assert written.read_bytes() == b""


@pytest.mark.parametrize("encoding", ["utf-8", "UTF8", "cp1252", "ascii", "iso-8859-1"])
@pytest.mark.parametrize(
    "value", ["Zoë 東京 😀", '"\\ü\x7f\x1f', 2**64, -(2**63) - 1, 10**400, "\ud800", 0.1, 1e300]
)
def test_whatever_a_map_or_a_state_holds_is_read_right_in_whatever_encoding(
    written: Path, value: Any, encoding: str
) -> None:
    with stdout_to(written, encoding):
        WholeLineWriter().write_message(StateMessage({"bookmarks": {"é": value}}))
    line = written.read_text(encoding=encoding)
    assert line.count("\n") == 1
    assert json.loads(line)["value"] == {"bookmarks": {"é": value}}
