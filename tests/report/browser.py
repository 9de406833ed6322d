"""The page in a real browser."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

_NAMES = ("chromium", "chromium-browser", "google-chrome")

CHROMIUM = next(filter(None, map(shutil.which, _NAMES)), "chromium")
"""The one that is installed: nothing is downloaded."""

IN_BROWSER = [
    pytest.mark.browser,
    pytest.mark.skipif(
        shutil.which(CHROMIUM) is None, reason="Chromium is not installed: apt-get install chromium"
    ),
]
"""The marks of a module whose tests need it."""


@contextmanager
def opened(  # noqa: PLR0913 - what a reader's browser may be
    browser: Browser,
    file: Path,
    *,
    scheme: Literal["light", "dark"],
    width: int,
    errors: list[str] | None = None,
    fragment: str = "",
    zoom: float = 1,
    locale: str = "en-US",
) -> Iterator[Page]:
    """Open a file, with no network, and wait until its charts are drawn.

    Args:
        browser: The browser.
        file: The page.
        scheme: What the reader's system prefers.
        width: Of the window, pixels of the page.
        errors: Gets what the page logs, and what it asks the network for.
        fragment: The view, as the address has it.
        zoom: Pixels of the screen to one of the page.
        locale: The reader's.
    """
    context = browser.new_context(
        color_scheme=scheme,
        viewport={"width": width, "height": 900},
        device_scale_factor=zoom,
        locale=locale,
        offline=True,
    )
    page = context.new_page()
    if errors is not None:
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on(
            "console",
            lambda message: errors.append(message.text),
        )
        page.on(
            "request",
            lambda request: (
                errors.append(request.url)
                if not request.url.startswith(("file:", "data:", "blob:"))
                else None
            ),
        )
    page.goto(file.as_uri() + fragment)
    page.wait_for_selector("html[data-drawn=all]")
    try:
        yield page
    finally:
        context.close()
