"""The questions of docs/questions.sql, asked of the marts: answered as the simulator knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.contact_centre import ContactCentre, contact_centre
from tests.support.known_answers import ANSWERS
from tests.support.questions import approximately, comparable, statement
from tests.warehouses.conftest import ROOT
from tests.warehouses.documented import Page
from tests.warehouses.marts.compiled import undone

if TYPE_CHECKING:
    from tests.support.running_simulator import RunningSimulator
    from tests.warehouses.conftest import Warehouse
    from tests.warehouses.marts.dbt_package import Built

pytestmark = [pytest.mark.dbt, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def centre(platform: RunningSimulator) -> ContactCentre:
    return contact_centre(platform.simulator.org, platform.simulator.data_availability)


@pytest.mark.parametrize("question", range(1, 16))
def test_a_question_is_answered_as_the_simulator_knows(
    built: Built, loaded: Warehouse, centre: ContactCentre, question: int
) -> None:
    assert not built.red
    with undone(loaded) as connection:
        connection.execute("set search_path to genesys_marts")
        rows = connection.rows(statement(question))
    known = ANSWERS[question - 1](centre)
    assert comparable(rows) == approximately(known)
    assert rows


@pytest.mark.parametrize(("question", "by"), [(5, 1), (8, 2), (12, 1)])
def test_the_first_ones_come_first(built: Built, loaded: Warehouse, question: int, by: int) -> None:
    assert not built.red
    with undone(loaded) as connection:
        connection.execute("set search_path to genesys_marts")
        values = [row[by] for row in connection.rows(statement(question))]
    assert values == sorted(values, reverse=True)
    assert len(values) >= 5


def test_the_page_on_marts_shows_how_far_metrics_are_apart(built: Built, loaded: Warehouse) -> None:
    rows = rows_of_the_page("After rows were deleted", built, loaded)
    assert len(rows) > 10
    assert all(0 <= float(percent) <= 2 for _, *apart in rows for percent in apart)


def test_the_page_on_marts_divides_last(built: Built, loaded: Warehouse) -> None:
    rows = rows_of_the_page("Figures", built, loaded)
    assert len(rows) > 5
    levels = [float(level) for _, offered, level, _ in rows if offered]
    assert levels
    assert all(0 < level <= 1 for level in levels)


def rows_of_the_page(heading: str, built: Built, loaded: Warehouse) -> list[tuple[Any, ...]]:
    """Run the statement below a heading of the page on marts."""
    assert not built.red
    page = Page(ROOT / "docs" / "how-to" / "build-marts.md")
    with undone(loaded) as connection:
        return connection.rows(page.block(heading, "sql"))
