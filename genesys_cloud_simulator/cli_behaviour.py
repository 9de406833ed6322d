"""The options of the command that say how the platform behaves."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from genesys_cloud_simulator.offer import SEARCH_APIS
from genesys_cloud_simulator.state.behaviour import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable


# The options with a number, and what they are called in the simulator.
_NUMBERS: tuple[tuple[str, Callable[[str], float], str], ...] = (
    ("max_open_jobs", int, "how many conversation jobs may be open at once"),
    ("job_submissions_per_second", int, "how many jobs may be submitted in a second"),
    ("job_unknown_seconds", float, "for how long after its submission a job is not found"),
    ("job_result_limit", int, "how many results of a job can be read"),
    ("time_speed", float, "how many seconds go by in the org in each second"),
    ("arrivals_per_second", float, "how many conversations begin in each second"),
    ("token_requests_per_minute", int, "how many logins a client may send in a minute"),
    ("token_unknown_seconds", float, "for how long after the login a token is refused"),
    ("largest_answer_rows", int, "answers of more rows are refused as too large"),
    ("largest_answer_bytes", int, "answers of more bytes are refused as too large"),
    ("further_users", int, "how many users there are besides those in conversations"),
)


def add_behaviour(parser: argparse.ArgumentParser) -> None:
    """Add the options to a parser.

    Args:
        parser: The parser.
    """
    group = parser.add_argument_group("how the platform behaves")
    for name, kind, text in _NUMBERS:
        group.add_argument(
            f"--{name.replace('_', '-')}",
            type=_at_least_zero(kind),
            default=argparse.SUPPRESS,
            help=text,
        )
    group.add_argument(
        "--total-limit",
        type=_total_limit,
        action="append",
        default=[],
        metavar="API=NUMBER",
        help="the largest total that a search API names; may be repeated",
    )
    group.add_argument(
        "--dialect-refusal",
        type=_refusal,
        metavar="STATUS:CODE:TEXT",
        help="how an org without the interaction search refuses one; as a missing interval when "
        "not given",
    )


def behaviour(arguments: argparse.Namespace) -> dict[str, object]:
    """Take the options from parsed arguments.

    Args:
        arguments: The arguments.

    Returns:
        The options of the simulator that were given.
    """
    given = {name: getattr(arguments, name) for name, _, _ in _NUMBERS if hasattr(arguments, name)}
    return {
        **given,
        "total_limits": dict(arguments.total_limit),
        "dialect_refusal": arguments.dialect_refusal,
    }


def _at_least_zero(kind: Callable[[str], float]) -> Callable[[str], float]:
    def read(text: str) -> float:
        try:
            number = kind(text)
        except ValueError:
            number = -1
        # Also refuses infinities and NaN.
        if not 0 <= number < float("inf"):
            message = f"{text!r} is not a number from 0"
            raise argparse.ArgumentTypeError(message)
        return number

    return read


def _total_limit(text: str) -> tuple[str, int]:
    api, _, limit = text.partition("=")
    if api not in SEARCH_APIS or not limit.isdecimal():
        message = f"{text!r} is not API=NUMBER with one of {', '.join(sorted(SEARCH_APIS))}"
        raise argparse.ArgumentTypeError(message)
    return api, int(limit)


def _refusal(text: str) -> Refusal:
    status, _, rest = text.partition(":")
    code, colon, message = rest.partition(":")
    if not colon or not status.isdecimal() or not 200 <= int(status) <= 599:  # noqa: PLR2004
        problem = f"{text!r} is not STATUS:CODE:TEXT with a status from 200 to 599"
        raise argparse.ArgumentTypeError(problem)
    return Refusal(int(status), code, message)
