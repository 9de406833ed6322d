"""What docs/scale.md says follows from what was measured."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from benchmarks.figures import write_figures
from scripts.scale.costs import (
    GUIDE,
    MEASURED,
    PAGE,
    Extraction,
    SearchCost,
    cost_tables,
    estimate,
    hours_table,
    main,
    measured_tables,
)

if TYPE_CHECKING:
    from pathlib import Path


def test_the_page_has_what_the_formulas_make_of_the_figures(tmp_path: Path) -> None:
    measured = json.loads(MEASURED.read_text(encoding="utf-8"))
    written = tmp_path / "scale.md"
    written.write_text(PAGE.read_text(encoding="utf-8"), encoding="utf-8")

    write_figures(written, {**cost_tables(Extraction(), measured), **measured_tables(measured)})

    assert written.read_text(encoding="utf-8") == PAGE.read_text(encoding="utf-8")

    written.write_text(GUIDE.read_text(encoding="utf-8"), encoding="utf-8")
    write_figures(written, hours_table(measured))
    assert written.read_text(encoding="utf-8") == GUIDE.read_text(encoding="utf-8")


def test_an_estimate_by_hand() -> None:
    extraction = Extraction(
        interactions=3_600_000,
        days=100,
        requests_per_minute=60,
        partitions=10,
        concurrent_searches=5,
        search_seconds=2,
    )
    cost = SearchCost(page=1000, partition_requests=18, page_requests=2, page_searches=0.5)

    found = estimate(extraction, cost, loaded_per_second=50, start_seconds=36)

    # 18 for each of 100 days and 2 for each of 3,600 pages, at one a second.
    assert found.requests == 9000
    assert found.request_hours == 2.5
    # (100 + 1,800) searches of 2 s, five at once.
    assert found.search_hours == pytest.approx(760 / 3600)
    # 500 a second.
    assert found.load_hours == 2
    assert found.start_hours == pytest.approx(0.1)
    assert found.hours == pytest.approx(2.6)


def test_an_api_that_answers_at_once_waits_for_no_search() -> None:
    cost = SearchCost(page=100, partition_requests=2, page_requests=1, page_searches=0)

    assert estimate(Extraction(), cost, 1000, 0).search_hours == 0


def test_other_numbers_are_printed_and_leave_the_page_alone(
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = PAGE.read_bytes()

    assert main(["--interactions", "5000000", "--days", "30"]) == 0

    assert "5,000,000 interactions in 30 days" in capsys.readouterr().out
    assert PAGE.read_bytes() == before
