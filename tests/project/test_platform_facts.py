"""Each fact about the platform that the tap relies on has a source, and a test that holds it."""

from __future__ import annotations

import ast
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scripts.generate.platform_facts import (
    FACTS,
    PAGE,
    STRENGTHS,
    VERIFIED,
    Fact,
    read_facts,
    render,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
ALL = read_facts()


@pytest.mark.parametrize("fact", [*ALL], ids=[fact.text[:40] for fact in ALL])
def test_nothing_of_a_fact_is_missing(fact: Fact) -> None:
    found = list(missing(fact))
    assert not found, "\n".join(["", f"{FACTS.name}, {fact.text!r}:", *found])


def missing(fact: Fact) -> Iterator[str]:
    """List what is to be done for a fact."""
    if fact.strength not in STRENGTHS:
        yield f"- strength is {fact.strength!r}, not one of {', '.join(STRENGTHS)}"
    if not fact.tap:
        yield "- say what the tap does"
    if not fact.otherwise and fact.strength not in VERIFIED:
        yield f"- it is {fact.strength}: say under `otherwise` what the tap does if it is wrong"
    if not fact.sources and fact.strength != "guessed":
        yield "- name its source"
    unknown = set(fact.sources) - set(ALL.sources)
    yield from (f"- no address is given for {one}" for one in sorted(unknown))
    if not fact.tests:
        yield "- name the test that holds it, or write one"
    yield from (f"- there is no test {one}" for one in fact.tests if not is_test(one))


def is_test(name: str) -> bool:
    """Tell whether pytest would collect a test, named by path, `::` and function."""
    path, _, function = name.partition("::")
    return function in functions_of(path) and function.startswith("test_")


@cache
def functions_of(path: str) -> frozenset[str]:
    """Read the names of a module's functions, without importing it."""
    file = ROOT / path
    if not file.name.startswith("test_") or not file.is_file():
        return frozenset()
    body = ast.parse(file.read_text(encoding="utf-8")).body
    return frozenset(one.name for one in body if isinstance(one, ast.FunctionDef))


def test_page_is_made_of_the_facts() -> None:
    assert PAGE.read_text(encoding="utf-8") == render(ALL), "run `python3 tasks.py schemas`"


def test_page_is_in_the_table_of_contents() -> None:
    index = (ROOT / "docs" / "contents.md").read_text(encoding="utf-8")
    assert f"\nreference/{PAGE.stem}\n" in index


def test_no_fact_is_told_twice_and_no_source_is_idle() -> None:
    texts = [fact.text for fact in ALL]
    assert len(set(texts)) == len(texts)
    assert {source for fact in ALL for source in fact.sources} == set(ALL.sources)
    assert all(address.startswith("https://") for address in ALL.sources.values())


def test_of_a_fact_that_is_only_claimed_each_lack_is_named() -> None:
    claimed = Fact("Pages are blue.", "rumoured", ("a friend",), "", ())
    assert list(missing(claimed)) == [
        "- strength is 'rumoured', not one of documented, SDK model, reported, guessed",
        "- say what the tap does",
        "- it is rumoured: say under `otherwise` what the tap does if it is wrong",
        "- no address is given for a friend",
        "- name the test that holds it, or write one",
    ]
    unsourced = replace(claimed, strength="documented", sources=(), tap="x")
    assert "- name its source" in list(missing(unsourced))


@pytest.mark.parametrize(
    "name",
    [
        "tests/project/test_platform_facts.py::test_that_nobody_wrote",
        "tests/project/test_platform_facts.py::is_test",
        "tests/project/test_platform_facts.py",
        "tests/project/test_no_such_file.py::test_page_is_made_of_the_facts",
        "tests/conftest.py::org",
    ],
)
def test_test_that_does_not_exist_is_named(name: str) -> None:
    claimed = Fact("Pages are blue.", "guessed", (), "x", (name,), "y")
    assert list(missing(claimed)) == [f"- there is no test {name}"]
