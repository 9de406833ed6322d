"""The page of the package on PyPI, which is the README without the files beside it."""

from __future__ import annotations

import re
from importlib.metadata import metadata
from pathlib import Path

ROOT = Path(__file__).parents[2]
REPOSITORY = "tap-genesys-search/tap-genesys-search"
FILES = (
    f"https://github.com/{REPOSITORY}/blob/main/",
    f"https://raw.githubusercontent.com/{REPOSITORY}/main/",
)


def test_its_links_and_pictures_lead_to_files_of_the_repository() -> None:
    message = metadata("tap-genesys-search")
    page = message["Description"] or str(message.get_payload())  # type: ignore[attr-defined]
    links = re.findall(r"""(?:\]\(|(?:src|srcset)=")([^)"]+)""", page)
    assert not [link for link in links if not link.startswith(("https://", "#"))]
    files = [
        link.removeprefix(start).partition("#")[0]
        for start in FILES
        for link in links
        if link.startswith(start)
    ]
    assert {"LICENSE", "docs/demo.svg", "docs/report-light.png", "docs/scale.md"} <= {*files}
    assert not [file for file in files if not (ROOT / file).exists()]
