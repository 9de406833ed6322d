"""The settings have one source; every place that lists them must agree with it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.generate.plugin_definition import SELECT, meltano_setting, read_about
from tap_genesys_search.singer.base_tap import BaseTap
from tap_genesys_search.tap import CONFIG_JSONSCHEMA, TapGenesysSearch

ROOT = Path(__file__).parents[2]


def about() -> dict[str, Any]:
    return read_about().settings


def own_settings() -> dict[str, Any]:
    """Settings of this tap, without those that the SDK gives every tap."""
    given_by_sdk: dict[str, Any] = {}
    BaseTap.append_builtin_config(given_by_sdk)
    return {
        name: schema
        for name, schema in about()["properties"].items()
        if name not in given_by_sdk["properties"]
    }


def extractor() -> dict[str, Any]:
    project = yaml.safe_load((ROOT / "meltano.yml").read_text())
    return dict(project["plugins"]["extractors"][0])


def test_meltano_yml_has_a_tap_for_all_that_the_first_one_leaves_out() -> None:
    searches, conversations = yaml.safe_load((ROOT / "meltano.yml").read_text())["plugins"][
        "extractors"
    ]
    assert conversations["inherit_from"] == searches["name"]
    streams = TapGenesysSearch(validate_config=False, parse_env_config=False).streams
    selected = {name.removesuffix(".*") for name in searches["select"] + conversations["select"]}
    # Transcripts are of a search API of their own.
    assert selected == set(streams) - {"transcripts"}


def test_meltano_yml_has_the_settings_of_about() -> None:
    # Meltano would write `kind: password` as it stands here, and the whole file with it.
    assert extractor()["settings"] == [
        {**setting, "kind": "string"} if setting.get("sensitive") else setting
        for setting in (
            meltano_setting(name, schema) for name, schema in about()["properties"].items()
        )
    ]


def test_meltano_yml_has_the_capabilities_of_about() -> None:
    assert extractor()["capabilities"] == read_about().capabilities


def test_meltano_yml_selects_what_the_hub_selects() -> None:
    assert extractor()["select"] == SELECT


def test_meltano_yml_groups_the_required_settings() -> None:
    assert extractor()["settings_group_validation"] == [about()["required"]]


@pytest.mark.thorough
def test_env_example_has_each_setting_with_its_default() -> None:
    expected = []
    for name, schema in own_settings().items():
        default = schema.get("default", "")
        if isinstance(default, list):
            default = f"'{json.dumps(default)}'"
        elif isinstance(default, bool):
            default = json.dumps(default)
        mark = "" if name in about()["required"] else "#"
        expected += [
            f"# {schema['description']}",
            f"{mark}TAP_GENESYS_SEARCH_{name.upper()}={default}",
        ]
    lines = (ROOT / ".env.example").read_text().splitlines()
    assert lines[lines.index("") + 1 :] == expected


def test_env_example_and_the_page_have_what_target_postgres_needs() -> None:
    loaders = yaml.safe_load((ROOT / "meltano.yml").read_text())["plugins"]["loaders"]
    (postgres,) = [one for one in loaders if one["name"] == "target-postgres"]
    values = {one["name"]: one.get("value", "") for one in postgres["settings"]}
    names = ("host", "port", "user", "password", "database")
    lines = (ROOT / ".env.example").read_text().splitlines()
    assert [line for line in lines if line.startswith("#TARGET_")] == [
        f"#TARGET_POSTGRES_{name.upper()}={values[name]}" for name in names
    ]
    page = (ROOT / "docs" / "warehouses.md").read_text(encoding="utf-8")
    assert re.findall(r"^TARGET_POSTGRES_(\w+)=.", page, re.MULTILINE) == [
        name.upper() for name in names
    ]


def test_env_example_has_what_dbt_needs_to_reach_postgresql() -> None:
    utilities = yaml.safe_load((ROOT / "meltano.yml").read_text())["plugins"]["utilities"]
    (dbt,) = [one for one in utilities if one["name"] == "dbt-postgres"]
    values = {one["name"]: one.get("value", "") for one in dbt["settings"]}
    lines = (ROOT / ".env.example").read_text().splitlines()
    assert [line for line in lines if line.startswith("#DBT_")] == [
        f"#DBT_POSTGRES_{name.upper()}={values[name]}"
        for name in ("host", "port", "user", "password", "database")
    ]


@pytest.mark.thorough
def test_the_page_has_each_setting_with_its_default() -> None:
    expected = []
    for name, schema in own_settings().items():
        default = schema.get("default")
        if name in about()["required"]:
            shown = "required"
        elif default is None:
            shown = ""
        else:
            shown = f"`{default if isinstance(default, str) else json.dumps(default)}`"
        expected.append(f"| `{name}` | {shown} | {schema['description']} |")
    page = (ROOT / "docs" / "reference" / "settings.md").read_text()
    assert [line for line in page.splitlines() if re.match(r"\| `[a-z_]+` \|", line)][
        : len(expected)
    ] == expected


def test_every_setting_has_a_title_and_a_description_that_ends() -> None:
    for schema in own_settings().values():
        assert schema["title"]
        assert schema["description"].endswith(".")


def test_only_what_is_secret_is_marked_as_such() -> None:
    secret = {
        name for name, schema in CONFIG_JSONSCHEMA["properties"].items() if schema.get("secret")
    }
    assert secret == {"client_secret", "webhook_url", "webhook_secret"}
