"""The command line: the files that it reads, and its errors, each in one line."""

from __future__ import annotations

import io
import json
import sys
import traceback
from pathlib import Path
from typing import IO, Any

from singer_sdk.plugin_base import SingerCommand
from typing_extensions import override

from tap_genesys_search.errors import StateError, TapGenesysSearchError
from tap_genesys_search.singer.pages.map_errors import explain_map


class OneLineErrors(SingerCommand):
    """The tap's command, which reports a failure in one line and never with a traceback.

    An error from a stream map or a bug may quote a customer's data, so its message is left out.
    """

    @override
    def main(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().main(*args, **kwargs)
        except TapGenesysSearchError as error:
            self.logger.error("%s", error)  # noqa: TRY400
        except Exception as error:  # noqa: BLE001
            self.logger.error("%s", _explain_unexpected(error))  # noqa: TRY400
            places = "".join(traceback.format_tb(error.__traceback__))
            self.logger.debug("%s came from\n%s", type(error).__name__, places)
        sys.exit(1)


def read_state(file: IO[str] | None) -> IO[str] | None:
    """Check a `--state` file. A whole STATE message counts as its value.

    Raises:
        StateError: The file is not a state.
    """
    if file is None:
        return None
    content = _read_object(file, "--state")
    state = content.get("value") if content.get("type") == "STATE" else content
    bookmarks = state.get("bookmarks") if isinstance(state, dict) else None
    if state != {} and not (
        isinstance(bookmarks, dict) and all(isinstance(one, dict) for one in bookmarks.values())
    ):
        raise StateError(
            f"--state {file.name}: this is not a Singer state. Give the value of the last STATE "
            'message, {"bookmarks": …}'
        )
    return io.StringIO(json.dumps(state))


def read_catalog(file: IO[str] | None) -> IO[str] | None:
    """Check a `--catalog` file.

    Raises:
        StateError: The file is not a catalog.
    """
    if file is None:
        return None
    catalog = _read_object(file, "--catalog")
    if not isinstance(catalog.get("streams"), list):
        raise StateError(
            f"--catalog {file.name}: this is not a Singer catalog. Give what --discover writes"
        )
    known = set[str]()
    for entry in catalog["streams"]:
        if isinstance(entry, dict):
            stream = str(entry.get("tap_stream_id"))
            if stream in known:
                raise StateError(f"--catalog {file.name}: stream {stream!r} is there twice")
            known.add(stream)
            if entry.get("stream", stream) != stream:
                raise StateError(
                    f"--catalog {file.name}: stream {stream!r} is called {entry['stream']!r}. "
                    "To rename a stream, set __alias__ in stream_maps"
                )
    return io.StringIO(json.dumps(catalog))


def explain_file(error: OSError | ValueError) -> str:
    """Explain why a file of settings can't be read, without quoting the file."""
    if isinstance(error, json.JSONDecodeError) or hasattr(error, "lineno"):
        place = f"line {getattr(error, 'lineno', '?')}, column {getattr(error, 'colno', '?')}"
        return f"not JSON ({place})"
    return (
        "no such file, or it can't be read" if isinstance(error, OSError) else "not a JSON object"
    )


def _read_object(file: IO[str], option: str) -> dict[str, Any]:
    try:
        content = json.loads(file.read())
    except (OSError, ValueError) as error:
        raise StateError(f"{option} {file.name}: {explain_file(error)}") from None
    finally:
        # A run that fails would leave it to the end of Python, which warns of it. Not of stdin.
        getattr(file, "close_intelligently", file.close)()
    if not isinstance(content, dict):
        raise StateError(f"{option} {file.name}: not a JSON object")
    return content


def _explain_unexpected(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    kind = type(error).__name__
    if any(Path(frame.filename).parts[-2:] == ("singer_sdk", "mapper.py") for frame in frames):
        return explain_map(error)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "start"
    return (
        f"Unexpected {kind} at {place}. This is a bug: please report it with what "
        "TAP_GENESYS_SEARCH_LOGLEVEL=DEBUG shows; the state is kept"
    )
