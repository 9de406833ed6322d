"""A project whose tap comes from Meltano Hub, as anybody's does: its runs warn of nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from scripts.clean_environment import installing_environment, meltano
from scripts.generate.plugin_definition import DEFINITION
from scripts.release.server import add_hub, file_server
from tests.support.python_warnings import NO_END_OF_LIFE

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.thorough, pytest.mark.timeout(300)]

NAME = DEFINITION.stem
TAP = Path(sys.executable).with_name(NAME)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[str]:
    """Serve the definition as Meltano Hub does, and tell the address of its API."""
    with file_server(tmp_path / "hub") as server:
        yield add_hub(server, {"extractors": DEFINITION})


@pytest.fixture
def environment(hub: str, tmp_path: Path) -> dict[str, str]:
    return {
        **installing_environment(),
        **NO_END_OF_LIFE,
        "MELTANO_HUB_API_ROOT": hub,
        "MELTANO_SEND_ANONYMOUS_USAGE_STATS": "false",
        "XDG_CACHE_HOME": str(tmp_path / "cache"),  # Meltano keeps the Hub's index there
    }


def run(folder: Path, environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        meltano("--cwd", folder, *arguments),
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


@pytest.fixture
def project(config: dict[str, Any], environment: dict[str, str], tmp_path: Path) -> Path:
    """A project with the tap as the Hub has it, which runs that of this checkout."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "meltano.yml").write_text("project_id: locked\n")
    run(folder, environment, "add", "--no-install", NAME)
    (lock,) = (folder / "plugins" / "extractors").glob(f"{NAME}--*.lock")
    assert json.loads(lock.read_text())["settings"]
    written = yaml.safe_load((folder / "meltano.yml").read_text())
    (extractor,) = written["plugins"]["extractors"]
    extractor["pip_url"] = None
    extractor["executable"] = str(TAP)
    extractor["config"] = {
        **config,
        "stream_map_config": {"pepper": "$PEPPER"},
        "stream_maps": {"interactions": {"customer_name": "md5(config['pepper'] + customer_name)"}},
    }
    (folder / "meltano.yml").write_text(yaml.safe_dump(written))
    return folder


def test_a_run_warns_of_nothing_but_a_misspelt_variable(
    project: Path, environment: dict[str, str]
) -> None:
    environment["PEPPER"] = "cash$money"
    said = run(project, environment, "invoke", NAME)
    assert "Done: " in said
    assert warnings(said) == []
    environment["TAP_GENESYS_SEARCH_PAGE_SISE"] = "7"
    (warning,) = warnings(run(project, environment, "invoke", NAME))
    assert "PAGE_SISE is ignored: did you mean setting 'page_size'?" in warning


def warnings(said: str) -> list[str]:
    return [line for line in said.splitlines() if "warning" in line.lower()]
