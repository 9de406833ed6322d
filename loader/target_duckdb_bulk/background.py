"""Loading in a thread, so that the input is read meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future, ThreadPoolExecutor

    from target_duckdb_bulk.waiting import Step
    from target_duckdb_bulk.warehouse import Warehouse


@dataclass(frozen=True)
class Load:
    """What is loaded in one transaction.

    Attributes:
        steps: Of any streams, those of a stream in order.
        rows: Records, those in files of batches not counted.
        state: The latest state that came after them, or None.
    """

    steps: tuple[Step, ...]
    rows: int
    state: bytes | None


class Background:
    """Does one load at a time in a thread, and confirms its state after that.

    After a load has failed, none begins: whatever waits for it raises its error.

    Args:
        thread: That loads. Nothing else uses the warehouse.
        warehouse: What loads.
        confirm: Gets each state, as JSON, after all that came before it is committed.
    """

    def __init__(
        self, thread: ThreadPoolExecutor, warehouse: Warehouse, confirm: Callable[[bytes], None]
    ) -> None:
        self._thread = thread
        self._warehouse = warehouse
        self._confirm = confirm
        self._running: Future[None] | None = None
        self.loaded_rows = 0

    @property
    def is_busy(self) -> bool:
        """Whether there is a load that nobody has seen the end of."""
        return self._running is not None

    def check(self) -> None:
        """See whether the load has ended.

        Raises:
            LoaderError: It has failed.
        """
        if self._running and self._running.done():
            self.wait()

    def wait(self) -> None:
        """Wait until the load has ended.

        Raises:
            LoaderError: It has failed.
        """
        if self._running:
            self._running.result()
            self._running = None

    def begin(self, load: Load) -> None:
        """Begin a load. No other one may be running.

        Args:
            load: What is loaded. It is released afterwards.
        """
        self._running = self._thread.submit(self._do, load)

    def _do(self, load: Load) -> None:
        try:
            if load.steps:
                self._warehouse.load(load.steps)
        finally:
            for step in load.steps:
                step.release()
        self.loaded_rows += load.rows
        if load.state is not None:
            self._confirm(load.state)
