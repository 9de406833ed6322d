"""Write the data model's page and the dbt sources: part of `python3 tasks.py schemas`.

They are made of the schemas and of one list of relations, `scripts/relations.py`.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from scripts.generate.changed_files import write_changed
from scripts.relations import LOOKUP_STREAMS, ORPHANS, RELATIONS, Relation
from tap_genesys_search.records.conversations.tables import CONVERSATION_TABLES
from tap_genesys_search.streams.lookups.lists import LOOKUPS
from tap_genesys_search.tap import TapGenesysSearch

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]

PAGE = "docs/reference/data-model.md"

SOURCES = "dbt/models/staging/genesys/_genesys__sources.yml"

BY_HAND = "by scripts/generate/relations.py; change scripts/relations.py instead."

CORE = frozenset(
    {
        *CONVERSATION_TABLES,
        "conversation_aggregates",
        "divisions",
        "presence_definitions",
        "queues",
        "users",
        "wrapup_codes",
    }
) - {"participant_attributes", "conversation_evaluations", "conversation_surveys"}
"""What the package always reads."""

FURTHER = frozenset({"participant_attributes", *LOOKUPS}) - CORE
"""What is loaded beside that, and only tested: the default of `genesys_further_streams`."""

SWITCHES = {
    "conversation_evaluations": "genesys_using_evaluations",
    "conversation_surveys": "genesys_using_surveys",
    "user_status_aggregates": "genesys_using_user_status",
}
"""Streams that the package reads unless a variable says that they are not loaded."""

_INTRODUCTION = f"""\
<!-- Written {BY_HAND} -->

# Data model

What the tables of a warehouse have to do with each other. Only keys and the columns that lead to
other tables are drawn; the reference of the streams has all columns. A line ends at the table whose
key the column holds: `||` where each row has one, `|o` where the column may be null. A column whose
name ends with `_ids` is a list, and leads to many. A lookup may no longer list an id that the other
tables still hold.

