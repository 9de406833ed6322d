"""The effect of a fault on a page of records, in any API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from genesys_cloud_simulator.errors import json_bytes
from genesys_cloud_simulator.faults.records import bare_numbers, make_hostile

if TYPE_CHECKING:
    from genesys_cloud_simulator.faults.fault import Fault


# A fault of single records strikes one record in this many, beginning with the first.
_FAULTY_EVERY = 10


def faulty_slice(offset: int, size: int, fault: Fault | None, before: int | None = None) -> slice:
    """Move a page.

    Args:
        offset: Where the page begins.
        size: How many records were asked for.
        fault: The fault, None for none.
        before: Where the page before began; by default that page is assumed to be as large.

    Returns:
        Which of all records to answer.
    """
    kind = None if fault is None else fault.kind
    if kind == "repeated_page" and offset:
        return slice(max(0, offset - size) if before is None else before, offset)
    if kind == "late_record":
        offset -= 1
    if fault is not None and kind == "overlapping_page":
        offset -= fault.shift
    first = max(0, offset)
    return slice(first, first + size)


def faulty_rows(
    rows: list[dict[str, object]], fault: Fault | None, *, id_name: str, time_name: str
) -> list[dict[str, object]]:
    """Do to single records what a fault does.

    Args:
        rows: The records, which this may change.
        fault: The fault, None for none.
        id_name: The attribute that identifies a record.
        time_name: The attribute that says when it was.

    Returns:
        The records that are left.
    """
    kind = None if fault is None else fault.kind
    if kind == "short_page":
        return [one for position, one in enumerate(rows) if position % _FAULTY_EVERY]
    if kind == "duplicate_ids":
        for record, after in zip(rows[::_FAULTY_EVERY], rows[1::_FAULTY_EVERY], strict=False):
            if id_name in record:
                after[id_name] = record[id_name]
    for record in rows[::_FAULTY_EVERY]:
        if kind == "missing_id":
            record.pop(id_name, None)
        elif kind == "missing_timestamp":
            record.pop(time_name, None)
        elif kind == "hostile_values":
            make_hostile(record, id_name)
    return rows


def shown_total(
    name: str, total: int, fault: Fault | None, limit: int | None = None
) -> dict[str, int]:
    """Return how many records there are, as far as the answer says it.

    Args:
        name: What the total is called.
        total: How many records there are.
        fault: The fault, None for none.
        limit: The largest total that is named, None for no limit.

    Returns:
        The total by its name; nothing where the answer has none.
    """
    kind = None if fault is None else fault.kind
    if kind == "absent_total":
        return {}
    if kind == "late_record":
        total += 1
    if fault is not None and kind == "shifting_total":
        total = max(0, total + fault.shift)
    return {name: total if limit is None else min(total, limit)}


def page_response(answer: dict[str, object], fault: Fault | None) -> Response:
    """Answer with a page.

    Args:
        answer: The page.
        fault: The fault, None for none.

    Returns:
        The answer.
    """
    body = json_bytes(answer)
    if fault is not None and fault.kind == "hostile_values":
        body = bare_numbers(body)
    return Response(body, media_type="application/json")
