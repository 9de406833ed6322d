"""What a fault does to a page of records, in any API."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tap_genesys_search.simulator.faults import Fault

# Every so many records of a page a fault that leaves something out strikes, the first included.
_FAULTY_EVERY = 10


def faulty_rows(
    rows: list[dict[str, object]], fault: Fault | None, *, id_name: str, time_name: str
) -> list[dict[str, object]]:
    """Leave out what a fault takes away.

    Args:
        rows: The records, which this may change.
        fault: The fault, None for none.
        id_name: The attribute that identifies a record.
        time_name: The attribute that says when it was.

    Returns:
        The records that are left.
    """
    if fault is None or fault.kind == "shifting_total":
        return rows
    if fault.kind == "short_page":
        return [one for position, one in enumerate(rows) if position % _FAULTY_EVERY]
    missing = id_name if fault.kind == "missing_id" else time_name
    for record in rows[::_FAULTY_EVERY]:
        record.pop(missing, None)
    return rows


def faulty_total(total: int, fault: Fault | None) -> int:
    """Shift a total.

    Args:
        total: How many records there are.
        fault: The fault, None for none.

    Returns:
        How many to say there are.
    """
    return total + fault.shift if fault is not None and fault.kind == "shifting_total" else total
