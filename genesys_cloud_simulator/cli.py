"""The command `genesys-cloud-simulator`: serve a generated organisation until interrupted."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from genesys_cloud_simulator.cli_behaviour import add_behaviour, behaviour
from genesys_cloud_simulator.faults.fault import Fault
from genesys_cloud_simulator.faults.kinds import FAULT_KINDS, OPERATIONS
from genesys_cloud_simulator.offer import PERMISSIONS, SEARCH_APIS
from genesys_cloud_simulator.org.org import Org
from genesys_cloud_simulator.timestamps import format_timestamp, parse_timestamp

if TYPE_CHECKING:
    from collections.abc import Sequence

    from genesys_cloud_simulator.server import Simulator


_EXTRA_PACKAGES = frozenset({"anyio", "h11", "starlette", "uvicorn"})

_LARGEST_PORT = 65535


def main(argv: Sequence[str] | None = None) -> int:
    """Serve a simulator.

    Args:
        argv: The arguments; those of the process when not given.

    Returns:
        The exit code.
    """
    arguments = _parser().parse_args(argv)
    try:
        from genesys_cloud_simulator.server import Simulator  # noqa: PLC0415
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _EXTRA_PACKAGES:
            raise
        sys.stderr.write(
            "The simulator needs further packages. Install them with: "
            f"{sys.executable} -m pip install starlette uvicorn\n"
        )
        return 1
    try:
        org = Org(arguments.seed, arguments.start, arguments.days, arguments.interactions)
    except (ValueError, OverflowError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    simulator = Simulator(
        org,
        client_id=arguments.client_id,
        client_secret=arguments.client_secret,
        requests_per_minute=arguments.requests_per_minute,
        token_lifetime_seconds=arguments.token_lifetime_seconds,
        query_seconds=arguments.query_seconds,
        now=arguments.now,
        availability_lag_hours=arguments.availability_lag_hours,
        search_apis=frozenset(arguments.offer or SEARCH_APIS),
        strict_scope=arguments.strict_scope,
        permissions=frozenset(
            PERMISSIONS if arguments.permission is None else arguments.permission
        ),
        **behaviour(arguments),  # type: ignore[arg-type]
    )
    simulator.faults.schedule(*arguments.fault)
    return _serve(simulator, arguments.host, arguments.port)


def _serve(simulator: Simulator, host: str, port: int) -> int:
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    try:
        with simulator.running(port, host) as url:
            sys.stderr.write(_description(simulator, url))
            # A wait without a timeout cannot be interrupted on Windows.
            while not stop.wait(0.5):
                pass
    except OSError as error:
        sys.stderr.write(f"Cannot listen on {host}:{port}: {error.strerror or error}\n")
        return 1
    except KeyboardInterrupt:
        pass
    return 0


def _description(simulator: Simulator, url: str) -> str:
    org = simulator.org
    config = {
        "client_id": simulator.client_id,
        "client_secret": simulator.client_secret,
        "auth_url": url,
        "api_url": url,
        "start_date": format_timestamp(org.start),
        "end_date": format_timestamp(org.end),
    }
    return (
        f"Genesys Cloud simulator on {url}\n"
        f"  client id      {simulator.client_id}\n"
        f"  client secret  {simulator.client_secret}\n"
        f"  start date     {config['start_date']}\n"
        f"  end date       {config['end_date']}\n"
        f"  interactions   {org.interactions}\n"
        f"  summary        {url}/simulator/summary\n"
        f"Example config:\n{json.dumps(config, indent=2)}\n"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="genesys-cloud-simulator",
        description="Serve a generated Genesys Cloud organisation over HTTP.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to listen on")
    add("--port", type=_port, default=8080, help="port to listen on, any free one when 0")
    add("--seed", type=int, default=1, help="decides every interaction")
    add("--start", type=_midnight, default="2026-01-05", help="first day, as YYYY-MM-DD")
    add("--days", type=int, default=28, help="length of the period")
    add("--interactions", type=int, default=10_000, help="number of interactions in the period")
    add("--client-id", default="simulator-client", help="id of the OAuth client")
    add("--client-secret", default="simulator-secret", help="secret of the OAuth client")
    add("--requests-per-minute", type=_positive, default=300, help="rate limit of a client")
    add("--token-lifetime-seconds", type=_positive, default=86_400, help="lifetime of a token")
    add("--query-seconds", type=float, default=1.0, help="about how long a query takes")
    add(
        "--now",
        type=_moment,
        help="the moment it is in the organisation, such as 2026-01-20T12:00:00Z; "
        "a day after the period when not given",
    )
    add(
        "--availability-lag-hours",
        type=float,
        default=6.0,
        help="how far the data of the conversation jobs is behind",
    )
    add(
        "--offer",
        action="append",
        choices=sorted(SEARCH_APIS),
        help="a search API that the organisation has, all when not given; may be repeated",
    )
    add(
        "--permission",
        action="append",
        choices=sorted(PERMISSIONS),
        metavar="PERMISSION",
        help="a permission that the OAuth client has, all that are needed when not given; may be "
        "repeated: " + ", ".join(sorted(PERMISSIONS)),
    )
    add("--strict-scope", action="store_true", help="refuse tokens of another scope")
    add(
        "--fault",
        type=_fault,
        action="append",
        default=[],
        metavar="KIND[:ON[:NTH[:TIMES]]]",
        help="schedule a fault, such as server_error:poll:3 or absent_total:query:1:always; may be "
        f"repeated; KIND is {_alternatives(FAULT_KINDS)}; ON is the operation that it strikes, any "
        f"when not given: {_alternatives(OPERATIONS)}; NTH is the first request that it strikes, 1 "
        "when not given; TIMES is how many it strikes one after the other, 1 when not given, "
        "always for all",
    )
    add_behaviour(parser)
    return parser


def _alternatives(names: Sequence[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} or {last}"


def _midnight(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=timezone.utc)
    except ValueError:
        message = f"{text!r} is not a date as YYYY-MM-DD"
        raise argparse.ArgumentTypeError(message) from None


def _moment(text: str) -> datetime:
    try:
        return parse_timestamp(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > _LARGEST_PORT:
        message = f"{text!r} is not a port from 0 to {_LARGEST_PORT}"
        raise argparse.ArgumentTypeError(message)
    return int(text)


def _positive(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) == 0:
        message = f"{text!r} is not a number from 1"
        raise argparse.ArgumentTypeError(message)
    return int(text)


def _fault(text: str) -> Fault:
    kind, _, rest = text.partition(":")
    on, _, rest = rest.partition(":")
    nth, _, times = rest.partition(":")
    try:
        # Fault checks the words itself, for those that come as JSON.
        return Fault(
            kind,  # type: ignore[arg-type]
            on=on or "any",
            nth=int(nth or 1),
            times=None if times == "always" else int(times or 1),
        )
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


if __name__ == "__main__":
    sys.exit(main())
