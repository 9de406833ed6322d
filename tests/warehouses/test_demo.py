"""The demo's database answers what the simulator knows, and has a row for each id it mentions."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import duckdb
import pytest

from genesys_cloud_simulator.conversations.generate import generate_conversation
from genesys_cloud_simulator.server import Simulator
from genesys_cloud_simulator.views.answers import ConversationFigures, figures_of
from scripts.clean_environment import installing_environment
from scripts.demo import DATABASE, ORG
from scripts.generate.answers import answers
from scripts.generate.questions_page import DOCS
from tests.support.questions import approximately, comparable
from tests.support.warehouse_answers import WarehouseAnswers
from tests.warehouses.conftest import ROOT, SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.warehouses, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def database(
    plugins: None,  # noqa: ARG001 - installed
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Run the demo, which finds nothing new where it has run before."""
    subprocess.run(
        [sys.executable, "-m", "scripts.demo"],
        cwd=ROOT,
        env=installing_environment(),
        check=True,
    )
    with duckdb.connect(str(ROOT / DATABASE), read_only=True) as connection:
        connection.execute(f"use {SCHEMA}")
        yield connection


@pytest.fixture(scope="module")
def figures() -> ConversationFigures:
    interactions = ORG.interactions_between(ORG.start, ORG.end)
    seen = Simulator(ORG).data_availability
    return figures_of((generate_conversation(one) for one in interactions), seen)


class TestDemo(WarehouseAnswers):
    """What Meltano and the loader for DuckDB have loaded."""


def test_the_page_of_questions_has_what_the_marts_answer(
    database: duckdb.DuckDBPyConnection,
) -> None:
    written = json.loads((DOCS / "answers.json").read_text(encoding="utf-8"))
    found = answers(database.cursor())
    assert found.keys() == written.keys()
    for title, answer in found.items():
        assert answer["columns"] == written[title]["columns"]
        assert comparable(answer["rows"]) == approximately(written[title]["rows"])
