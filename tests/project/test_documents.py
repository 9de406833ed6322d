"""The documents read on GitHub as they do on the site."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest

from scripts.generate.reference import FOLDER, reference_pages
from scripts.pictures.diagrams import DRAWINGS, check_drawings, diagrams

ROOT = Path(__file__).parents[2]
REPOSITORY = "https://github.com/tap-genesys-search/tap-genesys-search/blob/main/"
README_WORDS = 1_200
CONTENTS = "docs/contents.md"

LISTED = subprocess.run(
    ["git", "ls-files", "--cached", "--others", "--exclude-standard"],  # noqa: S607
    cwd=ROOT,
    capture_output=True,
    text=True,
    check=False,
).stdout.splitlines()
"""What the repository holds, and so GitHub shows; nothing in an unpacked archive."""

PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for pattern in ("*.md", "docs/**/*.md", "loader/*.md", "orchestration/*.md")
    for path in ROOT.glob(pattern)
)

ON_SITE = [page for page in PAGES if page.startswith("docs/") and page != CONTENTS]

SITE_ONLY = re.compile(r"```\{|^\(\w+\)=$", re.MULTILINE)
"""What MyST understands, and GitHub shows as code or text."""


@cache
def text_of(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def without_code(text: str) -> str:
    return re.sub(r"^ *```.*?^ *```$|`[^`\n]+`(?!\]|\))", "", text, flags=re.MULTILINE | re.DOTALL)


@cache
def anchors(page: str) -> frozenset[str]:
    """List the anchors of a page's headings as GitHub makes them."""
    found: dict[str, int] = {}
    names = set()
    body = re.sub(r"^ *```.*?^ *```$", "", text_of(page), flags=re.MULTILINE | re.DOTALL)
    for heading in re.findall(r"^#{1,6} (.+?)\s*$", body, re.MULTILINE):
        shown = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        slug = re.sub(r"[^\w\- ]", "", shown.lower()).replace(" ", "-")
        count = found.get(slug, 0)
        found[slug] = count + 1
        names.add(f"{slug}-{count}" if count else slug)
    return frozenset(names)


def links(page: str) -> list[str]:
    text = without_code(text_of(page))
    return [
        *re.findall(r"\]\(([^)\s]+)\)", text),
        *re.findall(r"(?:src|srcset|href)=\"([^\"]+)\"", text),
    ]


def broken(page: str, link: str) -> str:
    """Say what is wrong with a link, if anything is."""
    if link.startswith(REPOSITORY):
        target, _, anchor = link.removeprefix(REPOSITORY).partition("#")
    elif re.match(r"[a-z]+:", link):
        return ""
    else:
        path, _, anchor = link.partition("#")
        place = (ROOT / page).parent / unquote(path) if path else ROOT / page
        target = place.resolve().relative_to(ROOT).as_posix()
    if not (ROOT / target).exists():
        return f"{link}: there is no {target}"
    if LISTED and (ROOT / target).is_file() and target not in LISTED:
        return f"{link}: git does not hold {target}"
    if anchor and target.endswith(".md") and anchor not in anchors(target):
        return f"{link}: {target} has no heading #{anchor}"
    return ""


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere_on_github(page: str) -> None:
    assert not [problem for link in links(page) if (problem := broken(page, link))]


@pytest.mark.parametrize("page", ON_SITE)
def test_nothing_in_a_page_is_for_the_site_alone(page: str) -> None:
    assert not SITE_ONLY.findall(text_of(page))
    assert re.search(r"^# \S", text_of(page), re.MULTILINE)


@pytest.mark.parametrize("page", ON_SITE)
def test_links_of_the_site_stay_within_it(page: str) -> None:
    outside = [
        link
        for link in links(page)
        if not re.match(r"[a-z]+:|#", link)
        and not ((ROOT / page).parent / link).resolve().is_relative_to(ROOT / "docs")
    ]
    assert not outside, f"write {REPOSITORY}… for files outside docs"


@pytest.mark.parametrize(("name", "text"), reference_pages().items())
def test_generated_page_is_as_generated(name: str, text: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == text, "run `python3 tasks.py schemas`"


@pytest.mark.parametrize("path", sorted(DRAWINGS.glob("*.svg")), ids=lambda path: path.stem)
def test_a_drawing_is_whole_and_loads_nothing(path: Path) -> None:
    drawing = path.read_text(encoding="utf-8")
    assert "Syntax error" not in drawing
    assert not re.findall(r"(?:href|src)=\"(?!#)|url\([\"']?https?:|@import", drawing)


def test_the_site_is_not_built_without_a_drawing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scripts.pictures.diagrams.DRAWINGS", tmp_path)
    missing, *others = sorted(diagrams())
    for name in others:
        (tmp_path / name).touch()
    with pytest.raises(LookupError, match=rf": {missing}\. Run `python3 tasks.py diagrams`"):
        check_drawings()
    (tmp_path / missing).touch()
    check_drawings()
    (tmp_path / "left.svg").touch()
    with pytest.raises(LookupError, match=r": left\.svg\. Run"):
        check_drawings()


def test_readme_is_read_in_five_minutes() -> None:
    assert len(text_of("README.md").split()) <= README_WORDS


@pytest.mark.parametrize(
    ("link", "problem"),
    [
        ("no-such-page.md", "no-such-page.md: there is no docs/no-such-page.md"),
        ("index.md#none", "index.md#none: docs/index.md has no heading #none"),
        (f"{REPOSITORY}nothing", f"{REPOSITORY}nothing: there is no nothing"),
        ("reference/settings.md#lookback_hours", ""),
    ],
)
def test_broken_link_is_found(link: str, problem: str) -> None:
    assert broken("docs/index.md", link) == problem
