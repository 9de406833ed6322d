"""The documentation site: `python3 tasks.py docs`, into `output/docs`."""

from __future__ import annotations

import sys
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

DOCS = Path(__file__).resolve().parent
sys.path.insert(0, str(DOCS.parent))

from pygments.lexers.sql import PostgresLexer  # noqa: E402
from pygments.token import Keyword  # noqa: E402
from sphinx.util.logging import getLogger  # noqa: E402

from scripts.pictures.diagrams import BLOCK, check_drawings, drawing_of  # noqa: E402

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "tap-genesys-search"
author = "The tap-genesys-search authors"
project_copyright = author
release = metadata.version(project)

extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["contents.md"]
nitpicky = False

# Headings are link targets, as on the pages of the repository.
myst_heading_anchors = 4

html_theme = "furo"
html_title = f"{project} {release}"
html_theme_options = {
    "source_repository": "https://github.com/tap-genesys-search/tap-genesys-search/",
    "source_branch": "main",
    "source_directory": "docs/",
}
html_last_updated_fmt = ""


class SqlLexer(PostgresLexer):
    """Knows PostgreSQL's quotes with dollars, and commands of psql such as `gexec`."""

    tokens = {  # noqa: RUF012 - as Pygments has it
        **PostgresLexer.tokens,
        "root": [(r"\\\w+", Keyword), *PostgresLexer.tokens["root"]],
    }


def add_contents(_: Sphinx, name: str, source: list[str]) -> None:
    """Put the table of contents below the first page, where GitHub would show it as code."""
    if name == "index":
        source[0] += "\n" + (DOCS / "contents.md").read_text(encoding="utf-8")


def find_drawings(_: Sphinx) -> None:
    """Warn where a diagram has no drawing, and say how to get it."""
    try:
        check_drawings()
    except LookupError as error:
        getLogger(__name__).warning("%s", error)


def put_drawings(_: Sphinx, name: str, source: list[str]) -> None:
    """Put the drawing of each Mermaid diagram in its place."""
    folder = "../" * name.count("/") + "diagrams"
    source[0] = BLOCK.sub(lambda found: f"![]({folder}/{drawing_of(found['source'])})", source[0])


def setup(app: Sphinx) -> None:
    """Look for the drawings, and ask Sphinx for each page as it is read."""
    app.add_lexer("sql", SqlLexer)
    app.connect("builder-inited", find_drawings)
    app.connect("source-read", add_contents)
    app.connect("source-read", put_drawings)
