"""How deep lists can be paged through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genesys_cloud_simulator.validation.body import bad_request

if TYPE_CHECKING:
    from starlette.requests import Request


def check_depth(request: Request, size: int, number: int) -> None:
    """Refuse a page that reaches beyond what can be paged through.

    The platform answers 400 past the 10,000th user, as estuary's and Terraform's connectors report.

    Args:
        request: The request.
        size: The size of the page.
        number: Its number, from 1.

    Raises:
        PlatformError: If the page reaches beyond the limit.
    """
    limit = request.state.listing_depth_limit
    if size * number > limit:
        bad_request(f"Pagination may not exceed {limit} results", "pageNumber")
