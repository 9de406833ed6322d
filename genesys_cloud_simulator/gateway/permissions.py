"""The check that a client has the permission for what it asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from genesys_cloud_simulator.errors import PlatformError
from genesys_cloud_simulator.offer import ALL_NEEDED_PERMISSIONS, NEEDED_PERMISSIONS

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


def check_permission(operation: str, permissions: Collection[str]) -> None:
    """Refuse an operation that the client has no permission for.

    Args:
        operation: The operation.
        permissions: What the client may do.

    Raises:
        PlatformError: If none of the permissions of which the operation needs one is among them,
            or one of those is missing that it needs all.
    """
    missing = [one for one in ALL_NEEDED_PERMISSIONS.get(operation, ()) if one not in permissions]
    if missing:
        _refuse("missing.permissions", "You are missing the following permission(s)", missing)
    needed = NEEDED_PERMISSIONS.get(operation, ())
    if needed and not any(one in permissions for one in needed):
        _refuse(
            "missing.any.permissions",
            "You must have at least one of the following permissions assigned",
            needed,
        )


def _refuse(code: str, problem: str, permissions: Sequence[str]) -> NoReturn:
    listed = f"[{', '.join(permissions)}]"
    raise PlatformError(
        403,
        code,
        f"Unable to perform the requested action. {problem}: {listed}",
        more={"messageParams": {"permissions": listed}},
    )
