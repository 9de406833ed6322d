"""The check that a client has the permission for what it asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_genesys_search.simulator.offer import NEEDED_PERMISSIONS
from tap_genesys_search.simulator.platform_error import PlatformError

if TYPE_CHECKING:
    from collections.abc import Collection


def check_permission(operation: str, permissions: Collection[str]) -> None:
    """Refuse an operation that the client has no permission for.

    Args:
        operation: The operation.
        permissions: What the client may do.

    Raises:
        PlatformError: If none of the permissions that the operation needs is among them.
    """
    needed = NEEDED_PERMISSIONS.get(operation, ())
    if not needed or any(one in permissions for one in needed):
        return
    listed = f"[{', '.join(needed)}]"
    raise PlatformError(
        403,
        "missing.any.permissions",
        "Unable to perform the requested action. You must have at least one of the following "
        f"permissions assigned: {listed}",
        more={"messageParams": {"permissions": listed}},
    )
