"""An Airflow operator that loads one day."""

from __future__ import annotations

import logging
import os
from datetime import date
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowException

from genesys_backfill.errors import BackfillError
from genesys_backfill.meltano_run import project_from, run_partition, stop
from genesys_backfill.partition import Partition
from genesys_backfill.request_budget import RequestBudget

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Sequence

    from airflow.sdk import Context

    from genesys_backfill.run_log import LogLine

KILL_SECONDS = 4
"""Airflow kills a task five seconds after it has asked it to end."""


class MeltanoPartitionOperator(BaseOperator):
    """Loads one day of interactions with Meltano.

    Its slots in the pool are the requests a minute that it may send, so that the pool's size is
    the request budget of the org.

    Args:
        day: The day, UTC, as `2026-01-05`.
        concurrent_searches: The most searches that it has in flight.
        kwargs: What any operator takes, `pool` and `pool_slots` among it.
    """

    template_fields: Sequence[str] = ("day",)

    def __init__(self, *, day: str, concurrent_searches: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.day = day
        self.concurrent_searches = concurrent_searches
        self._process: subprocess.Popen[str] | None = None

    def execute(self, context: Context) -> dict[str, int]:  # noqa: ARG002
        """Load the day.

        Returns:
            Stream to number of rows, as the task's XCom.

        Raises:
            AirflowException: The tap's own line says why.
        """
        try:
            report = run_partition(
                Partition(date.fromisoformat(self.day)),
                project_from(os.environ),
                RequestBudget(self.pool_slots, self.concurrent_searches),
                self._say,
                self._keep,
            )
        except BackfillError as error:
            raise AirflowException(str(error)) from None
        self.log.info("%s: %s, hit rate %s %%", self.day, report.rows, report.hit_rate)
        return report.rows

    def on_kill(self) -> None:
        """End Meltano when Airflow ends the task."""
        if self._process:
            stop(self._process, KILL_SECONDS)

    def _keep(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def _say(self, line: LogLine) -> None:
        self.log.log(logging.getLevelName(line.level.upper()), "%s", line)
