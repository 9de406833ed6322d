"""The definitions for Meltano Hub are the plugins' own word, keep its rules, and can be added."""

from __future__ import annotations

import json
import re
import subprocess
from importlib.metadata import distribution
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from scripts.clean_environment import meltano
from scripts.generate.plugin_definition import (
    DEFINITION,
    LOADER_DEFINITION,
    definitions,
    plugin_definition,
    render,
)
from tap_genesys_search.tap import TapGenesysSearch

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
RELEASE = (ROOT / "docs" / "how-to" / "release.md").read_text()

# As in the Hub's schemas/plugin_definitions and schemas/common, and what all its extractors have.
KEYS = {
    "capabilities",
    "description",
    "domain_url",
    "keywords",
    "label",
    "logo_url",
    "maintenance_status",
    "name",
    "namespace",
    "pip_url",
    "quality",
    "repo",
    "settings",
    "variant",
}
FURTHER_KEYS = {
    "definition",
    "executable",
    "log_parser",
    "next_steps",
    "prereq",
    "select",
    "settings_group_validation",
    "settings_preamble",
    "supported_python_versions",
    "usage",
}
SETTING_KEYS = {"name", "label", "kind", "description", "options", "sensitive", "value"}
KINDS = {"array", "boolean", "date_iso8601", "integer", "object", "options", "password", "string"}


@pytest.fixture(scope="module")
def written() -> dict[str, Any]:
    definition: dict[str, Any] = yaml.safe_load(DEFINITION.read_text())
    return definition


@pytest.fixture(scope="module", params=[DEFINITION, LOADER_DEFINITION], ids=lambda path: path.stem)
def each(request: pytest.FixtureRequest) -> dict[str, Any]:
    definition: dict[str, Any] = yaml.safe_load(request.param.read_text())
    assert definition["name"] == request.param.stem
    return definition


def test_the_definitions_are_what_the_plugins_say_of_themselves() -> None:
    for path, definition in definitions().items():
        assert path.read_text() == render(definition), "run `python3 tasks.py hub`"


def test_it_has_the_keys_of_the_hub_in_order(each: dict[str, Any]) -> None:
    assert set(each) >= KEYS
    assert set(each) <= KEYS | FURTHER_KEYS
    ordered = [each, *each["settings"]]
    assert all(list(mapping) == sorted(mapping) for mapping in ordered)


def test_its_values_are_those_that_the_hub_knows(each: dict[str, Any]) -> None:
    assert each["namespace"] == each["name"].replace("-", "_")
    assert each["maintenance_status"] in {"active", "beta", "development"}
    assert each["quality"] in {"gold", "silver", "bronze", "unknown"}
    assert re.fullmatch(r"/assets/logos/(extractors|loaders)/[a-z-]+\.(png|svg)", each["logo_url"])
    assert each["repo"] == f"https://github.com/{each['variant']}/{DEFINITION.stem}"
    assert all(re.fullmatch(r"3\.\d+", name) for name in each["supported_python_versions"])


def test_its_settings_are_whole(each: dict[str, Any]) -> None:
    for setting in each["settings"]:
        assert {"name", "label", "kind", "description"} <= set(setting) <= SETTING_KEYS
        assert setting["kind"] in KINDS
        assert (setting["kind"] == "options") == ("options" in setting)
        # A password is masked by the Hub, what is sensitive by Meltano.
        assert (setting["kind"] == "password") == setting.get("sensitive", False)
    names = [setting["name"] for setting in each["settings"]]
    assert len(set(names)) == len(names)
    (required,) = each["settings_group_validation"]
    assert set(required) <= set(names)


def test_it_selects_streams_that_exist(written: dict[str, Any]) -> None:
    streams = TapGenesysSearch(validate_config=False, parse_env_config=False).streams
    assert {pattern.removesuffix(".*") for pattern in written["select"]} <= set(streams)


def test_meltano_takes_it_as_an_extractor(written: dict[str, Any]) -> None:
    schema = json.loads(files("meltano.schemas").joinpath("meltano.schema.json").read_text())
    # Keys for the Hub's page alone are not Meltano's business.
    known = schema["$defs"]["plugins"]["plugin_generic"]["properties"]
    plugin = {key: value for key, value in written.items() if key in {*known, "select"}}
    project = {"version": 1, "plugins": {"extractors": [plugin]}}
    assert not list(Draft7Validator(schema).iter_errors(project))
    plugin["capabilities"] = ["no such capability"]
    assert list(Draft7Validator(schema).iter_errors(project))


@pytest.mark.thorough
def test_it_is_added_to_a_project_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "meltano.yml").write_text("send_anonymous_usage_stats: false\n")
    options = ("--no-install", "--from-ref", DEFINITION)
    add = meltano("--cwd", tmp_path, "add", DEFINITION.stem, *options)
    done = subprocess.run(add, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (added,) = yaml.safe_load((tmp_path / "meltano.yml").read_text())["plugins"]["extractors"]
    assert added["name"] == DEFINITION.stem
    assert len(added["settings"]) == len(plugin_definition()["settings"])


def test_documents_show_where_package_and_repository_are(
    written: dict[str, Any],
) -> None:
    assert f"https://pypi.org/project/{distribution(written['name']).name}/" in README
    assert f"{written['repo']}/actions/workflows/test.yml" in README
    assert f"_data/meltano/extractors/{written['name']}/{written['variant']}.yml" in RELEASE
    assert f"_data/meltano/loaders/{LOADER_DEFINITION.stem}/{written['variant']}.yml" in RELEASE
