"""What docs/warehouses.md tells users to write."""

from __future__ import annotations

import re
from typing import Any

import yaml

from tests.warehouses.conftest import ROOT

TEXT = (ROOT / "docs" / "warehouses.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    """Read what stands below a heading."""
    _, _, rest = TEXT.partition(f"\n## {title}")
    assert rest, title
    return rest.partition("\n## ")[0]


def block(title: str, language: str) -> str:
    """Read the last block of code in a section."""
    return blocks(title, language)[-1]


def blocks(title: str, language: str) -> list[str]:
    """Read all blocks of code in a section."""
    return re.findall(rf"```{language}\n(.*?)```", section(title), re.DOTALL)


def settings(title: str) -> dict[str, Any]:
    """Read the settings that a section shows."""
    read: dict[str, Any] = yaml.safe_load(block(title, "yaml"))
    return read
