"""Running the tap in this process and reading the Singer messages it writes."""

from __future__ import annotations

import io
import json
from collections import Counter
from contextlib import redirect_stdout
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tap_genesys_search.clock import SYSTEM_CLOCK
from tap_genesys_search.tap import TapGenesysSearch

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tap_genesys_search.clock import Clock


@dataclass(frozen=True)
class SingerRun:
    """What one run wrote, and the error that ended it, if any."""

    messages: list[dict[str, Any]]
    error: Exception | None = None

    def records(self, stream: str) -> list[dict[str, Any]]:
        return [
            message["record"]
            for message in self.messages
            if message["type"] == "RECORD" and message["stream"] == stream
        ]

    def ids(self) -> list[str]:
        return [record["id"] for record in self.records("interactions")]

    def counts(self) -> Counter[tuple[str, str | None]]:
        return Counter((message["type"], message.get("stream")) for message in self.messages)

    def states(self) -> list[dict[str, Any]]:
        return [message["value"] for message in self.messages if message["type"] == "STATE"]

    def bookmarks(self) -> dict[str, str]:
        """Last state: stream to bookmark, streams without one left out."""
        last = self.states()[-1]["bookmarks"] if self.states() else {}
        return {
            stream: state["replication_key_value"]
            for stream, state in last.items()
            if "replication_key_value" in state
        }


def catalog_of(*streams: str, **config: Any) -> dict[str, Any]:
    """Select some streams, with all the columns that a configuration gives them, and no others."""
    catalog: dict[str, Any] = json.loads(_discover(config, validate_config=False))
    for entry in catalog["streams"]:
        for one in entry["metadata"]:
            if not one["breadcrumb"]:
                one["metadata"]["selected"] = entry["tap_stream_id"] in streams
    return catalog


def run_tap(
    config: dict[str, Any],
    *,
    state: dict[str, Any] | None = None,
    catalog: dict[str, Any] | None = None,
    select: Iterable[str] = (),
    deselect: Iterable[str] = (),
    clock: Clock = SYSTEM_CLOCK,
) -> SingerRun:
    """Sync the streams selected by default, more or fewer; an error is handed back."""
    if select:
        catalog = catalog_with(config, select)
    output = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    error = None
    with redirect_stdout(output):
        tap = TapGenesysSearch(
            config=dict(config),
            state=json.loads(json.dumps(state or {})),
            catalog=catalog,
            clock=clock,
        )
        for name in deselect:
            tap.streams[name].selected = False
        try:
            tap.sync_all()
        except Exception as failure:  # noqa: BLE001 - handed back
            error = failure
    output.seek(0)
    return SingerRun([json.loads(line) for line in output], error)


# No column depends on where the platform is. Most tests differ in nothing else.
_PLACES = frozenset({"api_url", "auth_url", "webhook_url"})

_discovered: dict[str, str] = {}


def _discover(config: dict[str, Any], *, validate_config: bool) -> str:
    asked = {name: value for name, value in config.items() if name not in _PLACES}
    key = json.dumps([asked, validate_config], sort_keys=True)
    if key not in _discovered:
        tap = TapGenesysSearch(config=dict(config), validate_config=validate_config)
        _discovered[key] = tap.catalog_json_text
    return _discovered[key]


def catalog_with(config: dict[str, Any], select: Iterable[str]) -> dict[str, Any]:
    """Discover the catalog, and select some streams beside those selected by default."""
    catalog: dict[str, Any] = json.loads(_discover(config, validate_config=True))
    for entry in catalog["streams"]:
        (root,) = (one["metadata"] for one in entry["metadata"] if not one["breadcrumb"])
        root["selected"] = root["selected"] or entry["stream"] in select
    return catalog
