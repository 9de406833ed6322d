"""What users read is in plain English, with one word for a thing."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]

BETTER = {
    r"\banew\b": "again",
    r"\blest\b": "so that … not",
    r"\b(has|have) it not\b": "no",
    r"(?<!there )\bis no (?!longer|more)\w+": "is not a",
    r"\b(goes|go) on\b": "continues, resumes",
    r"\b(is|are) told\b|\btold of\b": "is notified, is asked",
    r"\b(all|part|some|rest|most|none|nothing|left|made|much) of it\b": "name the thing",
    r"\bhit rate\b": "completeness",
    r"\bmedium\b": "media type",
    r"\b(hand|hands|handed|handing) on\b": "transfer, pass",
    r"\bgives? up waiting\b|\bgave up waiting\b": "abandon",
    r"\bin vain\b": "without an answer",
    r"\bfor want of\b": "lack",
}
"""What not to write, and what to write in its place."""

PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for pattern in ("*.md", "docs/**/*.md", "loader/*.md", "orchestration/*.md")
    for path in ROOT.glob(pattern)
    if path.name != "CHANGELOG.md"  # what was written of versions of the past stays
)
TAP, SIMULATOR = (
    sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / package).rglob("*.py"))
    for package in ("tap_genesys_search", "genesys_cloud_simulator")
)
SCHEMAS = sorted((ROOT / "tap_genesys_search" / "schemas").glob("*.json"))
DEFINITION = ROOT / "hub" / "tap-genesys-search.yml"


def without_code(text: str) -> str:
    """Leave out blocks of code, but not the questions in them, and what stands in backticks."""
    return re.sub(r"^ *```.*?^ *```$|`[^`\n]*`", "", text, flags=re.MULTILINE | re.DOTALL)


def found(text: str) -> list[str]:
    """List what is not to be written, with what to write."""
    one_line = " ".join(text.split())
    return [
        f"{match[0]!r}: write {better!r}"
        for pattern, better in BETTER.items()
        for match in re.finditer(pattern, one_line, re.IGNORECASE)
    ]


@pytest.mark.parametrize("page", PAGES)
def test_page(page: str) -> None:
    assert not found(without_code((ROOT / page).read_text(encoding="utf-8")))


@pytest.mark.parametrize("module", TAP)
def test_messages_settings_and_docstrings(module: str) -> None:
    texts = [node.value for node in nodes_of(module) if isinstance(node, ast.Constant)]
    assert not [problem for text in texts if isinstance(text, str) for problem in found(text)]


@pytest.mark.parametrize("module", SIMULATOR)
def test_docstrings(module: str) -> None:
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = [ast.get_docstring(one) for one in nodes_of(module) if isinstance(one, documented)]
    assert not [problem for text in docstrings if text for problem in found(text)]


def nodes_of(module: str) -> Iterator[ast.AST]:
    return ast.walk(ast.parse((ROOT / module).read_text(encoding="utf-8")))


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda path: path.stem)
def test_columns(schema: Path) -> None:
    described = json.loads(schema.read_text(encoding="utf-8"))
    ours = [described.get("description", "")]
    ours += [column.get("description", "") for column in described["properties"].values()]
    assert not [problem for text in ours for problem in found(text)]


def test_definition_for_the_hub() -> None:
    assert not found(DEFINITION.read_text(encoding="utf-8"))


def test_what_is_not_plain_is_found() -> None:
    assert found("It is no region") == ["'is no region': write 'is not a'"]
    assert found("there is no region, and it is no longer open") == []
    assert found("it\ngoes on") == ["'goes on': write 'continues, resumes'"]
