"""One request on its way through the gateway, and the connection under it."""

from __future__ import annotations

import os
import socket
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio

    from starlette.datastructures import Headers
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from genesys_cloud_simulator.state.rate_limit import Allowance


@dataclass
class Exchange:
    """One request and what has become known of it."""

    scope: Scope
    receive: Receive
    send: Send
    operation: str
    headers: Headers
    body: bytes
    document: object
    correlation_id: str
    token: str | None
    allowance: Allowance
    began: float
    fault: str | None = None

    @property
    def is_api(self) -> bool:
        """Whether the request is for the API and not for the login."""
        path: str = self.scope["path"]
        return path.startswith("/api/")


async def read_body(receive: Receive) -> bytes:
    """Read the whole body of a request.

    Args:
        receive: Receives its parts.

    Returns:
        The body.
    """
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


def replay(exchange: Exchange) -> Receive:
    """Give the route the body that was read already.

    Args:
        exchange: The request.

    Returns:
        What the route receives from.
    """
    first = True

    async def receive() -> Message:
        nonlocal first
        if first:
            first = False
            return {"type": "http.request", "body": exchange.body, "more_body": False}
        return await exchange.receive()

    return receive


async def run(app: ASGIApp, exchange: Exchange) -> tuple[Message, bytes]:
    """Let the app answer, and keep the answer back.

    Args:
        app: The app.
        exchange: The request.

    Returns:
        The start of the answer, and its body.
    """
    starts: list[Message] = []
    parts: list[bytes] = []

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            starts.append(message)
        else:
            parts.append(message.get("body", b""))

    await app(exchange.scope, replay(exchange), send)
    return starts[0], b"".join(parts)


async def end_connection(receive: Receive, *, reset: bool) -> None:
    """Close the connection under the server, which has no call for that.

    Args:
        receive: Receives from the connection.
        reset: Whether the client shall see a reset, and no regular end.
    """
    # The request cycle of uvicorn's h11 implementation, which the simulator runs on.
    transport: asyncio.Transport = receive.__self__.transport  # type: ignore[attr-defined]
    if reset:
        # Without lingering the client sees a reset, not a regular end.
        linger = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        transport.abort()
    else:
        transport.close()
    # The server takes a missing answer for an error unless it knows that the client is gone.
    await disconnected(receive)


async def disconnected(receive: Receive) -> None:
    """Wait until the client is gone.

    Args:
        receive: Receives from its connection.
    """
    while (await receive())["type"] != "http.disconnect":
        pass
