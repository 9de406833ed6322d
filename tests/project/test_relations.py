"""The list of relations, and what is written from it."""

from __future__ import annotations

import pytest
import yaml

from scripts.generate.relations import (
    CORE,
    FURTHER,
    ROOT,
    SWITCHES,
    end_of_parent,
    is_list,
    read_tables,
    write_page,
    written_files,
)
from scripts.relations import RELATIONS, UNRELATED, Relation, lookup_of

TABLES = read_tables()

RELATED = {(one.child, column) for one in RELATIONS for column in one.columns}


def test_each_stream_is_drawn() -> None:
    page = write_page(TABLES)
    assert [name for name in TABLES if f"\n    {name} {{\n" not in page] == []


@pytest.mark.parametrize("one", RELATIONS, ids=lambda one: f"{one.child}.{one.columns[-1]}")
def test_a_relation_leads_from_columns_to_a_key(one: Relation) -> None:
    assert {*one.columns} <= {*TABLES[one.child].columns}
    assert len(one.columns) == len(TABLES[one.parent].key)


def test_no_relation_is_listed_twice() -> None:
    assert len(set(RELATIONS)) == len(RELATIONS)


@pytest.mark.parametrize(
    ("column", "lookup"),
    [
        ("queue_id", "queues"),
        ("queue_flow_id", "flows"),
        ("division_ids", "divisions"),
        ("outbound_contact_list_id", "contact_lists"),
        ("assignee_id", "users"),
        ("geolocation_id", None),
        ("contact_list_template_id", None),
        ("id", None),
    ],
)
def test_a_columns_name_says_which_lookup_it_leads_to(column: str, lookup: str | None) -> None:
    assert lookup_of(column) == lookup


@pytest.mark.parametrize("name", TABLES)
def test_each_column_of_ids_leads_somewhere_or_says_why_not(name: str) -> None:
    table = TABLES[name]
    ids = {column for column in table.columns if column.endswith(("_id", "_ids"))}
    # A part of a key that is no other table's names the row itself.
    own = {*table.key[-1:]} if name != "interaction_facets" else set()
    lost = {column for column in ids - own if (name, column) not in RELATED}
    assert lost <= {*UNRELATED}, (
        f"scripts/relations.py: say where {sorted(lost - {*UNRELATED})} of {name} lead, "
        "in _LOOKUP_OF_COLUMN, or that they lead nowhere, in UNRELATED"
    )


def test_no_reason_is_left_over() -> None:
    unrelated = {
        column
        for name, table in TABLES.items()
        for column in table.columns
        if (name, column) not in RELATED
    }
    assert {*UNRELATED} <= unrelated, (
        f"scripts/relations.py: remove {sorted({*UNRELATED} - unrelated)} from UNRELATED"
    )


@pytest.mark.parametrize(("name", "text"), written_files().items())
def test_what_is_committed_is_what_the_list_gives(name: str, text: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8") == text, (
        f"{name} is out of date: run `python3 tasks.py schemas`"
    )


def test_a_parents_end_follows_from_null() -> None:
    ends = {(one.child, one.columns[-1]): end_of_parent(one, TABLES) for one in RELATIONS}
    assert ends["conversation_metrics", "session_id"] == "||"
    assert ends["conversation_segments", "queue_id"] == "|o"
    assert ends["conversation_sessions", "active_skill_ids"] == "}o"
    for one in RELATIONS:
        nullable = any("null" in TABLES[one.child].columns[name]["type"] for name in one.columns)
        if not any(map(is_list, one.columns)):
            assert (ends[one.child, one.columns[-1]] == "|o") == nullable


def test_the_sources_are_what_the_conversations_extractor_loads() -> None:
    project = yaml.safe_load((ROOT / "meltano.yml").read_text(encoding="utf-8"))
    (selected,) = (
        extractor["select"]
        for extractor in project["plugins"]["extractors"]
        if extractor["name"] == "tap-genesys-conversations"
    )
    assert {*CORE, *FURTHER, *SWITCHES} == {pattern.removesuffix(".*") for pattern in selected}, (
        "meltano.yml: select of tap-genesys-conversations lists other streams than CORE, FURTHER "
        "and SWITCHES of scripts/generate/relations.py; `python3 tasks.py schemas` lists lookups"
    )


def test_further_streams_are_those_of_the_packages_variable() -> None:
    package = yaml.safe_load((ROOT / "dbt" / "dbt_project.yml").read_text(encoding="utf-8"))
    assert {*FURTHER} == {*package["vars"]["genesys_further_streams"]}, (
        "dbt/dbt_project.yml: genesys_further_streams lists other streams than FURTHER of "
        "scripts/generate/relations.py; `python3 tasks.py schemas` lists lookups"
    )
