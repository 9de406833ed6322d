"""Two contracts share one path: the body of a request says which of them it speaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Match, Route

from genesys_cloud_simulator.validation.details.query import SHARED_KEYS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import Scope


QUERY_KEYS = ("aggregations", "paging")


class DialectRoute(Route):
    """A route for some of the bodies that are posted to its path."""

    def __init__(
        self,
        path: str,
        endpoint: Callable[[Request], Awaitable[Response]],
        name: str,
        speaks: Callable[[object], bool],
    ) -> None:
        super().__init__(path, endpoint, methods=["POST"], name=name)
        self.speaks = speaks

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Match path and method as usual, and then the body, which the gateway has read."""
        match, child = super().matches(scope)
        if match is Match.FULL and not self.speaks(scope["state"]["document"]):
            return Match.NONE, {}
        return match, child


def is_interaction_search(document: object) -> bool:
    """Return whether a body is an interaction search.

    Args:
        document: The body.

    Returns:
        Whether it has the field that only such a search has.
    """
    return isinstance(document, dict) and "query" in document


def is_conversation_query(document: object) -> bool:
    """Return whether a body is a query of the platform's own.

    Args:
        document: The body.

    Returns:
        Whether it has a field of such a query, and not the one of an interaction search. What has
        neither is for the interaction search to refuse.
    """
    return (
        isinstance(document, dict)
        and "query" not in document
        and any(name in document for name in (*SHARED_KEYS, *QUERY_KEYS))
    )
