"""What is released: its files, its version, its notes, and the rehearsal's own servers."""

from __future__ import annotations

import json
import re
import shutil
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

import altair as alt
import pytest
import requests
import vl_convert
import yaml

from scripts.release.contents import METADATA, files_in_git, problems
from scripts.release.distributions import LOADER, TAP, Distribution, DistributionError, find
from scripts.release.machine import Machine, StepError
from scripts.release.notes import CHANGELOG, HEADING, NotesError, notes
from scripts.release.sbom import BUNDLED, sbom
from scripts.release.server import add_index, file_server

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[2]
WORKFLOW = yaml.safe_load((ROOT / ".github" / "workflows" / "release.yml").read_text())
VERSION = "9.8.7"


def written(folder: Path, added: Mapping[str, str], without: str = "") -> Distribution:
    """Write distributions of the loader as the build does, but for some files.

    Args:
        folder: Where to.
        added: Name to text of files that are in both of them, or that others are replaced by.
        without: A file that both lack.
    """
    tracked = [name for name in files_in_git(LOADER) if name.startswith(LOADER.packages)]
    metadata = f"{LOADER.file_name}-{VERSION}.dist-info/"
    further = ["LICENSE", "README.md", "pyproject.toml", "PKG-INFO"]
    files = dict.fromkeys(tracked, "") | dict(added)
    files.pop(without, None)
    wheel = folder / f"{LOADER.file_name}-{VERSION}-py3-none-any.whl"
    with ZipFile(wheel, "w") as archive:
        for name, text in (files | {metadata + name: "" for name in METADATA}).items():
            archive.writestr(name, text)
    sources = folder / f"{LOADER.file_name}-{VERSION}"
    for name, text in (files | dict.fromkeys(further, "")).items():
        (sources / name).parent.mkdir(parents=True, exist_ok=True)
        (sources / name).write_text(text)
    sdist = folder / f"{sources.name}.tar.gz"
    with tarfile.open(sdist, "w:gz") as archive:
        archive.add(sources, sources.name)
    shutil.rmtree(sources)
    return Distribution(LOADER, VERSION, wheel, sdist)


def test_the_files_of_git_are_as_they_should_be(tmp_path: Path) -> None:
    assert problems(written(tmp_path, {})) == []


@pytest.mark.parametrize("name", ["target_duckdb_bulk/.env", "warehouse.duckdb", "docs/page.png"])
def test_a_file_that_git_does_not_hold_is_found(tmp_path: Path, name: str) -> None:
    wheel, sdist = problems(written(tmp_path, {name: ""}))
    assert (
        wheel
        == f"target_duckdb_bulk-9.8.7-py3-none-any.whl holds {name}, which does not belong there"
    )
    assert sdist == f"target_duckdb_bulk-9.8.7.tar.gz holds {name}, which does not belong there"


def test_tests_are_in_the_sources_alone(tmp_path: Path) -> None:
    (wheel,) = problems(written(tmp_path, {"tests/conftest.py": ""}))
    assert wheel.startswith("target_duckdb_bulk-9.8.7-py3-none-any.whl holds tests/conftest.py")


def test_a_missing_file_is_found(tmp_path: Path) -> None:
    name = "target_duckdb_bulk/py.typed"
    assert [line.partition(" ")[2] for line in problems(written(tmp_path, {}, name))] == [
        f"lacks {name}"
    ] * 2


def test_a_file_that_is_too_large_is_found(tmp_path: Path) -> None:
    name = "target_duckdb_bulk/__init__.py"
    lines = problems(written(tmp_path, {name: "#" * 1_000_001}))
    assert f"holds {name} of 1,000,001 bytes, more than 1,000,000" in lines[0]
    assert "has 1,0" in lines[1]  # the archive isn't compressed here
    assert "more than 100,000" in lines[1]


def test_git_holds_what_must_not_be_missing() -> None:
    needed = {"schemas/interactions.json", "report/page/vega.js", "py.typed"}
    assert {f"tap_genesys_search/{name}" for name in needed} <= files_in_git(TAP)
    assert "genesys_cloud_simulator/py.typed" in files_in_git(TAP)


def test_two_versions_in_a_folder_are_refused(tmp_path: Path) -> None:
    for version in ("0.1.0", "0.2.0"):
        (tmp_path / f"{TAP.file_name}-{version}-py3-none-any.whl").touch()
    with pytest.raises(DistributionError, match="has 2 wheels of tap-genesys-search, not one"):
        find(tmp_path)


def test_one_version_is_named_everywhere() -> None:
    heading = HEADING.search(CHANGELOG.read_text())
    assert heading
    for name, pattern in (
        ("pyproject.toml", r'^version = "(.+)"$'),
        ("dbt/dbt_project.yml", r"^version: (.+)$"),
        ("uv.lock", r'^name = "tap-genesys-search"\nversion = "(.+)"$'),
    ):
        found = re.findall(pattern, (ROOT / name).read_text(), re.MULTILINE)
        assert found == [heading["version"]], name
    assert re.fullmatch(r"Unreleased|\d{4}-\d{2}-\d{2}", heading["date"])


