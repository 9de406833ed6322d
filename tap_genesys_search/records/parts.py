"""The parts of documents that rows are made of, found in the documents that hold them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from tap_genesys_search.records.ids import EMPTY_TEXT, check_ids
from tap_genesys_search.records.interactions import as_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tap_genesys_search.json_types import JsonObject


class Part(msgspec.Struct, gc=False):
    """A document that becomes one row.

    Attributes:
        keys: The values of the row's key columns.
        document: Has the values of the other columns.
        extra: Values that belong into the column `extra` although their properties are keys or
            tables of their own, because they fit neither.
    """

    keys: tuple[Any, ...]
    document: JsonObject
    extra: JsonObject | None = None


def whole(documents: list[Part], _source: str) -> list[Part]:
    """Return the documents themselves."""
    return documents


def by_id(holders: list[Part], source: str) -> list[Part]:
    """Find parts that have an id; a part without one gets its kind and place instead.

    A target that upserts would make one row of two parts with the same id. The later one of them
    gets its place appended to the id, and keeps the id itself in `extra`.

    Args:
        holders: Documents that hold the parts.
        source: Property with a list of the parts, a plural: the id in `participants` is
            `participantId`.
    """
    found: list[Part] = []
    kind = source[:-1]
    id_name = f"{kind}Id"
    for holder in holders:
        taken: set[str] = set()
        for place, document in _objects(holder, source):
            own_id = document.get(id_name)
            if type(own_id) is not str or not own_id:
                own_id = as_text(own_id) or f"{kind}-{place}"
            free_id = own_id
            while free_id in taken:
                free_id = f"{free_id}-{place}"
            taken.add(free_id)
            extra = None if free_id is own_id else {id_name: own_id}
            found.append(Part((*holder.keys, free_id), document, extra))
        check_ids(taken)
    return found


def by_position(holders: list[Part], source: str) -> list[Part]:
    """Find parts without ids, which their places in a list tell apart.

    Args:
        holders: Documents that hold the parts.
        source: Property with the list.
    """
    return [
        Part((*holder.keys, place), document)
        for holder in holders
        for place, document in _objects(holder, source)
    ]


def by_name(holders: list[Part], source: str) -> list[Part]:
    """Find the members of objects, each a part with a `value`; an empty name has a stand-in.

    Args:
        holders: Documents that hold the objects.
        source: Property with the object.
    """
    found: list[Part] = []
    for holder in holders:
        members = holder.document.get(source)
        if type(members) is dict:
            found += [
                Part((*holder.keys, name or _stand_in(members)), {"value": one})
                for name, one in members.items()
            ]
        elif members is not None:
            _keep(holder, source, members)
    return found


def _stand_in(members: JsonObject) -> str:
    """Find a name for the member without one."""
    name = EMPTY_TEXT
    while name in members:
        name += "-"
    return name


def _objects(holder: Part, source: str) -> Iterable[tuple[int, JsonObject]]:
    """Number the objects of a list; anything but an object or null goes into the holder's extra."""
    items = holder.document.get(source)
    if items is None:
        return ()
    if type(items) is not list:
        _keep(holder, source, items)
        return ()
    if {*map(type, items)} <= {dict}:
        return enumerate(items)
    strays = [item for item in items if item is not None and type(item) is not dict]
    if strays:
        _keep(holder, source, strays)
    return [(place, item) for place, item in enumerate(items) if type(item) is dict]


def _keep(holder: Part, source: str, value: object) -> None:
    holder.extra = {**(holder.extra or {}), source: value}
