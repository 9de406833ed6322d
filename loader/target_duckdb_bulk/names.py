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
    used = {folded(name) for name in (*own.values(), *assigned.values())}
    all_wanted = set(wanted)
    for name in sorted(wanted, key=lambda name: not name):  # one without letters takes what is left
        if name not in assigned:
            assigned[name] = _find(name or EMPTY_NAME, anybodys, all_wanted, used)
            used.add(folded(assigned[name]))
    return assigned


def _find(name: str, anybodys: dict[str, str], wanted: set[str], used: set[str]) -> str:
    """Find the name that a name without its own has got before, or one that is free."""
    twin = anybodys.get(folded(name))
    most = len(anybodys) + len(wanted) + len(used) + 3
    numbered = (f"{name}_{number}" for number in range(2, most))
    if twin is not None:
        for candidate in numbered:
            is_kept = anybodys.get(folded(candidate)) == candidate and candidate not in wanted
            if is_kept and folded(candidate) not in used:
                return candidate
    if folded(twin or name) not in used:
        return twin or name
    reserved = used | anybodys.keys() | {folded(other) for other in wanted}
    numbered = (f"{name}_{number}" for number in range(2, most))
    return next(candidate for candidate in numbered if folded(candidate) not in reserved)