LOG = """\
# Changelog

## 0.2.0 - {}

Better, [see](docs/a.md), [and](https://b.example).

## 0.1.0 - 2026-11-27

First.
"""


def test_notes_are_those_of_the_tag() -> None:
    files = "https://github.com/tap-genesys-search/tap-genesys-search/blob/v0.2.0"
    better = f"Better, [see]({files}/docs/a.md), [and](https://b.example).\n"
    assert notes(LOG.format("2026-12-01"), "v0.2.0", "0.2.0") == better
    assert notes(LOG.format("2026-12-01"), "v0.1.0", "0.1.0") == "First.\n"


@pytest.mark.parametrize(
    ("date", "tag", "built", "problem"),
    [
        ("2026-12-01", "v0.2.1", "0.2.0", "The tag is v0.2.1, but version 0.2.0 was built"),
        ("Unreleased", "v0.2.0", "0.2.0", "write the release's day"),
        ("2026-12-01", "v0.3.0", "0.3.0", 'no heading "## 0.3.0 - YYYY-MM-DD"'),
    ],
)
def test_a_tag_that_is_not_ready_is_refused(date: str, tag: str, built: str, problem: str) -> None:
    with pytest.raises(NotesError, match=problem):
        notes(LOG.format(date), tag, built)


def test_bundled_libraries_are_listed_in_their_versions() -> None:
    assert BUNDLED[TAP.name] == {
        "vega": vl_convert.get_vega_version(),
        "vega-embed": vl_convert.get_vega_embed_version(),
        "vega-lite": alt.SCHEMA_VERSION.removeprefix("v"),
    }


@pytest.mark.thorough
def test_materials_are_the_packages_of_the_lock_with_their_hashes() -> None:
    document = sbom(TAP)
    assert document["bomFormat"] == "CycloneDX"
    assert document["metadata"]["component"]["name"] == TAP.name
    components = {one["name"]: one for one in document["components"]}
    assert {"singer-sdk", "msgspec", "uvicorn", "altair", "vega"} <= set(components)
    assert not {"pytest", "sphinx", "ruff"} & set(components)
    assert components["msgspec"]["externalReferences"][0]["hashes"]


def test_the_index_has_files_with_their_hashes(tmp_path: Path) -> None:
    served = tmp_path / "served"
    served.mkdir()
    distribution = written(tmp_path, {})
    with file_server(served) as server:
        index = add_index(server, [distribution])
        page = requests.get(f"{index}{LOADER.name}/", timeout=9).text
        links = re.findall(r'href="([^#"]+)#sha256=([0-9a-f]{64})"', page)
        assert [name for name, _ in links] == [distribution.wheel.name, distribution.sdist.name]
        wheel = requests.get(f"{index}{LOADER.name}/{links[0][0]}", timeout=9).content
        assert wheel == distribution.wheel.read_bytes()
        assert f"/simple/{LOADER.name}/{links[0][0]}" in server.sent


def test_the_rehearsal_keeps_everything_in_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "scripts.release.machine.installing_environment",
        lambda: {
            "XDG_CACHE_HOME": "/home/user/cache",
            "UV_CACHE_DIR": "/home/user/uv",
            "UV_INDEX": "https://packages.example/simple",
            "PYTHON_DOTENV_DISABLED": "1",
        },
    )
    machine = Machine(tmp_path, "http://127.0.0.1:1/simple/", "http://127.0.0.1:1/meltano/api/v1")
    environment = machine.environment
    folders = {name for name in environment if re.search(r"_(HOME|DIR)$", name)}
    assert {"PIPX_HOME", "PIPX_BIN_DIR", "UV_CACHE_DIR", "XDG_CACHE_HOME"} <= folders
    assert all(Path(environment[name]).is_relative_to(tmp_path) for name in folders)
    assert environment["UV_INDEX"].split() == [
        "http://127.0.0.1:1/simple/",
        "https://packages.example/simple",
    ]
    assert "PYTHON_DOTENV_DISABLED" not in environment


def test_a_step_that_fails_shows_its_last_lines(tmp_path: Path) -> None:
    machine = Machine(tmp_path, "", "")
    with pytest.raises(StepError, match=r"^sh -c echo why; exit 3 ended with 3:\nwhy$"):
        machine.run("/bin/sh", "-c", "echo why; exit 3")


def test_nothing_is_published_that_was_not_rehearsed() -> None:
    jobs = WORKFLOW["jobs"]

    def before(name: str) -> set[str]:
        needs = jobs[name].get("needs", [])
        direct = {needs} if isinstance(needs, str) else set(needs)
        return direct.union(*map(before, direct))

    for job in ("attest", "publish", "image", "announce"):
        assert {"build", "rehearse"} <= before(job)
    built = next(step for step in jobs["build"]["steps"] if "path" in step.get("with", {}))
    assert json.dumps(jobs).count("download-artifact") == 4
    assert built["with"]["name"] == "release"


def test_actions_are_pinned_by_their_commit() -> None:
    for file in (ROOT / ".github" / "workflows").glob("*.yml"):
        for line in re.findall(r"uses: (.+)", file.read_text()):
            assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), (file.name, line)
