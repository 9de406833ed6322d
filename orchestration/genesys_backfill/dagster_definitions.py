"""The Dagster project: interactions as an asset with a partition a day.

A pool bounds how many partitions load at once, over all runs and machines, and each of them gets
its share of the org's request budget. Where and how they are executed is the deployment's matter.
"""

# No `from __future__ import annotations`: Dagster reads those of an asset's function.
import os
from collections.abc import Mapping
from datetime import date

import dagster as dg

from genesys_backfill.errors import BackfillError
from genesys_backfill.meltano_run import project_from, run_partition
from genesys_backfill.partition import Partition
from genesys_backfill.request_budget import budget_from
from genesys_backfill.run_log import LogLine, RunReport

POOL = "genesys_cloud"
RETRIES = dg.RetryPolicy(
    max_retries=3, delay=15, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS
)
HOUR_OF_DAY = 6
"""When a day that has passed is loaded, UTC: conversation jobs have their data hours later."""


def first_day_from(environment: Mapping[str, str]) -> date:
    """Read the first day there is a partition for.

    Raises:
        DagsterInvalidDefinitionError: It is missing, or no date.
    """
    text = environment.get("GENESYS_FIRST_DAY", "")
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = f"GENESYS_FIRST_DAY is {text!r}: set it to the first day to load, as 2026-01-05"
        raise dg.DagsterInvalidDefinitionError(message) from None


def pool_limit(instance: dg.DagsterInstance) -> int:
    """Read how many partitions may run at once.

    Raises:
        Failure: There is no limit, so no share of the budget can be told.
    """
    limits = {pool.name: pool.limit for pool in instance.event_log_storage.get_pool_limits()}
    limit = limits.get(POOL)
    if not limit:
        raise dg.Failure(
            f"The pool {POOL} has no limit: dagster instance concurrency set {POOL} 4",
            allow_retries=False,
        )
    return limit


def load_partition(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """Load one day; a failure is the tap's own line."""

    def say(line: LogLine) -> None:
        # To the step's output, which Dagster keeps: a line in its event log is a row of its
        # database.
        print(line, flush=True)  # noqa: T201
        if line.is_failure or line.level == "warning":
            context.log.log(line.level.upper(), str(line))

    partition = Partition(date.fromisoformat(context.partition_key))
    try:
        share = budget_from(os.environ).share(pool_limit(context.instance))
        report = run_partition(partition, project_from(os.environ), share, say)
    except (BackfillError, ValueError) as error:
        raise dg.Failure(str(error)) from None
    return dg.MaterializeResult(metadata=metadata(report))


def metadata(report: RunReport) -> dict[str, int | float]:
    """Write what a run has loaded as the metadata of a materialisation."""
    shown: dict[str, int | float] = {
        f"rows/{stream}": count for stream, count in sorted(report.rows.items())
    }
    shown["dagster/row_count"] = report.extracted
    if report.requests is not None:
        shown["requests"] = report.requests
    if report.hit_rate is not None:
        shown["hit_rate_percentage"] = report.hit_rate
    return shown


def build_definitions(first_day: date, retries: dg.RetryPolicy = RETRIES) -> dg.Definitions:
    """Build the asset, the job that loads it, and a schedule that adds each day when it is over.

    Args:
        first_day: There is a partition for this day and each that has passed since, UTC.
        retries: How often a partition that fails is tried again.
    """
    days = dg.DailyPartitionsDefinition(start_date=first_day.isoformat())
    interactions = dg.asset(
        name="genesys_interactions",
        description="Interactions, their facets and the audits of their searches, in the warehouse",
        partitions_def=days,
        pool=POOL,
        retry_policy=retries,
        kinds={"meltano"},
    )(load_partition)
    by_day = dg.define_asset_job("interactions_by_day", [interactions], partitions_def=days)
    return dg.Definitions(
        assets=[interactions],
        jobs=[by_day],
        schedules=[dg.build_schedule_from_partitioned_job(by_day, hour_of_day=HOUR_OF_DAY)],
    )


@dg.definitions
def defs() -> dg.Definitions:
    """Build the definitions that Dagster loads."""
    return build_definitions(first_day_from(os.environ))
