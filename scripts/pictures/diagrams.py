"""Draw the documents' Mermaid diagrams as files for the site: `python3 tasks.py diagrams`.

GitHub draws them itself. On the site `docs/conf.py` puts a drawing in each diagram's place, so that
a reader's browser loads nothing from elsewhere. A drawing is named by what it is made of. While one
is missing, `python3 tasks.py docs` fails, and no other task does.

Needs npm and Chromium.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tarfile
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from scripts.clean_environment import installing_environment

DOCS = Path(__file__).resolve().parents[2] / "docs"
DRAWINGS = DOCS / "diagrams"

BLOCK = re.compile(r"^```mermaid\n(?P<source>.*?)^```$", re.MULTILINE | re.DOTALL)

MERMAID = "mermaid@11.12.0"

DRAW = """async ([name, source]) => {
    mermaid.initialize({
        startOnLoad: false, theme: "neutral", htmlLabels: false, flowchart: {htmlLabels: false},
        deterministicIds: true, deterministicIDSeed: name,
    });
    return (await mermaid.render(name, source)).svg;
}"""


def drawing_of(source: str) -> str:
    """Name the file of a diagram.

    Args:
        source: The diagram as Mermaid has it.

    Returns:
        The name, without a folder.
    """
    return f"{sha256(source.encode()).hexdigest()[:12]}.svg"


def diagrams() -> dict[str, str]:
    """Read the diagrams of all pages.

    Returns:
        Name of the drawing to the diagram.
    """
    return {
        drawing_of(block["source"]): block["source"]
        for page in sorted(DOCS.rglob("*.md"))
        for block in BLOCK.finditer(page.read_text(encoding="utf-8"))
    }


def check_drawings() -> None:
    """Compare the drawings with the diagrams.

    Raises:
        LookupError: A diagram has no drawing, or a drawing has no diagram.
    """
    differing = {path.name for path in DRAWINGS.glob("*.svg")} ^ diagrams().keys()
    if differing:
        raise LookupError(
            f"Drawings missing from docs/diagrams, or left over: {', '.join(sorted(differing))}. "
            "Run `python3 tasks.py diagrams`, which needs npm and Chromium"
        )


def main() -> int:
    """Draw what has no drawing yet, and remove drawings of diagrams that are gone."""
    wanted = diagrams()
    for idle in {path.name for path in DRAWINGS.glob("*.svg")} - wanted.keys():
        (DRAWINGS / idle).unlink()
    lacking = {name: source for name, source in wanted.items() if not (DRAWINGS / name).exists()}
    if lacking:
        with TemporaryDirectory() as folder:
            draw(lacking, install_mermaid(Path(folder)))
    return 0


def install_mermaid(folder: Path) -> Path:
    """Get Mermaid, which is one script, from npm.

    Args:
        folder: Where to.

    Returns:
        The script.
    """
    npm = shutil.which("npm") or "npm"
    pack = [npm, "pack", "--silent", MERMAID]
    subprocess.run(pack, cwd=folder, env=installing_environment(), check=True)  # noqa: S603
    (archive,) = folder.glob("*.tgz")
    script = "package/dist/mermaid.min.js"
    with tarfile.open(archive) as packed:
        (folder / "mermaid.js").write_bytes(packed.extractfile(script).read())  # type: ignore[union-attr]
    return folder / "mermaid.js"


def draw(lacking: dict[str, str], script: Path) -> None:
    """Let Chromium draw diagrams.

    Args:
        lacking: Name of the drawing to the diagram.
        script: Mermaid.
    """
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - the site needs none

    from tests.report.browser import CHROMIUM  # noqa: PLC0415

    DRAWINGS.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        page = browser.new_page()
        page.add_script_tag(path=script)
        for name, source in lacking.items():
            svg = page.evaluate(DRAW, [f"d{Path(name).stem}", source])
            on_white = svg.replace('style="', 'style="background: white; ', 1)
            (DRAWINGS / name).write_text(on_white + "\n", encoding="utf-8")
            sys.stdout.write(f"{name} drawn\n")
        browser.close()


if __name__ == "__main__":
    sys.exit(main())
