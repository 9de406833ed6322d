"""What every request passes before its route: correlation id, faults, rate limit, token."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import struct
import time
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, Response
from starlette.routing import Match, Route

from tap_genesys_search.simulator.hostile_bodies import CHANGES, hostile_response
from tap_genesys_search.simulator.oauth import bearer_token, token_hash
from tap_genesys_search.simulator.permissions import check_permission
from tap_genesys_search.simulator.platform_error import PlatformError, error_response
from tap_genesys_search.simulator.rate_limit import rate_limit_error
from tap_genesys_search.simulator.request_log import LoggedRequest
from tap_genesys_search.simulator.searched_range import searched_range
from tap_genesys_search.simulator.token_request import (
    loggable_document,
    loggable_query,
    read_token_request,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from tap_genesys_search.simulator.faults import Fault
    from tap_genesys_search.simulator.rate_limit import Allowance
    from tap_genesys_search.simulator.server import Simulator

# The tools that look into the simulator are no part of the platform.
TOOLS_PREFIX = "/simulator/"
_BAD_GATEWAY = (
    "<html><head><title>502 Bad Gateway</title></head>"
    "<body><center><h1>502 Bad Gateway</h1></center></body></html>"
)
_PROXY_PAGE = "<!DOCTYPE html><html><body><h1>Scheduled maintenance</h1></body></html>"
_MESSAGES = {
    500: ("internal.server.error", "The server encountered an unexpected condition."),
    503: ("service.unavailable", "The service is temporarily unavailable."),
    504: ("gateway.timeout", "The request timed out."),
}
_STATUS_204 = 204
_STATUS_502 = 502


@dataclass
class _Exchange:
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
        path: str = self.scope["path"]
        return path.startswith("/api/")


@dataclass(frozen=True)
class Gateway:
    """The middleware around the routes.

    Attributes:
        app: What answers when nothing stands against it.
        simulator: Whose limits, tokens, faults and log it uses.
        routes: The routes, whose names end with the operation.
    """

    app: ASGIApp
    simulator: Simulator
    routes: Sequence[Route]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.monotonic()
        correlation_id = str(uuid.uuid4())
        state = scope.setdefault("state", {})
        state.update(correlation_id=correlation_id, fault=None)
        if scope["path"].startswith(TOOLS_PREFIX):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        body = await _read_body(receive)
        # Where two APIs share a path, the routes look at it.
        document = state["document"] = _read_document(scope["path"], headers, body)
        token = bearer_token(headers)
        exchange = _Exchange(
            scope=scope,
            receive=receive,
            send=send,
            operation=self._operation(scope),
            headers=headers,
            body=body,
            document=document,
            correlation_id=correlation_id,
            token=token,
            allowance=self._allowance(scope, headers, body, token),
            began=began,
        )
        await self._answer(exchange)

    def _operation(self, scope: Scope) -> str:
        for route in self.routes:
            if route.matches(scope)[0] is Match.FULL:
                return route.name.rpartition(".")[2]
        return "other"

    def _allowance(
        self, scope: Scope, headers: Headers, body: bytes, token: str | None
    ) -> Allowance:
        if scope["path"].startswith("/oauth/"):
            query = scope["query_string"].decode("latin-1")
            credentials = read_token_request(headers, query, body).credentials
            key = "" if credentials is None else credentials[0]
            return self.simulator.token_limiter.hit(key)
        # The documentation counts by token, some answers of support by client, which is stricter.
        return self.simulator.limiter.hit(self.simulator.tokens.client_of(token) or token or "")

    async def _answer(self, exchange: _Exchange) -> None:
        fault = self._take_fault(exchange)
        if fault is not None and fault.kind == "dropped_connection":
            self._log(exchange, None)
            await _end_connection(exchange.receive, reset=True)
            return
        if fault is not None and fault.kind == "slow_answer":
            await self._wait(fault.seconds)
        app = await self._refusal(exchange, fault) or self.app
        if fault is not None and fault.kind == "truncated_body":
            await self._truncate(exchange, app)
        elif fault is not None and fault.kind in CHANGES:
            await self._change(exchange, app, fault)
        else:

            async def send(message: Message) -> None:
                await self._send(exchange, message)

            await app(exchange.scope, _replay(exchange), send)

    def _take_fault(self, exchange: _Exchange) -> Fault | None:
        fault = self.simulator.faults.take(
            "request", exchange.operation, searched_range(exchange.document)
        )
        if fault is not None:
            exchange.fault = fault.kind
            if fault.kind == "expired_token" and exchange.token is not None:
                self.simulator.tokens.revoke(exchange.token)
        return fault

    async def _refusal(self, exchange: _Exchange, fault: Fault | None) -> Response | None:
        """What a request is answered that does not come through to its route."""
        if fault is not None:
            # In a thread, because a large body takes a while and other requests go on.
            faulty = await run_in_threadpool(_faulty_response, fault, exchange)
            if faulty is not None:
                return faulty
        try:
            if exchange.allowance.exceeded:
                raise exchange.allowance.error()
            if exchange.is_api:
                token = self.simulator.tokens.check(exchange.token)
                exchange.scope["state"]["client_id"] = token.client_id
                check_permission(exchange.operation, self.simulator.permissions)
        except PlatformError as error:
            return error_response(error, exchange.correlation_id)
        return None

    async def _change(self, exchange: _Exchange, app: ASGIApp, fault: Fault) -> None:
        """Send what a fault makes of the answer."""
        start, body = await _run(app, exchange)
        changed = CHANGES[fault.kind](body, fault)
        headers = MutableHeaders(raw=start["headers"])
        headers["content-length"] = str(changed.length)
        if changed.encoding is not None:
            headers["content-encoding"] = changed.encoding
        if changed.length and start["status"] == _STATUS_204:
            start["status"] = 200
        await self._send(exchange, start)
        gone = asyncio.ensure_future(_disconnected(exchange.receive))
        try:
            for piece in changed.pieces:
                await exchange.send(
                    {"type": "http.response.body", "body": piece, "more_body": True}
                )
                await self._wait(changed.pause, gone)
                # To a client that has gone nothing waits to be sent, so nothing else would run.
                await asyncio.sleep(0)
                if gone.done():
                    return
            await exchange.send({"type": "http.response.body", "body": b""})
        finally:
            gone.cancel()

    async def _truncate(self, exchange: _Exchange, app: ASGIApp) -> None:
        """Promise the whole body, send half of it and hang up."""
        start, body = await _run(app, exchange)
        MutableHeaders(raw=start["headers"])["content-length"] = str(max(len(body), 2))
        await self._send(exchange, start)
        half = body[: len(body) // 2]
        await exchange.send({"type": "http.response.body", "body": half, "more_body": True})
        await _end_connection(exchange.receive, reset=False)

    async def _wait(self, seconds: float, gone: asyncio.Future[None] | None = None) -> None:
        """Wait, but not beyond the simulator's end or the client's."""
        until = time.monotonic() + seconds
        # The simulator's end comes from another thread, so there is no event to wait for.
        while (left := until - time.monotonic()) > 0 and not self.simulator.stopping:
            pause = min(left, 0.05)
            if gone is None:
                await asyncio.sleep(pause)
            elif (await asyncio.wait([gone], timeout=pause))[0]:
                return

    async def _send(self, exchange: _Exchange, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=message["headers"])
            headers["ININ-Correlation-Id"] = exchange.correlation_id
            if exchange.is_api:
                for name, value in exchange.allowance.headers().items():
                    headers.setdefault(name, value)
            # Before the client can see the answer, so that it finds the request in the log.
            self._log(exchange, message["status"])
        await exchange.send(message)

    def _log(self, exchange: _Exchange, status: int | None) -> None:
        scope = exchange.scope
        self.simulator.log.add(
            LoggedRequest(
                operation=exchange.operation,
                method=scope["method"],
                path=scope["path"],
                query=loggable_query(scope["path"], scope["query_string"].decode("latin-1")),
                body=exchange.document,
                headers={
                    name: value
                    for name, value in exchange.headers.items()
                    if name != "authorization"
                },
                token=None if exchange.token is None else token_hash(exchange.token),
                status=status,
                time=exchange.began,
                correlation_id=exchange.correlation_id,
                fault=exchange.fault or scope["state"]["fault"],
            )
        )


def _faulty_response(fault: Fault, exchange: _Exchange) -> Response | None:
    if fault.kind == "non_json_body":
        return HTMLResponse(_PROXY_PAGE)
    if fault.kind == "server_error" and fault.status == _STATUS_502:
        return HTMLResponse(_BAD_GATEWAY, fault.status)
    if fault.kind == "server_error":
        code, message = _MESSAGES[fault.status]
        error = PlatformError(fault.status, code, message)
        return error_response(error, exchange.correlation_id)
    if fault.kind == "rate_limited":
        seconds = fault.retry_after_seconds
        headers = {"inin-ratelimit-reset": str(seconds)} if exchange.is_api else {}
        if fault.retry_after == "seconds":
            headers["Retry-After"] = str(seconds)
        elif fault.retry_after == "date":
            moment = datetime.now(timezone.utc) + timedelta(seconds=seconds)
            headers["Retry-After"] = format_datetime(moment, usegmt=True)
        error = rate_limit_error(exchange.allowance.allowed, seconds, headers)
        return error_response(error, exchange.correlation_id)
    return hostile_response(fault)


def _read_document(path: str, headers: Headers, body: bytes) -> object:
    """The body as JSON or as a form, without secrets; None when it cannot be read."""
    try:
        if headers.get("content-type", "").startswith("application/x-www-form"):
            form = dict(parse_qsl(body.decode(), keep_blank_values=True))
            return loggable_document(path, form)
        return loggable_document(path, json.loads(body)) if body else None
    except (ValueError, RecursionError):
        return None


async def _read_body(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


def _replay(exchange: _Exchange) -> Receive:
    """Give the route the body that was read already."""
    first = True

    async def receive() -> Message:
        nonlocal first
        if first:
            first = False
            return {"type": "http.request", "body": exchange.body, "more_body": False}
        return await exchange.receive()

    return receive


async def _run(app: ASGIApp, exchange: _Exchange) -> tuple[Message, bytes]:
    """Let the app answer, and keep the answer back."""
    starts: list[Message] = []
    parts: list[bytes] = []

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            starts.append(message)
        else:
            parts.append(message.get("body", b""))

    await app(exchange.scope, _replay(exchange), send)
    return starts[0], b"".join(parts)


async def _end_connection(receive: Receive, *, reset: bool) -> None:
    """Close the connection under the server, which has no call for that."""
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
    await _disconnected(receive)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
