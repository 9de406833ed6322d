"""A simulated org on the platform's own host names, and the programs that read it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import trustme

from genesys_cloud_simulator import Org
from scripts.clean_environment import installing_environment
from tasks import SCRIPTS, TOOLS, find_uv
from tests.foreign.platform_hosts import PlatformHosts, platform_hosts
from tests.support.running_simulator import RunningSimulator, running_simulator

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
INSTALLED = TOOLS / "foreign"
# What airbyte-source-genesys says of itself.
AIRBYTE_PYTHON = ">=3.10,<3.12"


@pytest.fixture(scope="session")
def simulated() -> Iterator[RunningSimulator]:
    # More than one page of a query, of a job and of transcripts.
    with running_simulator(Org(seed=7, days=3, interactions=900)) as running:
        yield running


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """The authority that the programs are made to trust."""
    return trustme.CA()


@pytest.fixture
def hosts(
    simulated: RunningSimulator, authority: trustme.CA, tmp_path: Path
) -> Iterator[PlatformHosts]:
    """The hosts of Frankfurt, answered by the simulator."""
    with platform_hosts(simulated.url, authority, tmp_path) as hosts:
        yield hosts


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """What `javascript/package-lock.json` names, installed by npm."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("node and npm are needed to install the platform's JavaScript SDK")
    folder = INSTALLED / "javascript"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / "javascript" / name, folder)
    run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"], folder)
    return folder / "node_modules"


@pytest.fixture(scope="session")
def source_genesys(authority: trustme.CA) -> Path:
    """The command of what `airbyte/requirements.txt` names, in an environment of its own."""
    uv = find_uv()
    python = sys.executable
    if sys.version_info >= (3, 12):
        command: list[Any] = [uv, "python", "find", "--no-python-downloads", AIRBYTE_PYTHON]
        found = subprocess.run(command, capture_output=True, text=True, check=False)
        if found.returncode:
            pytest.skip(f"airbyte-source-genesys needs a Python {AIRBYTE_PYTHON}, and none is here")
        python = found.stdout.strip()
    folder = INSTALLED / "airbyte"
    run([uv, "venv", "--quiet", "--clear", "--python", python, folder])
    interpreter = folder / SCRIPTS / "python"
    requirements = HERE / "airbyte" / "requirements.txt"
    run([uv, "pip", "sync", "--quiet", "--python", interpreter, requirements])
    trust(authority, interpreter)
    return folder / SCRIPTS / "source-genesys"


def trust(authority: trustme.CA, interpreter: Path) -> None:
    """Add an authority to those that an environment trusts.

    Airbyte's framework prepares its requests itself, and so asks for no `REQUESTS_CA_BUNDLE`.
    """
    found = subprocess.run(
        [interpreter, "-m", "certifi"], capture_output=True, text=True, check=True
    )
    trusted = Path(found.stdout.strip())
    content = trusted.read_bytes() + authority.cert_pem.bytes()
    trusted.unlink()  # it may be a link into uv's cache
    trusted.write_bytes(content)


def run(command: list[Any], folder: Path | None = None) -> None:
    done = subprocess.run(
        command,
        cwd=folder,
        env=installing_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
