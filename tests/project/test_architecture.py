"""The page about the architecture names the layers that lint checks, in their order."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
PAGE = (ROOT / "docs" / "explanation" / "architecture.md").read_text(encoding="utf-8")
PACKAGE = ROOT / "tap_genesys_search"


def layers() -> list[set[str]]:
    """Read the layers of the tap, the highest first."""
    contract = PROJECT.partition('containers = ["tap_genesys_search"]')[2].partition("]\n\n")[0]
    return [
        set(layer.split(" | ")) for layer in re.findall(r'^    "(.+)",$', contract, re.MULTILINE)
    ]


def rows() -> list[set[str]]:
    """Read the packages of the page's first table, row by row."""
    table = PAGE.partition("| Package | Holds |")[2].partition("\n\n")[0]
    return [set(re.findall(r"`(\w+)`", row.split("|")[1])) for row in table.splitlines()[2:]]


def test_layers_are_all_there_is() -> None:
    names = {path.stem for path in PACKAGE.iterdir() if not path.name.startswith(("__init__", "."))}
    there = {name for name in names if (PACKAGE / f"{name}.py").exists() or has_modules(name)}
    assert set.union(*layers()) == there - {"report"}


def has_modules(name: str) -> bool:
    return any((PACKAGE / name).glob("*.py"))


def test_page_names_each_layer_in_order() -> None:
    order = [next(n for n, layer in enumerate(layers()) if row <= layer) for row in rows()[:-1]]
    assert order == sorted(order)
    assert set.union(*rows()[:-1]) == set.union(*layers())
    assert rows()[-1] == {"report"}


def test_modules_that_the_page_names_are_there() -> None:
    for name in re.findall(r"`([a-z_]+/[a-z_/]+\.py)`", PAGE):
        assert (PACKAGE / name).exists(), name
