"""Names, defaults and columns of the aggregates."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from tap_genesys_search.errors import SettingError
from tap_genesys_search.schemas import read_schema
from tap_genesys_search.settings.projection import column_name

if TYPE_CHECKING:
    from collections.abc import Iterable


ONE_DAY = timedelta(days=1)


USER_METRICS = ("tSystemPresence", "tOrganizationPresence", "tAgentRoutingStatus")
"""All metrics that user aggregates have
(https://developer.genesys.cloud/analyticsdatamanagement/analytics/aggregate/user-query)."""


DEFAULT_GROUP_BY = ("queueId", "userId", "mediaType", "direction")
"""Figures of queues have no user, so this grouping serves queues as well as agents. Most questions
about queues are about inbound conversations."""


DEFAULT_METRICS = (
    "nOffered",
    "nConnected",
    "nOverSla",
    "nOutbound",
    "nTransferred",
    "nBlindTransferred",
    "nConsultTransferred",
    "tAcd",
    "tWait",
    "tAnswered",
    "tAbandon",
    "tShortAbandon",
    "tFlowOut",
    "tDialing",
    "tContacting",
    "tTalkComplete",
    "tHeldComplete",
    "tAcw",
    "tHandle",
    "oServiceLevel",
    "oServiceTarget",
)
"""The metrics that the platform's own performance views show for queues and agents, and all from
which they compute the service level and the handle time."""


_TAKEN = frozenset(read_schema("conversation_aggregates")["properties"])

_NAME = re.compile(r"[A-Za-z]\w*", re.ASCII)


def platform_names(setting: str, names: Iterable[str]) -> tuple[str, ...]:
    """Check a list of names of the platform, such as metrics.

    Args:
        setting: Name of the setting, for the error.
        names: The names.

    Returns:
        Each name once.

    Raises:
        SettingError: A name is malformed.
    """
    for name in names:
        if not _NAME.fullmatch(name):
            raise SettingError(
                f"{setting} has {name!r}. Allowed are the platform's names, like queueId or tHandle"
            )
    return tuple(dict.fromkeys(names))


def group_columns(setting: str, dimensions: Iterable[str]) -> dict[str, str]:
    """Name the columns of the dimensions that figures are grouped by.

    Args:
        setting: Name of the setting, for the error.
        dimensions: Platform names of the dimensions.

    Returns:
        Dimension to column.

    Raises:
        SettingError: A name is malformed, or its column is taken.
    """
    columns: dict[str, str] = {}
    for dimension in platform_names(setting, dimensions):
        column = column_name(dimension)
        if column in _TAKEN or column in columns.values():
            raise SettingError(
                f"{setting} has {dimension!r}, whose column {column!r} is already there. Leave it "
                "out"
            )
        columns[dimension] = column
    return columns
