"""The server of conversation jobs, a process: `python -m benchmarks.conversation_server`.

Pages are written before it says where it is, so that it is at least as fast as what it measures.
"""

from __future__ import annotations

import argparse
import asyncio
from contextlib import suppress

from benchmarks.conversation_platform import ConversationPlatform
from benchmarks.server import serve


def main() -> None:
    """Read the command line and serve until stopped."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--days", type=int, required=True)
    parser.add_argument("--conversations", type=int, required=True, help="a day, about")
    parser.add_argument("--page-size", type=int, required=True)
    options = parser.parse_args()
    platform = ConversationPlatform(options.days, options.conversations, options.page_size)
    with suppress(KeyboardInterrupt):
        asyncio.run(serve(platform, options.port, 0.0))


if __name__ == "__main__":
    main()
