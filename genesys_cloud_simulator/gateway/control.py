"""Routes that look into the simulator, for demos and tests; the platform has none of them."""

from __future__ import annotations

import dataclasses
import json
from itertools import islice
from typing import TYPE_CHECKING

from starlette.responses import StreamingResponse
from starlette.routing import Route

from genesys_cloud_simulator.errors import PlatformError, json_response
from genesys_cloud_simulator.faults.fault import Fault
from genesys_cloud_simulator.timestamps import format_timestamp, parse_timestamp

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from starlette.requests import Request
    from starlette.responses import Response

    from genesys_cloud_simulator.state.platform import SimulatedPlatform


_FAULT_FIELDS = frozenset(field.name for field in dataclasses.fields(Fault))

_LINES_AT_ONCE = 1000


def routes(simulator: SimulatedPlatform) -> list[Route]:
    """Build the routes that look into a simulator.

    Args:
        simulator: The simulator.

    Returns:
        The routes.
    """
    org = simulator.org

    async def summary(request: Request) -> Response:
        return json_response(
            {
                "interactions": org.interactions,
                "start": format_timestamp(org.start),
                "end": format_timestamp(org.end),
                "by_day": {day.isoformat(): count for day, count in org.count_by_day().items()},
                "search_apis": sorted(simulator.search_apis),
                "now": format_timestamp(simulator.moment),
                "data_availability": format_timestamp(simulator.data_availability),
                "ids_url": str(request.url_for("tools.ids")),
            }
        )

    async def ids(request: Request) -> Response:
        start = _date(request.query_params, "start", org.start)
        end = _date(request.query_params, "end", org.end)
        return StreamingResponse(_lines(org.ids_between(start, end)), media_type="text/plain")

    async def move(request: Request) -> Response:
        try:
            document = json.loads(await request.body())
            simulator.now = parse_timestamp(document["now"])
        except (ValueError, TypeError, KeyError):
            message = 'The body is not {"now": "2026-01-20T12:00:00Z"} or the like'
            raise PlatformError(400, "bad.request", message) from None
        return json_response({"now": format_timestamp(simulator.moment)})

    async def schedule(request: Request) -> Response:
        try:
            document = json.loads(await request.body())
        except ValueError:
            raise PlatformError(400, "bad.request", "The body is not valid JSON") from None
        faults = [_fault(one) for one in (document if isinstance(document, list) else [document])]
        simulator.faults.schedule(*faults)
        return json_response({"scheduled": len(faults)}, 201)

    async def requests(_: Request) -> Response:
        log = simulator.log
        return json_response(
            {
                "total": log.by_operation.total(),
                "by_operation": dict(log.by_operation),
                "by_status": dict(log.by_status),
                "by_fault": dict(log.by_fault),
                "most_open_searches": simulator.open_searches.most,
            }
        )

    return [
        Route("/simulator/summary", summary, methods=["GET"], name="tools.summary"),
        Route("/simulator/ids", ids, methods=["GET"], name="tools.ids"),
        Route("/simulator/now", move, methods=["PUT"], name="tools.now"),
        Route("/simulator/faults", schedule, methods=["POST"], name="tools.faults"),
        Route("/simulator/requests", requests, methods=["GET"], name="tools.requests"),
    ]


def _date(params: Mapping[str, str], name: str, default: datetime) -> datetime:
    text = params.get(name)
    if text is None:
        return default
    try:
        return parse_timestamp(text)
    except ValueError as error:
        raise PlatformError(400, "invalid.date", str(error), name) from None


def _lines(ids: Iterator[str]) -> Iterator[str]:
    while lines := list(islice(ids, _LINES_AT_ONCE)):
        yield "\n".join(lines) + "\n"


def _fault(document: object) -> Fault:
    if not isinstance(document, dict) or not document.keys() <= _FAULT_FIELDS:
        message = f"A fault is an object with {', '.join(sorted(_FAULT_FIELDS))}"
        raise PlatformError(400, "bad.request", message)
    try:
        if document.get("touching") is not None:
            document = {**document, "touching": parse_timestamp(document["touching"])}
        return Fault(**document)
    except (TypeError, ValueError) as error:
        raise PlatformError(400, "invalid.value", str(error)) from None
