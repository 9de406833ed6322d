"""A run under faults and the one after it, held against what the org really has."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from genesys_cloud_simulator.timestamps import to_milliseconds
from genesys_cloud_simulator.views.transcripts import generate_transcript
from tap_genesys_search.errors import SearchOverdueError, TapGenesysSearchError
from tap_genesys_search.jobs.open_jobs import PATIENT_RUNS
from tests.support.singer_run import SingerRun, run_tap

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from genesys_cloud_simulator import Fault, Simulator
    from tests.support.running_simulator import RunningSimulator

# What hostile values put behind an id, as the tap writes it out.
_ID_ENDS = ("\\u0000", "\\ud800")


@dataclass(frozen=True)
class Truth:
    """What there is to be found.

    Attributes:
        times: Id to timestamp.
        ids: Timestamp to id: no two have the same one.
        end: The bookmark of who has all of it.
    """

    times: dict[str, str]
    ids: dict[str, str]
    end: str

    def before(self, bookmark: str) -> set[str]:
        """List the ids of what is older than a bookmark."""
        return {one for one, time in self.times.items() if time < bookmark}

    def identify(self, record: dict[str, Any]) -> str:
        """Tell which one a record is, also where a fault took or changed its id.

        No fault takes id and timestamp at once.
        """
        found = self.ids.get(record["timestamp"])
        if found is not None:
            return found
        text = str(record["id"])
        for end in _ID_ENDS:
            text = text.removesuffix(end)
        return text


def find_truth(simulator: Simulator, api: str) -> Truth:
    """Read from the org itself what an API has to find."""
    org = simulator.org
    if api == "transcript_search":
        moment = to_milliseconds(simulator.moment)
        made = (
            generate_transcript(interaction, moment)
            for interaction in org.interactions_between(org.start, org.end)
        )
        times = {str(one["transcriptId"]): str(one["startTime"]) for one in made if one}
    else:
        times = {
            str(one["id"]): str(one["timestamp"])
            for one in org.interactions_between(org.start, org.end)
        }
    ids = {time: one for one, time in times.items()}
    assert len(ids) == len(times)
    return Truth(times, ids, f"{org.end:%Y-%m-%dT%H:%M:%S}.000Z")


@dataclass(frozen=True)
class Outcome:
    """What became of a schedule of faults.

    Attributes:
        first: The run under faults.
        second: The run after it, without faults, from the last state of the first. Where a search
            that a fault has made endless stays so, with the runs after that.
        struck: The faults that struck the first.
        requests: How many requests both sent.
    """

    first: SingerRun
    second: SingerRun
    struck: Sequence[Fault]
    requests: int

    @property
    def kinds(self) -> set[str]:
        """Kinds of the faults that struck."""
        return {fault.kind for fault in self.struck}


def run_schedule(
    running: RunningSimulator,
    config: dict[str, Any],
    faults: Sequence[Fault],
    select: Sequence[str] = (),
) -> Outcome:
    """Run under faults, and once more without."""
    with running.begun_anew() as simulator:
        simulator.faults.schedule(*faults)
        first = run_tap(config, select=select)
        struck = simulator.faults.struck
        simulator.faults.clear()
        second = run_tap(config, state=last_state(first), select=select)
        for _ in range(PATIENT_RUNS):
            # What a fault has made endless stays so, until a run submits it anew.
            if not isinstance(second.error, SearchOverdueError):
                break
            again = run_tap(config, state=last_state(second), select=select)
            second = SingerRun([*second.messages, *again.messages], again.error)
        return Outcome(first, second, struck, len(simulator.requests))


def last_state(run: SingerRun) -> dict[str, Any]:
    return (run.states() or [{}])[-1]


@dataclass
class Examiner:
    """Finds what is wrong with the runs of one search API.

    Attributes:
        truth: What there is to be found.
        spare: By how many records a total may be off.
    """

    truth: Truth
    spare: int = 0
    _problems: list[str] = field(default_factory=list)

    def problems(self, outcome: Outcome) -> list[str]:
        """List what is wrong, in words that name the rule broken."""
        return [
            *self._of_ending(outcome.first),
            *self._of_states(outcome.first),
            *self._of_audits(outcome),
            *self._of_second(outcome),
        ]

    def _of_ending(self, run: SingerRun) -> Iterator[str]:
        if run.error is None:
            missing = self.truth.times.keys() - self._found(run)
            if missing:
                yield f"ended well without {len(missing)} records"
            if run.bookmarks().get("interactions") != self.truth.end:
                yield f"ended well with bookmarks {run.bookmarks()}"
        elif not isinstance(run.error, TapGenesysSearchError):
            yield f"ended with {run.error!r}"
        elif len(str(run.error).splitlines()) != 1 or not str(run.error).isprintable():
            yield f"ended with an error of several lines: {run.error!r}"

    def _of_states(self, run: SingerRun) -> Iterator[str]:
        """See that each state comes after all that it covers."""
        written: set[str] = set()
        latest = ""
        for message in run.messages:
            if message["type"] == "RECORD" and message["stream"] == "interactions":
                written.add(self.truth.identify(message["record"]))
            if message["type"] == "STATE":
                for stream, state in message["value"]["bookmarks"].items():
                    bookmark = state.get("replication_key_value", "")
                    lost = self.truth.before(bookmark) - written
                    if lost:
                        yield f"state of {stream} covers {len(lost)} records not written"
                    latest = max(latest, bookmark)
        for audit in run.records("search_audits"):
            if audit["status"] == "failed" and latest > audit["window_start"]:
                yield f"bookmark {latest} is past the failed window {audit['window_start']}"

    def _of_audits(self, outcome: Outcome) -> Iterator[str]:
        audits = outcome.first.records("search_audits")
        for audit in audits:
            counted = (audit["extracted_records"], audit["total_matching_records"])
            if audit["status"] == "completed" and abs(counted[1] - counted[0]) > self.spare:
                if "duplicate_ids" not in outcome.kinds:
                    yield f"completed with {counted[0]} of {counted[1]}"
            elif audit["status"] == "completed" and audit["error"] is not None:
                yield "completed with an error"
        failed = [audit["status"] == "failed" for audit in audits]
        if outcome.first.error is not None and sum(failed) != 1:
            yield f"failed with audits {[audit['status'] for audit in audits]}"
        elif outcome.first.error is None and any(failed):
            yield "ended well with a failed audit"
        elif outcome.first.error is not None and (
            not failed[-1] or audits[-1]["error"] != str(outcome.first.error)
        ):
            yield f"the last audit says {audits[-1]['error']!r}, the run {outcome.first.error!r}"

    def _of_second(self, outcome: Outcome) -> Iterator[str]:
        second = outcome.second
        if second.error is not None:
            yield f"the run after it fails: {second.error!r}"
            return
        missing = self.truth.times.keys() - self._found(outcome.first) - self._found(second)
        if missing:
            yield f"{len(missing)} records came in neither run"
        again = set(second.ids())
        expected = self.truth.times.keys() - self.truth.before(self._bookmark(outcome.first))
        if not expected <= again or again - self.truth.times.keys():
            yield "the run after it does not give what is left under its own ids"
        if set(second.bookmarks().values()) != {self.truth.end}:
            yield f"the run after it ends with bookmarks {second.bookmarks()}"

    def _bookmark(self, run: SingerRun) -> str:
        return run.bookmarks().get("interactions", "")

    def _found(self, run: SingerRun) -> set[str]:
        return {self.truth.identify(record) for record in run.records("interactions")}
