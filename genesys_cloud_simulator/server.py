"""The simulator: a simulated platform, served over HTTP."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import uvicorn

from genesys_cloud_simulator.app import create_app
from genesys_cloud_simulator.state.platform import SimulatedPlatform

if TYPE_CHECKING:
    from collections.abc import Iterator

_START_SECONDS = 10


@dataclass
class Simulator(SimulatedPlatform):
    """A Genesys Cloud simulator; `SimulatedPlatform` and `Behaviour` have its options."""

    @contextmanager
    def running(self, port: int = 0, host: str = "127.0.0.1") -> Iterator[str]:
        """Serve in a background thread.

        Args:
            port: The port to listen on; any free one when 0.
            host: The address to listen on.

        Yields:
            The base URL, of the login as well as of the API.

        Raises:
            OSError: If the port is taken.
        """
        listener = _listen(host, port)
        self.stopping = False
        server = _PromptServer(
            uvicorn.Config(
                create_app(self),
                # Faults reach through to the connection, see the gateway.
                http="h11",
                ws="none",
                loop="asyncio",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                date_header=False,  # the gateway tells the time in the organisation
                # A client that reuses a connection after a while shall not find it just closed.
                timeout_keep_alive=120,
                timeout_graceful_shutdown=5,
            )
        )
        thread = threading.Thread(
            target=server.run, kwargs={"sockets": [listener]}, name="simulator", daemon=True
        )
        thread.start()
        try:
            _wait_until_started(server, thread)
            yield f"http://{host}:{listener.getsockname()[1]}"
        finally:
            self.stopping = True
            server.should_exit = True
            thread.join()
            listener.close()


class _PromptServer(uvicorn.Server):
    """A server that notices at once that it should end: tests start and end many of them."""

    async def main_loop(self) -> None:
        while not await self.on_tick(0):  # noqa: ASYNC110 - the end comes from another thread
            await asyncio.sleep(0.01)


def _listen(host: str, port: int) -> socket.socket:
    """Open the listening socket here, so that a taken port is an error of the caller's."""
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP
    )[0]
    # The protocol must be named: asyncio turns off Nagle's algorithm only for known TCP sockets,
    # and without that each answer waits some 40 ms for an acknowledgement.
    listener = socket.socket(family, kind, protocol)
    try:
        if os.name != "nt":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener


def _wait_until_started(server: uvicorn.Server, thread: threading.Thread) -> None:
    until = time.monotonic() + _START_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > until:
            message = "the simulator did not start"
            raise RuntimeError(message)
        time.sleep(0.002)
