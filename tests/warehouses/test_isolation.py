"""The demo and the loads leave a user's own warehouse, org and state alone."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import duckdb
import pytest

from scripts.clean_environment import meltano
from scripts.demo import DATABASE, ORG
from tests.support.poisoned_checkout import PoisonedCheckout, poisoned_checkout
from tests.warehouses.conftest import ROOT, install_plugins

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [pytest.mark.warehouses, pytest.mark.timeout(600)]


@pytest.fixture
def checkout(plugins: None, tmp_path: Path) -> Iterator[PoisonedCheckout]:  # noqa: ARG001
    with poisoned_checkout(tmp_path) as checkout:
        checkout.link_plugins()
        yield checkout


def test_demo_loads_into_its_own_database(checkout: PoisonedCheckout) -> None:
    before = checkout.contents()
    done = checkout.run("-m", "scripts.demo")
    assert done.returncode == 0, done.stdout + done.stderr
    assert checkout.canary.requests == []
    assert checkout.contents() == before
    with duckdb.connect(str(checkout.folder / DATABASE), read_only=True) as connection:
        loaded = connection.execute("select count(*) from genesys.interactions").fetchall()
    assert loaded == [(ORG.interactions,)]


def test_load_of_a_test_stays_in_its_own_database(checkout: PoisonedCheckout) -> None:
    before = checkout.contents()
    done = checkout.run(
        *("-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "warehouses", "-k", "duckdb"),
        "tests/warehouses/test_privacy.py",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert checkout.canary.requests == []
    assert checkout.contents() == before


def test_a_second_worker_leaves_the_plugins_in_place(plugins: None) -> None:  # noqa: ARG001
    executables = [*(ROOT / ".meltano" / "loaders").glob("*/venv/bin/target-*")]
    before = [file.stat().st_ctime_ns for file in executables]
    assert before
    install_plugins("tap-genesys-search", "target-duckdb", "tap-genesys-search", "target-postgres")
    assert [file.stat().st_ctime_ns for file in executables] == before


def test_poison_reaches_a_run_that_reads_dotenv(checkout: PoisonedCheckout) -> None:
    """Show that the canaries would notice."""
    command = [
        part for part in meltano("config", "print", "target-duckdb") if "env-file" not in str(part)
    ]
    done = subprocess.run(command, cwd=checkout.folder, capture_output=True, text=True, check=True)
    assert str(checkout.warehouse) in done.stdout
