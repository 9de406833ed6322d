"""Count the mutants that the tests kill: `python3 tasks.py mutation [PATTERN…]`.

A pattern picks mutants by their names, which end in a number: `'*_7'` tries the seventh one of each
function. Options of `mutmut run` may stand before it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

from mutmut.stats import status_by_exit_code

from scripts.clean_environment import enter_clean_environment
from tests.reliability.figures import write_figures

if TYPE_CHECKING:
    from collections.abc import Sequence

LEAST_SCORE = 0.88
ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reliability.md"
MUTANTS = ROOT / "mutants"


def main() -> int:
    """Try mutants, all or those of some patterns, and write the figures into the page.

    Returns:
        0 where enough of them are killed.
    """
    subprocess.run([sys.executable, "-m", "mutmut", "run", *sys.argv[1:]], cwd=ROOT, check=True)
    patterns = [one for one in sys.argv[1:] if not one.startswith("-")]
    made = _statuses(["*"])
    found = _statuses(patterns or ["*"])
    tried = found.total() - found["not checked"]
    killed = found["killed"] + found["timeout"]
    score = killed / tried
    figures = {
        "Mutants": f"{made.total():,}",
        "… tried, a sample" if patterns else "… tried": f"{tried:,}",
        "… killed": f"{killed:,}",
        "… that survived": f"{tried - killed - found['no tests']:,}",
        "… that no test reaches": f"{found['no tests']:,}",
        "Score": f"{score:.1%}",
    }
    write_figures(PAGE, {"Mutation": figures})
    sys.stdout.write(f"{killed} of {tried} mutants killed: {score:.1%}\n")
    return 0 if score >= LEAST_SCORE else 1


def _statuses(patterns: Sequence[str]) -> Counter[str]:
    """Count how mutants ended whose names are of some patterns."""
    ends: dict[str, int | None] = {}
    for file in MUTANTS.rglob("*.meta"):
        ends |= json.loads(file.read_text())["exit_code_by_key"]
    return Counter(
        status_by_exit_code[end]
        for name, end in ends.items()
        if any(fnmatch(name, pattern) for pattern in patterns)
    )


if __name__ == "__main__":
    enter_clean_environment()
    sys.exit(main())
