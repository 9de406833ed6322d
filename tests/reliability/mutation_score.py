"""Count the mutants that the tests kill: `python3 tasks.py mutation [PATTERN…]`.

A pattern picks mutants by their names, which end in a number: `'*[37]'` tries every fifth one.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from scripts.clean_environment import enter_clean_environment
from tests.reliability.figures import write_figures

LEAST_SCORE = 0.88
ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reliability.md"
STATISTICS = ROOT / "mutants" / "mutmut-cicd-stats.json"


def main() -> int:
    """Try mutants, all or those of some patterns, and write the figures into the page.

    Returns:
        0 where enough of them are killed.
    """
    _mutmut("run", *sys.argv[1:])
    _mutmut("export-cicd-stats")
    counts = json.loads(STATISTICS.read_text())
    killed = counts["killed"] + counts["timeout"]
    tried = killed + counts["survived"] + counts["no_tests"] + counts["suspicious"]
    score = killed / tried
    figures = {
        "Mutants": f"{counts['total']:,}",
        "… tried": f"{tried:,}",
        "… killed": f"{killed:,}",
        "… that no test reaches": f"{counts['no_tests']:,}",
        "Score": f"{score:.1%}",
    }
    write_figures(PAGE, {"Mutation": figures})
    sys.stdout.write(f"{killed} of {tried} mutants killed: {score:.1%}\n")
    return 0 if score >= LEAST_SCORE else 1


def _mutmut(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "mutmut", *arguments], cwd=ROOT, check=True)


if __name__ == "__main__":
    enter_clean_environment()
    sys.exit(main())
