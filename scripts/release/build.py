"""Build the wheels and the archives of the sources, and check them: `python3 tasks.py build`."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from scripts.clean_environment import clean_environment
from scripts.release.contents import problems
from scripts.release.distributions import DIST, SBOMS, build
from scripts.release.sbom import write_sboms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scripts.release.distributions import Distribution


def main() -> int:
    """Build into `output/dist`, and write what each distribution needs into `output/sbom`.

    Returns:
        0 where each file is as it should be.
    """
    built = build(DIST)
    write_sboms(built, SBOMS)
    wrong = checked(built)
    for line in wrong:
        sys.stderr.write(f"{line}\n")
    for distribution in built:
        for file in (distribution.wheel, distribution.sdist):
            sys.stdout.write(f"{file.stat().st_size:>10,} {file.name}\n")
    return 1 if wrong else 0


def checked(distributions: Sequence[Distribution]) -> list[str]:
    """Check metadata, contents and sizes.

    Returns:
        One line for each problem.
    """
    files = [str(file) for one in distributions for file in (one.wheel, one.sdist)]
    twine = [sys.executable, "-m", "twine", "check", "--strict", *files]
    done = subprocess.run(  # noqa: S603
        twine, env=clean_environment(), capture_output=True, text=True, check=False
    )
    metadata = [f"twine: {done.stdout.strip()}"] if done.returncode else []
    return metadata + [line for one in distributions for line in problems(one)]


if __name__ == "__main__":
    sys.exit(main())
