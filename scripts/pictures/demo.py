"""Draw what the demo prints, as a picture for the README: `python3 tasks.py picture`."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

from scripts.clean_environment import installing_environment

ROOT = Path(__file__).resolve().parents[2]
PICTURE = ROOT / "docs" / "demo.svg"
COMMAND = ("python3", "tasks.py", "demo")
COLUMNS = 100

_FONT_FACES = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)
"""Fonts that a reader's browser would fetch from elsewhere; it has one of its own."""


def main() -> int:
    """Run the demo from its beginning and draw its own lines, without those of Meltano."""
    (ROOT / "output" / "simulator.duckdb").unlink(missing_ok=True)
    done = subprocess.run(  # noqa: S603
        [sys.executable, *COMMAND[1:]],
        cwd=ROOT,
        env=installing_environment(),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    console = Console(record=True, width=COLUMNS, file=sys.stderr)
    console.print(Text.assemble(("$ ", "bold green"), (" ".join(COMMAND), "bold")))
    console.print(Text.from_ansi(done.stdout))
    svg = console.export_svg(title="tap-genesys-search")
    PICTURE.write_text(_FONT_FACES.sub("", svg), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
