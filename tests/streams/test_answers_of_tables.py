"""The tables of conversations answer what the simulator knows, without any marts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from genesys_cloud_simulator.views.answers import ConversationFigures, conversation_figures
from tap_genesys_search.records.conversations.tables import CONVERSATION_TABLES
from tap_genesys_search.streams.lookups.lists import LOOKUPS
from tests.support.duckdb_tables import load_into_duckdb
from tests.support.singer_run import run_tap
from tests.support.warehouse_answers import QUESTIONS, WarehouseAnswers

if TYPE_CHECKING:
    import duckdb

    from tests.support.running_simulator import RunningSimulator


@pytest.fixture(scope="module")
def database(
    running: RunningSimulator, tmp_path_factory: pytest.TempPathFactory
) -> duckdb.DuckDBPyConnection:
    """All tables of a run over the whole org, some of whose conversations are under way."""
    config = {**running.config, "search_api": "conversation_jobs", "page_size": 1000}
    run = run_tap(
        config,
        select=(
            *CONVERSATION_TABLES,
            *LOOKUPS,
        ),
        deselect=("interactions", "interaction_facets", "search_audits"),
    )  # fmt: skip
    assert run.error is None
    return load_into_duckdb(run, tmp_path_factory.mktemp("tables"))


@pytest.fixture(scope="module")
def figures(running: RunningSimulator) -> ConversationFigures:
    """The figures at the moment up to which jobs have the data."""
    simulator = running.simulator
    return conversation_figures(simulator.org, simulator.data_availability)


def test_there_are_five_questions() -> None:
    *statements, rest = QUESTIONS.split(";\n")
    assert len(statements) == 5
    assert not rest.strip()


class TestAnswers(WarehouseAnswers):
    """What is loaded by this run of the tap."""
