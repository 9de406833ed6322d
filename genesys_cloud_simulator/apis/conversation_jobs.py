"""Conversation jobs: submit, wait until fulfilled, read the results page by page with a cursor.

Where the platform's documentation is silent: a deletion is answered with 204; a deleted job is
not found; a page that reaches beyond the results that can be read is refused; the results of a
job that is not fulfilled are refused with 400, those of an expired one with 404; an expired job has
the status `EXPIRED` for one more lifetime, and is then forgotten; `startOfDayIntervalMatching`
leaves out conversations that began before the interval's first day.
"""

from __future__ import annotations

import uuid
import zlib
from array import array
from dataclasses import dataclass
from datetime import datetime, time, timezone
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.routing import Route

from genesys_cloud_simulator.errors import PlatformError, json_response
from genesys_cloud_simulator.faults.pages import faulty_rows, faulty_slice, page_response
from genesys_cloud_simulator.searches.job_limits import JobLimits
from genesys_cloud_simulator.searches.job_store import Job, Jobs, JobSearch
from genesys_cloud_simulator.searches.lost_jobs import check_readable
from genesys_cloud_simulator.searches.pace import pace
from genesys_cloud_simulator.timestamps import format_timestamp
from genesys_cloud_simulator.validation.body import (
    bad_request,
    boolean,
    integer,
    query_integer,
    read_json,
)
from genesys_cloud_simulator.validation.details.intervals import IntervalLimits
from genesys_cloud_simulator.validation.details.query import (
    arrange,
    pagination_problem,
    read_query,
    read_search,
)
from genesys_cloud_simulator.views.conversations import ConversationView

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request

    from genesys_cloud_simulator.conversations.model import Properties
    from genesys_cloud_simulator.faults.fault import Fault
    from genesys_cloud_simulator.faults.kinds import Stage
    from genesys_cloud_simulator.state.platform import SimulatedPlatform


PATH = "/api/v2/analytics/conversations/details/jobs"

_KEYS = ("limit", "startOfDayIntervalMatching")

DEFAULT_PAGE = 1000


@dataclass(frozen=True)
class _Api:
    """The operations on one simulator's jobs."""

    simulator: SimulatedPlatform
    jobs: Jobs
    limits: JobLimits

    async def submit(self, request: Request) -> Response:
        simulator = self.simulator
        self.limits.check_rate(request)
        body = read_json(request.headers.get("content-type", ""), await request.body())
        search = _read(body, simulator)
        for job_id in self.jobs.forget():
            simulator.open_searches.closed(job_id)
        view = ConversationView(simulator.org, simulator.data_availability)
        # In a thread: a large search takes a while, and other requests must not wait.
        ordinals = await run_in_threadpool(_matching, view, search)
        # Only now, with nothing to wait for in between: submissions may come at once.
        self.limits.check_open(request)
        job_id = str(uuid.uuid4())
        job = Job(
            job_id=job_id,
            client_id=request.state.client_id,
            search=search,
            view=view,
            ordinals=ordinals,
            submitted=simulator.clock(),
            submission=simulator.moment,
            seconds=simulator.query_seconds * pace(search),
            lifetime=simulator.job_lifetime_seconds,
        )
        self.jobs.jobs[job_id] = job
        simulator.open_searches.opened(job_id)
        return json_response({"jobId": job_id}, simulator.job_submit_status)

    async def status(self, request: Request) -> Response:
        job = self._find(request, "job_status")
        job.fault = job.fault or self._take_fault(request, job, "query", "job_status")
        if job.fault is not None:
            request.state.fault = job.fault.kind
        now = self.simulator.clock()
        if not job.unfinished(now):
            self.simulator.open_searches.closed(job.job_id)
        return json_response(job.status(now))

    async def results(self, request: Request) -> Response:
        params = request.query_params
        job = self._find(request, "job_results", is_first_page="cursor" not in params)
        size = query_integer(params, "pageSize", DEFAULT_PAGE, self.simulator.largest_job_page)
        offset = _offset(job, params.get("cursor"))
        state = job.state(self.simulator.clock())
        if state == "EXPIRED":
            raise PlatformError(404, "not.found", f"The results of job {job.job_id} have expired")
        if state != "FULFILLED":
            bad_request(f"Job {job.job_id} has no results, its state is {state}")
        limit = self.simulator.job_result_limit
        if min(offset + size, len(job.ordinals)) > limit:
            bad_request(pagination_problem(limit), "cursor")
        first = offset == 0
        fault = self._take_fault(request, job, "page", "job_results", is_first_page=first)
        if self.simulator.short_job_pages:
            size = _shorter(size, offset)
        return await run_in_threadpool(_page, job, offset, size, fault)

    async def delete(self, request: Request) -> Response:
        job = self._find(request, "job_delete")
        del self.jobs.jobs[job.job_id]
        self.simulator.open_searches.closed(job.job_id)
        return Response(status_code=204)

    async def availability(self, _: Request) -> Response:
        moment = format_timestamp(self.simulator.data_availability)
        return json_response({"dataAvailabilityDate": moment})

    def _find(self, request: Request, operation: str, *, is_first_page: bool = False) -> Job:
        unknown = self.simulator.job_unknown_seconds
        job = self.jobs.find(request.path_params["job_id"], request.state.client_id, unknown)
        job.lost = job.lost or self._take_fault(
            request, job, "job", operation, is_first_page=is_first_page
        )
        if job.lost is not None:
            request.state.fault = job.lost.kind
            self.simulator.open_searches.closed(job.job_id)
        check_readable(job, operation, is_first_page=is_first_page)
        return job

    def _take_fault(
        self,
        request: Request,
        job: Job,
        stage: Stage,
        operation: str,
        *,
        is_first_page: bool = False,
    ) -> Fault | None:
        searched = (job.search.details.start, job.search.details.end)
        fault = self.simulator.faults.take(stage, operation, searched, is_first_page=is_first_page)
        if fault is not None:
            request.state.fault = fault.kind
        return fault


