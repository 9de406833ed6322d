"""The questions of the documentation, and their answers on the demo's data."""

from __future__ import annotations

import json
from typing import Any

import pytest

from genesys_cloud_simulator.server import Simulator
from scripts.demo import ORG
from scripts.generate.questions_page import DOCS, question_lines, questions
from tests.support.contact_centre import ContactCentre, contact_centre
from tests.support.known_answers import ANSWERS
from tests.support.questions import QUESTIONS, approximately, comparable, statement


@pytest.fixture(scope="module")
def written() -> dict[str, Any]:
    answers: dict[str, Any] = json.loads((DOCS / "answers.json").read_text(encoding="utf-8"))
    return answers


@pytest.fixture(scope="module")
def centre() -> ContactCentre:
    """The org of the demo, at the moment up to which jobs have its conversations."""
    return contact_centre(ORG, Simulator(ORG).data_availability)


def test_there_are_fifteen_questions() -> None:
    *statements, rest = QUESTIONS.split(";\n")
    assert len(statements) == len(questions()) == len(ANSWERS) == 15
    assert not rest.strip()
    for number, question in enumerate(questions(), 1):
        assert question["query"].removesuffix(";") in statement(number)


def test_each_question_has_an_answer(written: dict[str, Any]) -> None:
    assert list(written) == [question["title"] for question in questions()]
    page = "\n".join(question_lines())
    for question, answer in zip(questions(), written.values(), strict=True):
        assert answer["rows"]
        assert all(name in question["query"] for name in answer["columns"])
        assert f"| {' | '.join(f'`{name}`' for name in answer['columns'])} |" in page


@pytest.mark.thorough
@pytest.mark.parametrize("number", range(1, 16))
def test_an_answer_is_what_the_simulated_org_knows(
    written: dict[str, Any], centre: ContactCentre, number: int
) -> None:
    answer = written[questions()[number - 1]["title"]]
    assert comparable(answer["rows"]) == approximately(ANSWERS[number - 1](centre))
