"""Write `docs/reference/platform-facts.md`: part of `python3 tasks.py schemas`.

The facts are in `docs/reference/platform-facts.json`, each with its sources, its strength, what the
tap does, and the tests that hold it.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]

FACTS = ROOT / "docs" / "reference" / "platform-facts.json"

PAGE = FACTS.with_suffix(".md")

REPOSITORY = "https://github.com/tap-genesys-search/tap-genesys-search/blob/main"

NOTE = "<!-- Written by scripts/generate/platform_facts.py from platform-facts.json. -->"

STRENGTHS = {
    "documented": "Genesys says so, in its documentation or in a program of its own.",
    "SDK model": "The official SDK has it: a model, a parameter, or the text beside one.",
    "reported": "Users or programs of others say so. Nobody at Genesys has confirmed it.",
    "guessed": "Nobody says so. The tap has to decide, and is written to be safe either way.",
}
"""How sure a fact is, the surest first, and what that means."""

VERIFIED = ("documented", "SDK model")


@dataclass(frozen=True)
class Fact:
    """What the tap relies on.

    Attributes:
        text: The fact, in a sentence or two.
        strength: One of `STRENGTHS`.
        sources: Names in `Facts.sources`. Only a guess may have none.
        tap: What the tap does: the rest of a sentence that begins with "The tap".
        otherwise: What happens where the fact does not hold: the rest of a sentence that begins
            with "Otherwise,"; "" where the fact is verified.
        tests: The tests that hold it, as pytest names them: path, `::`, function.
    """

    text: str
    strength: str
    sources: tuple[str, ...]
    tap: str
    tests: tuple[str, ...]
    otherwise: str = ""


@dataclass(frozen=True)
class Facts:
    """All facts.

    Attributes:
        sources: Name to address.
        groups: Title to facts.
    """

    sources: dict[str, str]
    groups: dict[str, tuple[Fact, ...]]

    def __iter__(self) -> Iterator[Fact]:
        """Give all facts in the order of the page."""
        return (fact for facts in self.groups.values() for fact in facts)


def main() -> int:
    """Write the page."""
    PAGE.write_text(render(read_facts()), encoding="utf-8")
    return 0


def read_facts() -> Facts:
    """Read the facts from their file."""
    written = json.loads(FACTS.read_text(encoding="utf-8"))
    groups = {title: tuple(map(_read_fact, facts)) for title, facts in written["groups"].items()}
    return Facts(written["sources"], groups)


def _read_fact(written: dict[str, Any]) -> Fact:
    lists: dict[str, Any] = {name: tuple(written[name]) for name in ("sources", "tests")}
    return Fact(**{**written, **lists})


def render(facts: Facts) -> str:
    """Write the page.

    Args:
        facts: What to write.

    Returns:
        Markdown, for GitHub and for the documentation site.
    """
    numbers = count(1)
    lines = [NOTE, "", *_introduction(facts)]
    for title, group in facts.groups.items():
        lines += ["", f"## {title}"]
        for fact in group:
            lines += ["", *_describe(next(numbers), fact, facts.sources)]
    return "\n".join([*lines, ""])


def _introduction(facts: Facts) -> Iterator[str]:
    yield "# Platform facts\n"
    yield (
        "The tap relies on these facts about Genesys Cloud. Each names its source, how sure it is, "
        "what the tap does, and the tests that fail when the tap stops doing so. No test asks the "
        "platform itself: if your org answers differently, please report it.\n"
    )
    counts = Counter(fact.strength for fact in facts)
    yield "| Strength | What it means | Facts |"
    yield "| --- | --- | --- |"
    for strength, meaning in STRENGTHS.items():
        yield f"| {strength} | {meaning} | {counts[strength]} |"


def _describe(number: int, fact: Fact, sources: dict[str, str]) -> Iterator[str]:
    named = ", ".join(f"[{name}]({sources[name]})" for name in fact.sources)
    yield f"**{number}. {fact.text}**\n"
    yield f"- Source: {', '.join(filter(None, [fact.strength, named]))}"
    yield f"- The tap {fact.tap}"
    if fact.otherwise:
        yield f"- Otherwise, {fact.otherwise}"
    yield f"- Held by: {', '.join(map(_link, fact.tests))}"


def _link(test: str) -> str:
    path, _, name = test.partition("::")
    return f"[`{name}`]({REPOSITORY}/{path})"


if __name__ == "__main__":
    sys.exit(main())
