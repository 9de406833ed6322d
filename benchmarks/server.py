"""The benchmark's server, a process of its own: `python -m benchmarks.server --port 8080`.

Pages are written before they are asked for, so that it is at least as fast as what it measures.
"""

from __future__ import annotations

import argparse
import asyncio
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Protocol, cast

from benchmarks.interactions import Org
from benchmarks.job_times import JobTimes
from benchmarks.rate_limit import RateLimit
from benchmarks.search_platform import QUERY_PATH, TOKEN_PATH, Answer, Request, SearchPlatform

if TYPE_CHECKING:
    from collections.abc import Sequence

_END_OF_HEAD = b"\r\n\r\n"


class Platform(Protocol):
    """Answers requests."""

    def answer(self, request: Request, now: float) -> Answer:
        """Answer a request at a time."""


class HttpConnection(asyncio.Protocol):
    """One connection: requests are answered one after the other, and it is kept open.

    Args:
        platform: Answers the requests.
        delay_seconds: How long each request takes to get there and back.
    """

    def __init__(self, platform: Platform, delay_seconds: float) -> None:
        self._platform = platform
        self._delay_seconds = delay_seconds
        self._loop = asyncio.get_running_loop()
        self._received = bytearray()
        self._is_answering = False
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """Send nothing any more."""
        self._transport = None

    def data_received(self, data: bytes) -> None:
        """Take in a part of a request."""
        self._received += data
        self._next_request()

    def _next_request(self) -> None:
        if self._is_answering or (request := self._take_request()) is None:
            return
        self._is_answering = True
        if self._delay_seconds and request.path.startswith((QUERY_PATH, TOKEN_PATH)):
            self._loop.call_later(self._delay_seconds, self._respond, request)
        else:
            self._respond(request)

    def _take_request(self) -> Request | None:
        """Take the first request off what was received, or None where it is not all there."""
        end = self._received.find(_END_OF_HEAD)
        if end < 0:
            return None
        first, *lines = self._received[:end].decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in lines)
        headers = {name.lower(): value.strip() for name, _, value in pairs}
        begin = end + len(_END_OF_HEAD)
        length = int(headers.get("content-length", 0))
        if len(self._received) < begin + length:
            return None
        body = bytes(self._received[begin : begin + length])
        del self._received[: begin + length]
        method, path, _ = first.split(" ", 2)
        return Request(method, path, headers, body)

    def _respond(self, request: Request) -> None:
        answer = self._platform.answer(request, self._loop.time())
        if self._transport is not None:
            self._transport.writelines((_head(answer), answer.body))
        self._is_answering = False
        self._next_request()


def _head(answer: Answer) -> bytes:
    headers = {
        "Content-Type": "application/json",
        "Content-Length": str(len(answer.body)),
        **answer.headers,
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    status = HTTPStatus(answer.status)
    return f"HTTP/1.1 {status.value} {status.phrase}\r\n{lines}\r\n".encode("latin-1")


async def serve(platform: Platform, port: int, delay_seconds: float) -> None:
    """Serve on loopback, and say where on stdout."""
    server = await asyncio.get_running_loop().create_server(
        lambda: HttpConnection(platform, delay_seconds), "127.0.0.1", port
    )
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    async with server:
        await server.serve_forever()


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and serve until stopped."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--records", type=int, default=5000, help="interactions in a window")
    parser.add_argument("--window-hours", type=float, default=1.0)
    parser.add_argument(
        "--job-seconds",
        type=float,
        nargs=2,
        default=(0.0, 0.0),
        metavar=("SHORTEST", "LONGEST"),
        help="how long a search takes, drawn for each page",
    )
    parser.add_argument("--logarithmic", action="store_true", help="draw factors, not seconds")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--delay-seconds", type=float, default=0.0, help="of each request")
    parser.add_argument("--budget", type=int, help="requests of a client in a period")
    parser.add_argument("--period-seconds", type=float, default=60.0)
    options = parser.parse_args(arguments)
    shortest, longest = options.job_seconds
    platform = SearchPlatform(
        Org.with_density(options.records, options.window_hours),
        JobTimes(shortest, longest, options.logarithmic, options.seed),
        RateLimit(options.budget, options.period_seconds),
    )
    with suppress(KeyboardInterrupt):
        asyncio.run(serve(platform, options.port, options.delay_seconds))


if __name__ == "__main__":
    main()
