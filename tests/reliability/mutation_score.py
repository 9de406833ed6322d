"""Count the mutants that the tests kill, and write the figures into the page."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from scripts.clean_environment import enter_clean_environment
from tests.reliability.figures import write_figures

LEAST_SCORE = 0.85
ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reliability.md"
STATISTICS = ROOT / "mutants" / "mutmut-cicd-stats.json"


def main() -> int:
    """Run the mutants of what cuts windows, pages through them and keeps the state.

    Returns:
        0 where enough of them are killed.
    """
    for action in ("run", "export-cicd-stats"):
        subprocess.run([sys.executable, "-m", "mutmut", action], cwd=ROOT, check=True)
    counts = json.loads(STATISTICS.read_text())
    killed = counts["killed"] + counts["timeout"]
    score = killed / counts["total"]
    figures = {
        "Mutants": f"{counts['total']:,}",
        "… killed": f"{killed:,}",
        "… survived": f"{counts['survived']:,}",
        "Score": f"{score:.1%}",
    }
    write_figures(PAGE, {"Mutation": figures})
    sys.stdout.write(f"{killed} of {counts['total']} mutants killed: {score:.1%}\n")
    return 0 if score >= LEAST_SCORE else 1


if __name__ == "__main__":
    enter_clean_environment()
    sys.exit(main())
