"""Searching without Singer: what is found is handed to functions.

from tap_genesys_search.callbacks import search_interactions

run = search_interactions(
{"client_id": …, "client_secret": …, "start_date": "2026-01-01"},
on_record=lambda record: print(record["id"]),
)
print(run.records, "interactions; next time, resume from", run.state)
"""

from __future__ import annotations

import signal
import threading
from collections import Counter
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from singer_sdk.singerlib import RecordMessage, StateMessage
from singer_sdk.singerlib.encoding import GenericSingerWriter
from typing_extensions import override

from tap_genesys_search.errors import SettingError
from tap_genesys_search.records.rows import as_dict
from tap_genesys_search.streams.searches.interactions import InteractionFacets, Interactions
from tap_genesys_search.streams.searches.search_audits import SearchAudits
from tap_genesys_search.tap import TapGenesysSearch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from singer_sdk.singerlib.encoding.simple import Message

    from tap_genesys_search.json_types import JsonObject
    from tap_genesys_search.records.rows import Records


@dataclass(frozen=True)
class SearchRun:
    """What a run of searches came to.

    Attributes:
        records: How many interactions were handed over.
        facets: How many facet buckets.
        searches: How many audits, of searches that were split or failed included.
        state: Where the next run resumes.
    """

    records: int
    facets: int
    searches: int
    state: JsonObject


def search_interactions(
    config: Mapping[str, Any],
    *,
    on_record: Callable[[JsonObject], object] | None = None,
    on_facet: Callable[[JsonObject], object] | None = None,
    on_audit: Callable[[JsonObject], object] | None = None,
    on_state: Callable[[JsonObject], object] | None = None,
    state: Mapping[str, Any] | None = None,
) -> SearchRun:
    """Search the interactions of a span of time, and hand over what is found as it comes.

    The functions are called in this thread, in the order in which the tap writes: the interactions
    of a window, its facets, its audit, then the state that covers it. A window is complete when its
    audit says so; what a run hands over of a window that it can't complete, the next one hands over
    again, with the same ids. What a function raises ends the run.

    Args:
        config: The tap's settings, by name.
        on_record: Gets each interaction, a dict with the columns of `interactions`.
        on_facet: Gets each facet bucket, as `interaction_facets` has it.
        on_audit: Gets the audit of each search, as `search_audits` has it.
        on_state: Gets each state, to be kept when what came before it is safe.
        state: Where to resume: the `state` of an earlier run. Without it the run begins at
            `start_date`.

    Returns:
        How much was handed over, and the last state.

    Raises:
        SettingError: A setting is missing or wrong.
        TapGenesysSearchError: The search failed; the message says what to do.
    """
    if config.get("batch_config"):
        raise SettingError("batch_config has no meaning here: records are handed over one by one")
    wanted = {
        Interactions.name: on_record,
        InteractionFacets.name: on_facet,
        SearchAudits.name: on_audit,
    }
    writer = _HandingOver(
        {stream: call for stream, call in wanted.items() if call is not None}, on_state
    )
    with _own_signal_handlers():
        tap = TapGenesysSearch(config=dict(config), state=dict(state or {}), message_writer=writer)
    chosen = {Interactions.name, SearchAudits.name, *writer.calls}  # facets may cost requests
    for stream in tap.streams.values():
        stream.selected = stream.name in chosen
    tap.sync_all()
    return SearchRun(
        records=writer.records_written[Interactions.name],
        facets=writer.records_written[InteractionFacets.name],
        searches=writer.records_written[SearchAudits.name],
        state=writer.state,
    )


class _HandingOver(GenericSingerWriter[str, "Message"]):
    """Hands records and states to functions, instead of writing messages.

    Args:
        calls: Stream to what gets its records.
        on_state: Gets the states.
    """

    def __init__(
        self,
        calls: Mapping[str, Callable[[JsonObject], object]],
        on_state: Callable[[JsonObject], object] | None,
    ) -> None:
        super().__init__()
        self.calls = calls
        self._on_state = on_state
        self.records_written: Counter[str] = Counter()
        self.state: JsonObject = {}

    @override
    def write_message(self, message: Message) -> None:
        if isinstance(message, RecordMessage):
            self._hand_over(message.stream, dict(message.record))
        elif isinstance(message, StateMessage):
            self.state = deepcopy(dict(message.value))
            if self._on_state:
                self._on_state(self.state)

    def write_records(self, stream: str, records: Records, version: int | None) -> None:  # noqa: ARG002
        """Hand over records of a page."""
        for record in records:
            self._hand_over(stream, as_dict(record))

    def check_reader(self) -> None:
        """Find nothing wrong: who is called is there."""

    def _hand_over(self, stream: str, record: JsonObject) -> None:
        self.records_written[stream] += 1
        call = self.calls.get(stream)
        if call:
            call(record)

    @override
    def serialize_message(self, message: Message) -> str:
        raise NotImplementedError


@contextmanager
def _own_signal_handlers() -> Iterator[None]:
    """Leave the program its signal handlers, which a tap sets as it is made."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    own = {one: signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for one, handler in own.items():
            signal.signal(one, handler)
