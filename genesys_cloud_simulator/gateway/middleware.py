"""The middleware before each route: correlation id, faults, rate limit, token."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import format_datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.routing import Match, Route

from genesys_cloud_simulator.errors import PlatformError, error_response
from genesys_cloud_simulator.faults.bodies import CHANGES
from genesys_cloud_simulator.faults.searched_range import searched_range
from genesys_cloud_simulator.gateway.answer_limits import answer_problem
from genesys_cloud_simulator.gateway.exchange import (
    Exchange,
    disconnected,
    end_connection,
    read_body,
    replay,
    run,
)
from genesys_cloud_simulator.gateway.permissions import check_permission
from genesys_cloud_simulator.gateway.request_faults import faulty_response
from genesys_cloud_simulator.gateway.token_request import (
    loggable_document,
    loggable_query,
    read_token_request,
)
from genesys_cloud_simulator.state.rate_limit import login_rate_limit_response
from genesys_cloud_simulator.state.request_log import LoggedRequest
from genesys_cloud_simulator.state.tokens import bearer_token, token_hash

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from genesys_cloud_simulator.faults.fault import Fault
    from genesys_cloud_simulator.state.platform import SimulatedPlatform
    from genesys_cloud_simulator.state.rate_limit import Allowance
    from genesys_cloud_simulator.state.tokens import Token


# The tools that look into the simulator do not belong to the platform.
TOOLS_PREFIX = "/simulator/"

_STATUS_204 = 204


@dataclass(frozen=True)
class Gateway:
    """The middleware around the routes.

    Attributes:
        app: What answers when nothing stands against it.
        simulator: The simulator whose limits, tokens, faults and log it uses.
        routes: The routes, whose names end with the operation.
    """

    app: ASGIApp
    simulator: SimulatedPlatform
    routes: Sequence[Route]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.monotonic()
        correlation_id = str(uuid.uuid4())
        state = scope.setdefault("state", {})
        state.update(correlation_id=correlation_id, fault=None, shows_rate_limit=True)
        state["listing_depth_limit"] = self.simulator.listing_depth_limit
        state["listing_total_limit"] = self.simulator.listing_total_limit
        if scope["path"].startswith(TOOLS_PREFIX):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        body = await read_body(receive)
        # Where two APIs share a path, the routes look at it.
        document = state["document"] = _read_document(scope["path"], headers, body)
        token = bearer_token(headers)
        exchange = Exchange(
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

    async def _answer(self, exchange: Exchange) -> None:
        fault = self._take_fault(exchange)
        if fault is not None and fault.kind == "dropped_connection":
            self._log(exchange, None)
            await end_connection(exchange.receive, reset=True)
            return
        if fault is not None and fault.kind == "slow_answer":
            await self._wait(fault.seconds)
        app = await self._refusal(exchange, fault) or self.app
        if fault is not None and fault.kind == "truncated_body":
            await self._truncate(exchange, app)
        elif fault is not None and fault.kind in CHANGES:
            await self._change(exchange, app, fault)
        elif exchange.is_api and self.simulator.limits_answers:
            await self._bound(exchange, app)
        else:
            await self._pass(exchange, app)

    async def _pass(self, exchange: Exchange, app: ASGIApp) -> None:
        async def send(message: Message) -> None:
            await self._send(exchange, message)

        await app(exchange.scope, replay(exchange), send)

    async def _bound(self, exchange: Exchange, app: ASGIApp) -> None:
        """Send the answer unless it is larger than the simulator's answers may be."""
        start, body = await run(app, exchange)
        problem = answer_problem(self.simulator, start["status"], body)
        if problem is not None:
            await self._pass(exchange, error_response(problem, exchange.correlation_id))
            return
        await self._send(exchange, start)
        await exchange.send({"type": "http.response.body", "body": body})

    def _take_fault(self, exchange: Exchange) -> Fault | None:
        fault = self.simulator.faults.take(
            "request", exchange.operation, searched_range(exchange.document)
        )
        if fault is not None:
            exchange.fault = fault.kind
            if fault.kind == "expired_token" and exchange.token is not None:
                self.simulator.tokens.revoke(exchange.token)
        return fault

    async def _refusal(self, exchange: Exchange, fault: Fault | None) -> Response | None:
        """The answer to a request that does not reach its route."""
        if fault is not None:
            # In a thread: a large body takes a while, and other requests must not wait.
            faulty = await run_in_threadpool(faulty_response, fault, exchange)
            if faulty is not None:
                return faulty
        try:
            if exchange.allowance.exceeded and not exchange.is_api:
                return login_rate_limit_response(exchange.allowance.allowed)
            if exchange.allowance.exceeded:
                raise exchange.allowance.error()
            if exchange.is_api:
                token = self.simulator.tokens.check(exchange.token)
                self._check_known(token)
                exchange.scope["state"]["client_id"] = token.client_id
                check_permission(exchange.operation, self.simulator.permissions)
        except PlatformError as error:
            return error_response(error, exchange.correlation_id)
        return None

    def _check_known(self, token: Token) -> None:
        """Refuse a token that the API does not know yet."""
        left = token.expires - self.simulator.clock()
        age = self.simulator.tokens.lifetime_seconds - left
        unknown = self.simulator.token_unknown_seconds
        # At an unknown of zero, rounding must not make a token too young.
        if unknown and age < unknown:
            raise PlatformError(401, "bad.credentials", "Invalid login credentials.")

    async def _change(self, exchange: Exchange, app: ASGIApp, fault: Fault) -> None:
        """Send what a fault makes of the answer."""
        start, body = await run(app, exchange)
        changed = CHANGES[fault.kind](body, fault)
        headers = MutableHeaders(raw=start["headers"])
        headers["content-length"] = str(changed.length)
        if changed.encoding is not None:
            headers["content-encoding"] = changed.encoding
        if changed.length and start["status"] == _STATUS_204:
            start["status"] = 200
        await self._send(exchange, start)
        gone = asyncio.ensure_future(disconnected(exchange.receive))
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

    async def _truncate(self, exchange: Exchange, app: ASGIApp) -> None:
        """Promise the whole body, send half of it and hang up."""
        start, body = await run(app, exchange)
        MutableHeaders(raw=start["headers"])["content-length"] = str(max(len(body), 2))
        await self._send(exchange, start)
        half = body[: len(body) // 2]
        await exchange.send({"type": "http.response.body", "body": half, "more_body": True})
        await end_connection(exchange.receive, reset=False)

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

    async def _send(self, exchange: Exchange, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=message["headers"])
            headers["ININ-Correlation-Id"] = exchange.correlation_id
            headers["Date"] = format_datetime(self._time(), usegmt=True)
            if exchange.is_api and exchange.scope["state"]["shows_rate_limit"]:
                for name, value in exchange.allowance.headers().items():
                    headers.setdefault(name, value)
            # Before the client can see the answer, so that it finds the request in the log.
            self._log(exchange, message["status"])
        await exchange.send(message)

    def _time(self) -> datetime:
        """The time that answers tell: the one set for the organisation, or the machine's."""
        simulator = self.simulator
        return datetime.now(timezone.utc) if simulator.now is None else simulator.moment

    def _log(self, exchange: Exchange, status: int | None) -> None:
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


def _read_document(path: str, headers: Headers, body: bytes) -> object:
    """The body as JSON or as a form, without secrets; None when it cannot be read."""
    try:
        if headers.get("content-type", "").startswith("application/x-www-form"):
            form = dict(parse_qsl(body.decode(), keep_blank_values=True))
            return loggable_document(path, form)
        return loggable_document(path, json.loads(body)) if body else None
    except (ValueError, RecursionError):
        return None
