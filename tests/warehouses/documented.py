"""What the documents on warehouses and privacy tell users to write."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import yaml

from tests.warehouses.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Page:
    """A page of the documents."""

    path: Path

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    def section(self, title: str) -> str:
        """Read what stands below a heading."""
        found = re.search(rf"^(#+) {title}", self.text, re.MULTILINE)
        assert found, title
        rest = self.text[found.end() :]
        return re.split(rf"^#{{2,{len(found[1])}}} ", rest, maxsplit=1, flags=re.MULTILINE)[0]

    def block(self, title: str, language: str) -> str:
        """Read the last block of code in a section."""
        return self.blocks(title, language)[-1]

    def blocks(self, title: str, language: str) -> list[str]:
        """Read all blocks of code in a section."""
        return re.findall(rf"```{language}\n(.*?)```", self.section(title), re.DOTALL)

    def settings(self, title: str) -> dict[str, Any]:
        """Read the settings that a section shows."""
        read: dict[str, Any] = yaml.safe_load(self.block(title, "yaml"))
        return read


WAREHOUSES = Page(ROOT / "docs" / "warehouses.md")
PRIVACY = Page(ROOT / "docs" / "how-to" / "privacy-and-deletion.md")
