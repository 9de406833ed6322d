"""Many streams, and many columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support import BOOLEAN, INTEGER, MOMENT, NUMBER, TEXT, File, record, schema, state

if TYPE_CHECKING:
    from collections.abc import Iterator

resource = pytest.importorskip("resource", reason="Windows has no limit of open files to lower")

STREAMS = 150
FEW_FILES = 60


@pytest.fixture
def few_files() -> Iterator[None]:
    """Lower the limit of open files below the number of streams."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (FEW_FILES, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.usefixtures("few_files")
def test_more_streams_alternate_than_files_may_be_open(file: File) -> None:
    names = [f"s{number}" for number in range(STREAMS)]
    messages: list[Any] = [schema(name, {"id": INTEGER}) for name in names]
    messages += [record(name, {"id": key}) for key in range(3) for name in names]
    assert file.load(*messages, state(1)) == [1]
    rows = " UNION ALL ".join(f"SELECT count(*) AS n FROM {name}" for name in names)
    assert file.query(f"SELECT min(n), max(n) FROM ({rows})") == [(3, 3)]


def test_long_streams_alternate(file: File, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("target_duckdb_bulk.spool.IN_MEMORY_BYTES", 1000)
    monkeypatch.setattr("target_duckdb_bulk.loader.MOST_FILES", 4)
    names = [f"s{number}" for number in range(10)]
    messages: list[Any] = [schema(name, {"id": INTEGER, "v": TEXT}) for name in names]
    messages += [record(n, {"id": k, "v": "x" * 200}) for k in range(500) for n in names]
    states = file.load(*messages[:2000], state(1), *messages[2000:], state(2))
    assert states == [1, 2]  # the first one before the rows or bytes ask for it
    assert file.query("SELECT count(*), sum(length(v)) FROM s9") == [(500, 100_000)]


@pytest.mark.parametrize("columns", [1_100])
def test_wide_table(file: File, columns: int) -> None:
    kinds: list[tuple[Any, Any]] = [
        *((INTEGER, 2**53 + 1), (NUMBER, 1.5), (TEXT, "a")),
        *((MOMENT, "2026-01-05T10:00:00Z"), (BOOLEAN, True)),
    ]
    chosen = {f"c{n}": kinds[n % len(kinds)] for n in range(columns)}
    properties = {"id": INTEGER, **{name: kind for name, (kind, _) in chosen.items()}}
    row = {name: value for name, (_, value) in chosen.items()}
    file.load(schema("t", {"id": INTEGER, "c0": INTEGER}), record("t", {"id": 0, "c0": 1}))
    for _ in range(2):
        file.load(schema("t", properties), *(record("t", {"id": k, **row}) for k in range(3)))
    assert file.query("SELECT count(*), sum(c0::HUGEINT), sum(c1) FROM t") == [
        (3, 3 * (2**53 + 1), 4.5)
    ]
    assert len(file.types("t")) == columns + 1
