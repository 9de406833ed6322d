"""Take pictures of the page about the demo's database, for the README: `tasks.py picture`."""

from __future__ import annotations

import math
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from scripts.clean_environment import enter_clean_environment
from scripts.demo import PAGE, build_page
from tests.report.browser import CHROMIUM, opened

ROOT = Path(__file__).resolve().parents[2]
WIDTH = 1180
MARGIN = 10


def main() -> int:
    """Build the page and take its picture, light and dark."""
    page_file = ROOT / PAGE
    build_page()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        for scheme in ("light", "dark"):
            with opened(browser, page_file, scheme=scheme, width=WIDTH) as page:
                height = page.evaluate(
                    "Math.max(...[...document.querySelectorAll('#queues-section, "
                    "section:has(#usage)')].map(own => own.getBoundingClientRect().bottom))"
                )
                page.set_viewport_size({"width": WIDTH, "height": math.ceil(height) + MARGIN})
                page.screenshot(path=ROOT / "docs" / f"report-{scheme}.png", scale="css")
        browser.close()
    return 0


if __name__ == "__main__":
    enter_clean_environment()
    sys.exit(main())
