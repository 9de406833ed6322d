"""The command `tap-genesys-search`."""

from __future__ import annotations

import gc
import logging
import os
import signal
import sys
import warnings

STDERR = 2


OBJECTS_UNTIL_COLLECTION = 100_000
"""A page of records is thousands of objects, and none of them in a cycle."""


def main() -> None:
    """Run the tap."""
    # Loading it takes a second; who interrupts that needs no traceback.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    check_outputs()
    # Each is one line of the log; where in the code it comes from helps no user.
    warnings.formatwarning = lambda message, *_args, **_named: str(message)
    logging.captureWarnings(capture=True)
    gc.disable()  # looking for cycles while modules are loaded takes a twentieth of that time
    from tap_genesys_search.tap import TapGenesysSearch  # noqa: PLC0415

    gc.freeze()  # imports stay, so to look for cycles among them again and again is useless
    gc.set_threshold(OBJECTS_UNTIL_COLLECTION)
    gc.enable()
    TapGenesysSearch.cli()


def check_outputs() -> None:
    """Make up for a closed stderr; without a stdout there is nothing to do.

    Raises:
        SystemExit: Stdout is closed.
    """
    # Either is None where its descriptor is closed, which the next connection would get.
    if sys.stderr is None:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        if nowhere != STDERR:
            os.dup2(nowhere, STDERR)
            os.close(nowhere)
        sys.stderr = open(STDERR, "w", closefd=False)  # noqa: SIM115
    if sys.stdout is None:
        sys.exit("There is nowhere to write: stdout is closed. Give the tap a file or a target")


if __name__ == "__main__":
    main()
