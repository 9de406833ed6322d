"""Which name in DuckDB a stream or a property gets.

DuckDB keeps the spelling of a name and finds it in any case, so two names that differ only in case
can't both stay as they are.
"""

from __future__ import annotations

import string
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

EMPTY_NAME = "_"
"""Instead of a name without letters, which SQL doesn't have."""

_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def folded(name: str) -> str:
    """Lower the letters whose case DuckDB ignores: those of ASCII."""
    return name.translate(_LOWER)


def assign(wanted: Sequence[str], existing: Iterable[str]) -> dict[str, str]:
    """Give each of some names one that DuckDB tells from the others.

    Each finds the column or table that it got the last time, in whatever order it comes.

    Args:
        wanted: Different names, which may differ in case only.
        existing: Names that the table or schema has. A new one may equal one of these only if it
            means the same.

    Returns:
        Wanted name to name in DuckDB.
    """
    taken = {folded(name): name for name in existing}
    assigned = {name: name for name in wanted if name and taken.get(folded(name)) == name}
    for name in sorted(wanted, key=lambda name: not name):  # one without letters takes what is left
        if name not in assigned:
            assigned[name] = _find(name or EMPTY_NAME, taken, set(wanted), assigned.values())
    return assigned


def _find(name: str, taken: dict[str, str], wanted: set[str], assigned: Iterable[str]) -> str:
    """Find the name that a name without its own has got before, or one that is free."""
    used = {folded(other) for other in assigned}
    numbered = [f"{name}_{number}" for number in range(2, len(taken) + len(wanted) + 3)]
    twin = taken.get(folded(name))
    kept = (
        [] if twin is None else [other for other in numbered if taken.get(folded(other)) == other]
    )
    for candidate in (*(other for other in kept if other not in wanted), twin or name):
        if folded(candidate) not in used:
            return candidate
    reserved = used | taken.keys() | {folded(other) for other in wanted}
    return next(candidate for candidate in numbered if folded(candidate) not in reserved)
