"""Each statement of the documents runs on DuckDB and on PostgreSQL, or says for which one it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb
import psycopg
import pytest

from tests.warehouses.conftest import ROOT, DuckDB, Meltano, empty_warehouse

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.running_simulator import RunningSimulator
    from tests.warehouses.conftest import Warehouse

pytestmark = [pytest.mark.warehouses, pytest.mark.timeout(300)]

STREAMS = (
    *("interactions", "interaction_facets", "search_audits", "conversations", "queues"),
    *("conversation_participants", "conversation_sessions", "conversation_aggregates"),
    "participant_attributes",
)

OF_THE_MARTS = {"ask-questions.md", "build-marts.md"}
"""Pages whose statements marts/test_dbt_questions.py runs."""

OF_THE_ERASURE = (r"\gexec", "$id$")
"""What stands in statements for psql alone, which test_erasure_cases.py runs."""

KINDS = ("DuckDB", "PostgreSQL")


@dataclass(frozen=True)
class Documented:
    """A block of SQL in the documents.

    Attributes:
        page: The page's name.
        line: Where it begins.
        before: The heading and the paragraph above it.
        statements: What it says.
    """

    page: str
    line: int
    before: str
    statements: str

    @property
    def kinds(self) -> list[str]:
        """The warehouses that it is for: those that are named above it, or all."""
        return [kind for kind in KINDS if kind in self.before] or list(KINDS)


def documented() -> list[Documented]:
    return [
        block
        for path in sorted(ROOT.glob("docs/**/*.md"))
        if path.name not in OF_THE_MARTS
        for block in blocks_of(path)
        if not any(sign in block.statements for sign in OF_THE_ERASURE)
    ]


def blocks_of(path: Path) -> list[Documented]:
    text = path.read_text(encoding="utf-8")
    found = []
    for block in re.finditer(r"^ *```sql\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL):
        above = text[: block.start()]
        heading = re.findall(r"^#+ .*$", above, re.MULTILINE)[-1]
        paragraph = above.rstrip().rpartition("\n\n")[2]
        line = above.count("\n") + 1
        found.append(Documented(path.name, line, f"{heading}\n{paragraph}", block[1]))
    return found


@pytest.fixture(scope="module")
def loaded(
    request: pytest.FixtureRequest,
    simulated: RunningSimulator,
    plugins: None,  # noqa: ARG001 - installed
    tmp_path_factory: pytest.TempPathFactory,
) -> Warehouse:
    folder = tmp_path_factory.mktemp("documented")
    warehouse = empty_warehouse(request, request.param, folder)
    config = {**simulated.config, "search_api": "conversation_jobs"}
    Meltano(folder).run(warehouse, config, *(f"{stream}.*" for stream in STREAMS))
    return warehouse


@pytest.mark.parametrize("loaded", ["duckdb", "postgresql"], indirect=True)
def test_statements_run(loaded: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # one of them writes a file
    kind = type(loaded).__name__
    blocks = [block for block in documented() if kind in block.kinds]
    assert len(blocks) > 12
    assert [said for block in blocks for said in problems_of(loaded, block)] == []


def problems_of(warehouse: Warehouse, block: Documented) -> list[str]:
    """Run statements, and undo them unless they commit."""
    try:
        run_undone(warehouse, block.statements)
    except (duckdb.Error, psycopg.Error) as error:
        return [f"{block.page}:{block.line}: {error}"]
    return []


def run_undone(warehouse: Warehouse, statements: str) -> None:
    if isinstance(warehouse, DuckDB):
        with duckdb.connect(str(warehouse.file)) as connection:
            connection.begin()
            connection.execute(statements)
            connection.rollback()
    else:
        with psycopg.connect(warehouse.url) as server:
            server.execute(statements.encode())
            server.rollback()


def test_blocks_for_one_kind_are_told_from_those_for_both() -> None:
    kinds: dict[str, set[str]] = {}
    for block in documented():
        kinds.setdefault(block.page, set()).add("+".join(block.kinds))
    assert kinds["run-every-night.md"] == {"DuckDB+PostgreSQL"}
    assert kinds["warehouses.md"] == {"DuckDB+PostgreSQL", "DuckDB", "PostgreSQL"}
