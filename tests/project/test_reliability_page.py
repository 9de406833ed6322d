"""The page of reliability figures publishes no broken promise."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.reliability.figures import BEGIN, END, ZEROS, write_figures

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"


def test_page_is_not_written_where_a_figure_should_be_0_and_is_not(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"{BEGIN}\n{END}\n", encoding="utf-8")

    with pytest.raises(ValueError, match="Killed runs: … loaded twice 3"):
        write_figures(page, {"Killed runs": {"Runs": "9", "… loaded twice": "3"}})
    assert page.read_text(encoding="utf-8") == f"{BEGIN}\n{END}\n"

    write_figures(page, {"Killed runs": {"Runs": "9", "… loaded twice": "0"}})
    assert "| … loaded twice | 0 |" in page.read_text(encoding="utf-8")


def test_published_page_has_no_such_figure() -> None:
    figures = re.findall(r"^\| (.+?) \| (.+?) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    zeros = [(name, value) for name, value in figures if name in ZEROS]
    assert zeros
    assert {value for _, value in zeros} == {"0"}
