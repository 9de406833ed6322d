"""The page on marts names the columns of users that they need, and the other tables."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
SECTION = (
    (ROOT / "docs" / "how-to" / "build-marts.md")
    .read_text(encoding="utf-8")
    .partition("## Without data of your own staff")[2]
    .partition("\n## ")[0]
)
LEFT_OUT = {"groups", "queue_members", "locations", "flows", "flow_outcomes"}


def test_the_columns_are_those_that_the_package_reads() -> None:
    listed = set(re.findall(r"^ +- users\.(\w+)$", SECTION, re.MULTILINE))
    models = ROOT / "dbt" / "models" / "staging" / "genesys"
    read = re.findall(
        r"^    (?:\{\{ genesys\.genesys_quoted\('(\w+)'\) \}\}|(\w+))",
        (models / "stg_genesys__users.sql").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    sources = yaml.safe_load((models / "_genesys__sources.yml").read_text(encoding="utf-8"))
    (users,) = [one for one in sources["sources"][0]["tables"] if one["name"] == "users"]
    tested = {one["name"] for one in users.get("columns", ())}
    assert listed == {one or other for one, other in read} | tested


def test_the_variable_names_all_other_tables() -> None:
    (named,) = re.findall(r"genesys_further_streams: \[(.*?)\]", SECTION)
    package = yaml.safe_load((ROOT / "dbt" / "dbt_project.yml").read_text(encoding="utf-8"))
    assert {*named.split(", ")} == {*package["vars"]["genesys_further_streams"]} - LEFT_OUT
