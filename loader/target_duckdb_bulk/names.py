"""Which name in DuckDB a stream or a property gets.

DuckDB keeps the spelling of a name and finds it in any case, so two names that differ only in case
can't both stay as they are.
"""

from __future__ import annotations

import string
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

EMPTY_NAME = "_"
"""Instead of a name without letters, which SQL doesn't have."""

_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def folded(name: str) -> str:
    """Lower the letters whose case DuckDB ignores: those of ASCII."""
    return name.translate(_LOWER)


def assign(wanted: Sequence[str], existing: Mapping[str, str | None]) -> dict[str, str]:
    """Give each of some names one that DuckDB tells from the others.

    Each finds the column or table that it got the last time, in whatever order it comes.

    Args:
        wanted: Different names, which may differ in case only.
        existing: Names that the table or schema has, and for whom each was made. None: another
            program made it, and it is for whoever has that name in any case.

    Returns:
        Wanted name to name in DuckDB.
    """
    anybodys = {folded(name): name for name, owner in existing.items() if owner is None}
    own = {owner: name for name, owner in existing.items() if owner is not None}
    assigned = {name: own[name] for name in wanted if name in own}
    assigned |= {
        name: name
        for name in wanted
        if name and name not in own and anybodys.get(folded(name)) == name
    }
    others = {folded(name) for name in own.values()}
    for name in sorted(wanted, key=lambda name: not name):  # one without letters takes what is left
        if name not in assigned:
            used = others | set(map(folded, assigned.values()))
            assigned[name] = _find(name or EMPTY_NAME, anybodys, set(wanted), used)
    return assigned


def _find(name: str, anybodys: dict[str, str], wanted: set[str], used: set[str]) -> str:
    """Find the name that a name without its own has got before, or one that is free."""
    most = len(anybodys) + len(wanted) + len(used) + 3
    numbered = [f"{name}_{number}" for number in range(2, most)]
    twin = anybodys.get(folded(name))
    kept = (
        []
        if twin is None
        else [other for other in numbered if anybodys.get(folded(other)) == other]
    )
    for candidate in (*(other for other in kept if other not in wanted), twin or name):
        if folded(candidate) not in used:
            return candidate
    reserved = used | anybodys.keys() | {folded(other) for other in wanted}
    return next(candidate for candidate in numbered if folded(candidate) not in reserved)
