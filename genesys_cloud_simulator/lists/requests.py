"""The parameters that the requests of all lists share: to filter, expand and sort.

A parameter that the platform does not know is refused. The platform would ignore it, and a
misspelt parameter would go unnoticed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from genesys_cloud_simulator.validation.body import bad_request, invalid_value, one_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from starlette.requests import Request

    from genesys_cloud_simulator.conversations.model import Properties


_DIRECTIONS = {"asc": False, "ascending": False, "desc": True, "descending": True}


Matches: TypeAlias = "Mapping[str, Callable[[Properties, str], bool]]"
"""Parameter to whether an entity is to be listed, given the parameter's value."""


@dataclass(frozen=True)
class Parameters:
    """The parameters of a list, besides those for the page.

    Attributes:
        matches: Those that filter.
        defaults: What one is that is not given.
        paging: Those for the page.
        sorting: Those that sort: `sortOrder`, `sortBy`, both or none.
        sorted_by: What sorts where `sortBy` does not say.
        expands: The values of `expand`.
        without_effect: Those that are taken, and change nothing that is simulated.
    """

    matches: Matches
    defaults: tuple[tuple[str, str], ...] = ()
    paging: tuple[str, ...] = ("pageSize", "pageNumber")
    sorting: tuple[str, ...] = ()
    sorted_by: str = "name"
    expands: tuple[str, ...] = ()
    without_effect: tuple[str, ...] = ()

    @property
    def known(self) -> frozenset[str]:
        """The names of all."""
        expand = ("expand",) if self.expands else ()
        return frozenset(
            (*self.matches, *self.paging, *self.sorting, *expand, *self.without_effect)
        )


def check_known(request: Request, parameters: Parameters) -> None:
    """Refuse parameters that the platform does not have.

    Args:
        request: The request.
        parameters: Those of the list.
    """
    for name in request.query_params:
        if name not in parameters.known:
            bad_request(f"Unrecognized or unsimulated parameter {name!r}", name)


def matching(
    request: Request, entities: Sequence[Properties], parameters: Parameters
) -> list[Properties]:
    """List the entities that a request asks for, in its order.

    Args:
        request: The request.
        entities: All that there are, in the order of the list itself.
        parameters: Those of the list.

    Returns:
        The entities.
    """
    given = dict(parameters.defaults)
    for name in request.query_params:
        if name in parameters.matches:
            given[name] = ",".join(_values(request, name))
    found = list(entities)
    for name, value in given.items():
        is_listed = parameters.matches[name]
        found = [entity for entity in found if is_listed(entity, value)]
    return _sorted(request, found, entities, parameters)


def expands(request: Request, known: Sequence[str]) -> frozenset[str]:
    """Read what a request asks for besides what always comes.

    Args:
        request: The request.
        known: What may be asked for.

    Returns:
        The names.
    """
    given = (one for value in _values(request, "expand") for one in value.split(","))
    return frozenset(one_of(name, "expand", known) for name in given if name)


def _sorted(
    request: Request,
    found: list[Properties],
    entities: Sequence[Properties],
    parameters: Parameters,
) -> list[Properties]:
    params = request.query_params
    if not params.keys() & set(parameters.sorting):
        return found
    direction = one_of(params.get("sortOrder", "asc").lower(), "sortOrder", tuple(_DIRECTIONS))
    key = _sort_key(params.get("sortBy") or parameters.sorted_by, entities)
    return sorted(found, key=lambda one: _rank(one, key), reverse=_DIRECTIONS[direction])


def _sort_key(wanted: str, entities: Sequence[Properties]) -> str:
    """Find the property that a name means, whatever its case."""
    for entity in entities:
        for name, value in entity.items():
            if name.lower() == wanted.lower() and not isinstance(value, dict | list):
                return name
    return invalid_value("sortBy", f"has the unknown value {wanted!r}")


def _rank(entity: Properties, key: str) -> tuple[bool, str, float, str]:
    """Numbers by their size, texts whatever their case, and the same always in the same order."""
    value = entity.get(key)
    number = float(value) if isinstance(value, int | float) else 0.0
    word = "" if isinstance(value, int | float) else str(value or "").casefold()
    return value is not None, word, number, str(entity["id"])


def _values(request: Request, name: str) -> list[str]:
    """A list of values comes in one parameter, or in one for each."""
    return request.query_params.getlist(name)
