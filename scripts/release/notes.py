"""Print what the changelog says of a version: `python -m scripts.release.notes v0.2.0 DIST`."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from scripts.release.distributions import find
from tasks import ROOT

CHANGELOG = ROOT / "CHANGELOG.md"

HEADING = re.compile(r"^## (?P<version>\d+\.\d+\.\d+) - (?P<date>\S+)$", re.MULTILINE)

RELATIVE_LINK = re.compile(r"\]\((?!https?:)([^)]+)\)")

FILES = "https://github.com/tap-genesys-search/tap-genesys-search/blob"

DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class NotesError(Exception):
    """The changelog is not ready for a tag."""


def main() -> int:
    """Print the notes of the tag's version.

    Returns:
        0 where the tag, the distributions and the changelog agree.
    """
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tag", help="such as v0.2.0")
    parser.add_argument("dist", type=Path, help="the folder of what was built")
    arguments = parser.parse_args()
    built = find(arguments.dist)[0].version
    try:
        sys.stdout.write(notes(CHANGELOG.read_text(encoding="utf-8"), arguments.tag, built))
    except NotesError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def notes(changelog: str, tag: str, built: str) -> str:
    """Find the notes of a version.

    Args:
        changelog: All its text.
        tag: With a `v` before the version.
        built: The version of the distributions.

    Raises:
        NotesError: Tag, distributions and changelog don't agree, or the version has no date.
    """
    if tag != f"v{built}":
        raise NotesError(
            f"The tag is {tag}, but version {built} was built: set it in pyproject.toml"
        )
    for heading in HEADING.finditer(changelog):
        if heading["version"] == built:
            if not DATE.fullmatch(heading["date"]):
                raise NotesError(
                    f"CHANGELOG.md has {heading['date']!r} for {built}: write the release's day"
                )
            text = changelog[heading.end() :].partition("\n## ")[0].strip() + "\n"
            # The page of a release has no files beside it.
            return RELATIVE_LINK.sub(rf"]({FILES}/{tag}/\1)", text)
    raise NotesError(f'CHANGELOG.md has no heading "## {built} - YYYY-MM-DD"')


if __name__ == "__main__":
    sys.exit(main())
