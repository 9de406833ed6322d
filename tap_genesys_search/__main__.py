"""The command `tap-genesys-search`."""

from __future__ import annotations

import signal


def main() -> None:
    """Run the tap."""
    # Loading it takes a second; who interrupts that needs no traceback.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from tap_genesys_search.tap import TapGenesysSearch  # noqa: PLC0415

    TapGenesysSearch.cli()


if __name__ == "__main__":
    main()