The dbt package tests these relations wherever a column holds one id.
"""


@dataclass(frozen=True)
class Table:
    """A stream as a table.

    Attributes:
        name: Its name.
        key: The columns that identify a row.
        columns: Column to its JSON Schema.
        description: One row, in a sentence.
    """

    name: str
    key: tuple[str, ...]
    columns: dict[str, Any]
    description: str


def read_tables() -> dict[str, Table]:
    """Read the tables from the tap, with the columns that the default settings give them."""
    settings = {"client_id": "id", "client_secret": "secret", "start_date": "2026-01-01"}
    streams = TapGenesysSearch(config=settings).streams.values()
    return {
        stream.name: Table(
            name=stream.name,
            key=tuple(stream.primary_keys),
            columns=stream.schema["properties"],
            description=stream.schema.get("description", ""),
        )
        for stream in sorted(streams, key=lambda stream: stream.name)
    }


def is_list(column: str) -> bool:
    """Say whether a column holds several ids."""
    return column.endswith("_ids")


def end_of_parent(relation: Relation, tables: dict[str, Table]) -> str:
    """Choose Mermaid's sign for the parent's end of a relation.

    Args:
        relation: The relation.
        tables: All tables.

    Returns:
        `||` where each row of the child has a parent, `}o` where it may have several, else `|o`.
    """
    columns = tables[relation.child].columns
    if any(map(is_list, relation.columns)):
        return "}o"
    nullable = any("null" in columns[column]["type"] for column in relation.columns)
    return "|o" if nullable else "||"


def write_page(tables: dict[str, Table]) -> str:
    """Write the page of the data model."""
    inside = [name for name in tables if name in CONVERSATION_TABLES]
    return "\n".join(
        [
            _INTRODUCTION,
            "## Conversations\n",
            *_diagram(tables, inside),
            "\n## All tables\n",
            *_diagram(tables, list(tables)),
            "",
        ]
    )


def _diagram(tables: dict[str, Table], names: list[str]) -> Iterator[str]:
    relations = [one for one in RELATIONS if one.child in names and one.parent in names]
    yield "```mermaid"
    yield "erDiagram"
    for relation in relations:
        end = end_of_parent(relation, tables)
        yield f'    {relation.parent} {end}--o{{ {relation.child} : "{relation.columns[-1]}"'
    for name in names:
        yield f"    {name} {{"
        yield from _key_columns(tables[name], relations)
        yield "    }"
    yield "```"


def _key_columns(table: Table, relations: list[Relation]) -> Iterator[str]:
    related = {column for one in relations if one.child == table.name for column in one.columns}
    for column in table.columns:
        marks = [mark for mark, having in (("PK", table.key), ("FK", related)) if column in having]
        if marks:
            yield f"        text {column} {', '.join(marks)}"


def write_sources(tables: dict[str, Table]) -> str:
    """Write the dbt sources, with the tests of keys and relations."""
    read = {*CORE, *SWITCHES, *FURTHER}
    source = {
        "name": "genesys",
        "description": "The streams of tap-genesys-search, as a Singer loader writes them.",
        "database": "{{ var('genesys_database', target.database) }}",
        "schema": "{{ var('genesys_schema') }}",
        "tables": [_source_table(table, tables) for table in tables.values() if table.name in read],
    }
    document = yaml.safe_dump(
        {"version": 2, "sources": [source]}, sort_keys=False, width=100, allow_unicode=True
    )
    return f"# Written {BY_HAND}\n{document}"


def _source_table(table: Table, tables: dict[str, Table]) -> dict[str, Any]:
    key = {"genesys.genesys_key": {"arguments": {"columns": list(table.key)}}}
    own = [one for one in RELATIONS if one.child == table.name]
    composite = [_composite_test(one, tables[one.parent]) for one in own if len(one.columns) > 1]
    columns = {column: _source_column(table, column, own) for column in table.key}
    columns |= {
        one.columns[0]: _source_column(table, one.columns[0], own)
        for one in own
        if len(one.columns) == 1
    }
    enabled = _enabled(table.name)
    return {
        "name": table.name,
        "description": table.description,
        **({"config": {"enabled": enabled}} if enabled else {}),
        "data_tests": [key, *composite],
        "columns": list(columns.values()),
    }


def _enabled(name: str) -> str | None:
    if name in CORE:
        return None
    if name in SWITCHES:
        return f"{{{{ var('{SWITCHES[name]}') }}}}"
    return f"{{{{ '{name}' in var('genesys_further_streams') }}}}"


def _composite_test(relation: Relation, parent: Table) -> dict[str, Any]:
    arguments = {
        "columns": list(relation.columns),
        "to": f"source('genesys', '{relation.parent}')",
        "to_columns": list(parent.key),
    }
    return {"genesys.genesys_related": {"arguments": arguments}}


def _source_column(table: Table, column: str, relations: list[Relation]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "name": column,
        "description": table.columns[column].get("description", ""),
    }
    tests = [
        _relationship(one) for one in relations if one.columns == (column,) and not is_list(column)
    ]
    return {**described, **({"data_tests": tests} if tests else {})}


def _relationship(relation: Relation) -> dict[str, Any]:
    (column,) = relation.columns
    # What a lookup no longer lists keeps its id, so such rows are worth a warning and no more.
    config: dict[str, Any] = {"severity": "warn"} if relation.parent in LOOKUP_STREAMS else {}
    if column in ORPHANS:
        config["where"] = f"not ({column} {ORPHANS[column]})"
    key = "conversation_id" if relation.parent == "conversations" else "id"
    arguments = {"to": f"source('genesys', '{relation.parent}')", "field": key}
    return {"relationships": {"arguments": arguments, **({"config": config} if config else {})}}


def written_files() -> dict[str, str]:
    """Write both files as text.

    Returns:
        Path of the file in the repository to what it should hold.
    """
    tables = read_tables()
    return {PAGE: write_page(tables), SOURCES: write_sources(tables)}


def main() -> int:
    """Write both files, and tell which have changed."""
    write_changed(ROOT, written_files())
    return 0


if __name__ == "__main__":
    sys.exit(main())
