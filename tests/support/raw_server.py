"""A server that answers bytes, which no server that knows HTTP would send."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterable, Iterator

PAUSE_SECONDS = 0.02


class RawServer:
    """What a running server has heard."""

    def __init__(
        self,
        listener: socket.socket,
        answer: Callable[[str], Iterable[bytes]],
        context: ssl.SSLContext | None,
    ) -> None:
        self.url = f"http{'s' if context else ''}://localhost:{listener.getsockname()[1]}"
        self.connections: list[socket.socket] = []
        self.requests: list[str] = []
        self._listener = listener
        self._answer = answer
        self._context = context
        self._threads: list[threading.Thread] = []

    def run(self) -> None:
        with suppress(OSError):  # raised as soon as the listener is shut down
            while True:
                connection, _ = self._listener.accept()
                self.connections.append(connection)
                self._threads.append(threading.Thread(target=self._serve, args=(connection,)))
                self._threads[-1].start()

    def end(self) -> None:
        for connection in self.connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)  # wakes who reads from it
        for thread in self._threads:
            thread.join()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            if self._context:
                connection = self._context.wrap_socket(connection, server_side=True)
                self.connections.append(connection)
            with connection, connection.makefile("rb") as reader:
                while line := reader.readline().decode().strip():
                    length = 0
                    while header := reader.readline().strip().lower():
                        if header.startswith(b"content-length:"):
                            length = int(header.partition(b":")[2])
                    reader.read(length)
                    self.requests.append(line)
                    for part in self._answer(line):
                        if not part:
                            return
                        connection.sendall(part)


@contextmanager
def raw_server(
    answer: Callable[[str], Iterable[bytes]], context: ssl.SSLContext | None = None
) -> Iterator[RawServer]:
    """Run a server until the block ends.

    Args:
        answer: From a request's first line to the parts of its answer, which the server sends one
            after the other. At an empty one it hangs up.
        context: For TLS.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = RawServer(listener, answer, context)
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            yield server
        finally:
            listener.shutdown(socket.SHUT_RDWR)  # else accept() goes on waiting
            thread.join()
            server.end()


def dripping(first: bytes, drop: bytes) -> Iterator[bytes]:
    """Send something, and then for ever the same, with pauses."""
    yield first or drop
    while True:
        time.sleep(PAUSE_SECONDS)
        yield drop


def whole(body: bytes = b"{}", status: str = "200 OK", head: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{head}\r\n".encode() + body
