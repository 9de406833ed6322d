"""Loads interactions day by day: a mapped task a day, held under the request budget by a pool.

The pool has as many slots as the platform allows requests a minute, and a task takes as many as it
may send: `airflow pools set genesys_cloud 300 "Requests a minute"`.
"""

from __future__ import annotations

import os
from datetime import date, timedelta
from typing import Any

from airflow.sdk import DAG, Param, task
from genesys_backfill.airflow_operator import MeltanoPartitionOperator
from genesys_backfill.partition import partitions_between

POOL = "genesys_cloud"
REQUESTS_PER_MINUTE = int(os.environ.get("GENESYS_TASK_REQUESTS_PER_MINUTE", "75"))
CONCURRENT_SEARCHES = int(os.environ.get("GENESYS_TASK_CONCURRENT_SEARCHES", "2"))


@task
def list_days(params: dict[str, Any] | None = None) -> list[str]:
    """List the days to load."""
    params = params or {}
    first_day, last_day = (date.fromisoformat(params[name]) for name in ("first_day", "last_day"))
    return [partition.key for partition in partitions_between(first_day, last_day)]


with DAG(
    "genesys_interactions_by_day",
    description="Loads the days from first_day to last_day, in parallel",
    schedule=None,
    max_active_runs=1,
    params={
        "first_day": Param(type="string", format="date"),
        "last_day": Param(type="string", format="date"),
    },
):
    MeltanoPartitionOperator.partial(
        task_id="load_day",
        pool=POOL,
        pool_slots=REQUESTS_PER_MINUTE,
        concurrent_searches=CONCURRENT_SEARCHES,
        retries=3,
        retry_delay=timedelta(seconds=15),
        retry_exponential_backoff=True,
        map_index_template="{{ task.day }}",
    ).expand(day=list_days())
