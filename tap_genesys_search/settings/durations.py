"""Reading and writing ISO 8601 periods of a fixed length, such as `PT30M`."""

from __future__ import annotations

import re
from datetime import timedelta

_PERIOD = re.compile(
    r"P(?=[0-9T])(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?=[0-9])(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?"
)


def parse_period(text: str) -> timedelta:
    """Read a period.

    Args:
        text: For example `PT30M`, `P1D` or `P1DT12H`.

    Returns:
        The length of the period.

    Raises:
        ValueError: The text is not such a period. Months and years have no fixed length.
        OverflowError: The period is longer than a `timedelta` can be.
    """
    match = _PERIOD.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"no period: {text!r}")
    return timedelta(**{unit: int(count) for unit, count in match.groupdict("0").items()})


def format_period(length: timedelta) -> str:
    """Write a period of whole seconds. Periods of equal length are written the same."""
    minutes, seconds = divmod(length.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    time = "".join(
        f"{count}{unit}" for count, unit in ((hours, "H"), (minutes, "M"), (seconds, "S")) if count
    )
    days = f"{length.days}D" if length.days or not time else ""
    return f"P{days}T{time}" if time else f"P{days}"