def routes(simulator: SimulatedPlatform) -> list[Route]:
    """Build the routes of the conversation jobs.

    Args:
        simulator: The simulator whose organisation they search.

    Returns:
        The routes.
    """
    jobs = Jobs(simulator.clock)
    api = _Api(simulator, jobs, JobLimits(simulator, jobs))
    one = f"{PATH}/{{job_id}}"
    return [
        Route(PATH, api.submit, methods=["POST"], name="jobs.job_submit"),
        Route(f"{PATH}/availability", api.availability, methods=["GET"], name="jobs.availability"),
        Route(one, api.status, methods=["GET"], name="jobs.job_status"),
        Route(one, api.delete, methods=["DELETE"], name="jobs.job_delete"),
        Route(f"{one}/results", api.results, methods=["GET"], name="jobs.job_results"),
    ]


def _matching(view: ConversationView, search: JobSearch) -> Sequence[int]:
    details = search.details
    first = None
    if search.started_only:
        first = datetime.combine(details.start.date(), time.min, timezone.utc)
    alive = array("Q", view.alive(details.start, details.end, started_from=first))
    matches = arrange(details, view, alive)
    return matches if search.limit is None else matches[: search.limit]


def _page(job: Job, offset: int, size: int, fault: Fault | None) -> Response:
    shown = faulty_slice(offset, size, fault, job.page_before(offset))
    rows = list(job.view.documents(job.ordinals[shown], attributes=True))
    answer: Properties = {
        "conversations": faulty_rows(
            rows, fault, id_name="conversationId", time_name="conversationStart"
        ),
        "dataAvailabilityDate": format_timestamp(job.view.seen),
    }
    if offset + size < len(job.ordinals):
        answer["cursor"] = job.cursor(offset + size)
    return page_response(answer, fault)


def _offset(job: Job, cursor: str | None) -> int:
    if cursor is None:
        return 0
    if cursor not in job.cursors:
        bad_request("The cursor is not one of this job", "cursor")
    return job.cursors[cursor]


def _shorter(size: int, offset: int) -> int:
    """Some pages hold fewer conversations than asked for, although more follow."""
    return max(1, size - size * (zlib.crc32(str(offset).encode()) % 4) // 20)


def _read(body: object, simulator: SimulatedPlatform) -> JobSearch:
    fields = read_query(body, _KEYS, ignores_unknown_fields=simulator.ignores_unknown_fields)
    limit = fields.get("limit")
    limits = IntervalLimits(
        simulator.unfiltered_job_interval_days, simulator.job_interval_days, simulator.moment
    )
    return JobSearch(
        read_search(fields, limits, partial_addresses=True),
        None if limit is None else integer(limit, "limit", 1, None),
        boolean(fields.get("startOfDayIntervalMatching", False), "startOfDayIntervalMatching"),
    )
