"""Private members of other packages: used in the one place that is meant for it."""

from __future__ import annotations

import ast
import inspect
import textwrap
from pathlib import Path

import pytest
from singer_sdk import Stream, Tap

PACKAGE = Path(__file__).parents[2] / "tap_genesys_search"
MEANT_FOR = {
    "singer_sdk": "singer",
    "requests": "platform/http/connections.py",
    "urllib3": "platform/http/connections.py",
    "backoff": "nowhere",
}


def private_imports(file: Path) -> list[str]:
    """List the private modules and names that a file imports from other packages."""
    found = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found += [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
    return [name for name in found if any(part.startswith("_") for part in name.split(".")[1:])]


@pytest.mark.thorough
@pytest.mark.parametrize("package", MEANT_FOR)
def test_private_members_are_imported_in_one_place(package: str) -> None:
    elsewhere = {
        str(file.relative_to(PACKAGE)): name
        for file in PACKAGE.rglob("*.py")
        for name in private_imports(file)
        if name.split(".")[0] == package
        and not str(file.relative_to(PACKAGE)).startswith(MEANT_FOR[package])
    }
    assert elsewhere == {}


def test_private_members_of_the_sdk_are_used_in_one_place() -> None:
    private = {
        name
        for base in (Tap, Stream)
        for one in base.__mro__
        if one.__module__.startswith("singer_sdk.")
        for name in (*vars(one), *assigned(one))
        if name.startswith("_") and not name.startswith("__")
    }
    elsewhere = {
        f"{file.relative_to(PACKAGE)}:{node.lineno}": node.attr
        for file in (PACKAGE / "tap.py", *(PACKAGE / "streams").glob("*.py"))
        for one in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(one, ast.ClassDef) and one.bases
        for node in ast.walk(one)
        if isinstance(node, ast.Attribute) and node.attr in private
    }
    assert elsewhere == {}


def assigned(one: type) -> set[str]:
    """List the attributes that a class gives its instances."""
    return {
        node.attr
        for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(one))))
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
    }


def test_there_are_some_to_be_found() -> None:
    assert [one for file in (PACKAGE / "singer").glob("*.py") for one in private_imports(file)]
