"""The documentation site: `python3 tasks.py docs`, into `output/docs`."""

import sys
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.generate.reference import write_reference  # noqa: E402

write_reference(ROOT / "docs" / "reference")

project = "tap-genesys-search"
author = "The tap-genesys-search authors"
project_copyright = author
release = metadata.version(project)

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinxcontrib.mermaid",
]
source_suffix = {".md": "markdown"}
exclude_patterns = ["performance.json"]
nitpicky = False

# Headings are link targets, as on the pages of the repository; diagrams are written as there.
myst_heading_anchors = 4
myst_fence_as_directive = ["mermaid"]

mermaid_height = "auto"
mermaid_fullscreen = False

autodoc_member_order = "bysource"
autodoc_typehints = "description"

html_theme = "furo"
html_title = f"{project} {release}"
html_theme_options = {
    "source_repository": "https://github.com/tap-genesys-search/tap-genesys-search/",
    "source_branch": "main",
    "source_directory": "docs/",
}
html_last_updated_fmt = ""
