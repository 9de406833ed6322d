"""What a page of many queues costs, measured: `.venv/bin/python -m scripts.scale.page`.

It writes the table of docs/how-to/read-the-report.md, and needs Chromium. The marts are written by
SQL. Of what is measured several times the fastest counts: the others waited for something else.
"""

from __future__ import annotations

import sys
import tempfile
import time
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from benchmarks.figures import Figures, Table, describe_figures, write_figures
from scripts.clean_environment import enter_clean_environment
from tests.report.browser import CHROMIUM, opened
from tests.report.marts import MEDIA, build_marts, make_page

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "read-the-report.md"
DAYS = (1, 35, 400)
QUEUES = 60
ROUNDS = 3
COLUMNS = [
    "Days",
    "Page, MB",
    "Build, s of processor",
    "Open until drawn, s",
    "Change of a filter, ms",
]

CHANGES = (
    "#media=all",
    "#period=7",
    "#period=28&media=all",
    "#queue=q1",
    "#direction=inbound",
    "#",
)

CHANGE = """(hash) => new Promise((done) => {
    const root = document.documentElement, begun = performance.now();
    const seen = new MutationObserver(() => {
        if (root.dataset.drawn !== "all") return;
        seen.disconnect();
        requestAnimationFrame(() => setTimeout(() => done(performance.now() - begun)));
    });
    seen.observe(root, { attributes: true, attributeFilter: ["data-drawn"] });
    location.hash = hash;
})"""
"""Change the filters, and wait until the browser has painted what they show: milliseconds."""


def main() -> int:
    """Measure pages of each number of days, and write the table."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        rows = [measure(browser, Path(folder), days) for days in DAYS]
        browser.close()
    setting = (
        f"{QUEUES} queues, {len(MEDIA)} media types, 25 half-hours a day. The fastest of {ROUNDS} "
        f"openings; of {len(CHANGES)} changes, each made {ROUNDS} times, the slowest one's fastest."
    )
    measured = {"the page": Figures(setting, Table(COLUMNS, rows))}
    write_figures(GUIDE, measured)
    print(*describe_figures(measured), sep="\n")  # noqa: T201
    return 0


def measure(browser: Browser, folder: Path, days: int) -> list[str]:
    """Measure a page of so many days.

    Args:
        browser: What opens it.
        folder: Where it is made.
        days: How many days the marts have.

    Returns:
        The cells of its row.
    """
    names = [f"Queue {place}" for place in range(QUEUES)]
    since = datetime(2026, 1, 5, tzinfo=timezone.utc).replace(tzinfo=None)
    marts = build_marts(folder / f"{days}.duckdb", since, days=days, queues=names)
    page_file = folder / f"{days}.html"
    begun = time.process_time()
    make_page(marts, page_file)
    build = time.process_time() - begun
    openings, changes = [], []
    for _ in range(ROUNDS):
        with opened(browser, page_file, scheme="light", width=1400) as page:
            openings.append(page.evaluate("performance.getEntriesByName('drawn')[0].startTime"))
            changes.append(change_filters(page))
    return [
        f"{days}",
        f"{page_file.stat().st_size / 10**6:.2f}",
        f"{build:.1f}",
        f"{min(openings) / 1000:.1f}",
        f"{max(map(min, zip(*changes, strict=True))):.0f}",
    ]


def change_filters(page: Page) -> list[float]:
    """Change the filters one after another: milliseconds of each change."""
    return [float(page.evaluate(CHANGE, change)) for change in CHANGES]


if __name__ == "__main__":
    enter_clean_environment()
    sys.exit(main())
