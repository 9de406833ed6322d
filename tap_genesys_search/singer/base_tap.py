"""Where this tap differs from the SDK: stream maps, signals, names of environment variables."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, cast

from singer_sdk import Tap
from singer_sdk.exceptions import ConfigValidationError
from singer_sdk.helpers._catalog import get_selected_schema
from typing_extensions import override

from tap_genesys_search.errors import MissingSettingError, SettingError
from tap_genesys_search.settings.problems import problems_of
from tap_genesys_search.singer.builtin_settings import with_bounds
from tap_genesys_search.singer.environment import advise_on_missing
from tap_genesys_search.singer.pages.map_checks import map_problems, warn_of_added_columns
from tap_genesys_search.singer.writer import FIRST_SIGNAL_EXIT_CODE, WholeLineWriter

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager
    from types import FrameType

FURTHER_SIGNALS = ("SIGHUP", "SIGQUIT")
"""They end a run, too: a terminal that is closed, and its key to quit."""


GRACE_SECONDS = 8.0
"""How long a stopped run may take to end: less than the 10 s that schedulers allow."""


STOPPED = (
    "Stopped by signal %d: what the target has confirmed is kept, the rest is read again by the "
    "next run"
)
"""Most targets confirm when they have loaded a batch, or all. What they held until then is lost."""


class BaseTap(Tap):
    """A tap that writes whole lines only, and ends with an error if a signal stops it."""

    message_writer_class = WholeLineWriter

    @property
    def variable_prefix(self) -> str:
        """The prefix of the environment variables that hold settings."""
        prefix: str = self._env_var_prefix
        return prefix

    @classmethod
    @override
    def append_builtin_config(cls, config_jsonschema: dict[str, Any]) -> None:
        super().append_builtin_config(config_jsonschema)
        config_jsonschema["properties"] = with_bounds(config_jsonschema["properties"])

    @override
    def _validate_config(self, *, raise_errors: bool = True) -> list[str]:
        """Check the settings, and fill in defaults.

        Raises:
            SettingError: Some are missing or wrong.
        """
        given = dict(self.config)
        try:
            return super()._validate_config(raise_errors=raise_errors)  # fills in the defaults
        except ConfigValidationError:  # it would quote the values of secrets
            raise self._refusal_of(given) from None

    def _refusal_of(self, config: Mapping[str, Any]) -> SettingError:
        problems = problems_of(config, self.config_jsonschema)
        missing = [name for name in self.config_jsonschema["required"] if name not in config]
        if len(problems) > len(missing):
            return SettingError(*problems)
        known = self.config_jsonschema["properties"]
        return MissingSettingError(
            missing, advise_on_missing(missing, config, known, self.variable_prefix)
        )

    @override
    def setup_mapper(self) -> None:
        """Set up the stream maps.

        Raises:
            SettingError: They name a stream or a column that there is not.
        """
        # To the SDK, a stream that is not selected has no columns. A stream map for it then lacks
        # the keys and is refused, even during discovery.
        columns = {name: stream.schema["properties"] for name, stream in self.streams.items()}
        stream_maps = self.config.get("stream_maps") or {}
        problems = list(map_problems(stream_maps, columns))
        if problems:
            raise SettingError(*problems)
        keys = {name: stream.primary_keys for name, stream in self.streams.items()}
        warn_of_added_columns(stream_maps, columns, keys)
        super(Tap, self).setup_mapper()
        for entry in self.catalog.streams:
            name = entry.stream or entry.tap_stream_id
            mask = entry.metadata.resolve_selection()
            whole = entry.schema.to_dict()
            schema = get_selected_schema(name, whole, mask) if mask[()] else whole
            self.mapper.register_raw_stream_schema(name, schema, entry.key_properties)

    def around_run(self) -> AbstractContextManager[None]:
        """What is done around the sync of all streams."""
        return nullcontext()

    # Final in the SDK, which has no hook around a whole run.
    @override  # type: ignore[misc]
    def sync_all(self) -> None:
        with self.around_run():
            super().sync_all()

    @override
    def _setup_signal_handlers(self) -> None:
        super()._setup_signal_handlers()
        if threading.current_thread() is not threading.main_thread():
            return
        for name in FURTHER_SIGNALS:
            number = getattr(signal, name, None)  # Windows has neither
            # Whoever starts the tap with nohup wants it to live on.
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._handle_termination)

    @override
    def _handle_termination(self, signum: int, frame: FrameType | None) -> None:
        # The SDK would end with exit code 0, which a scheduler reads as success, and in the middle
        # of a line. The state of the last complete window is already written.
        writer = cast("WholeLineWriter", self.message_writer)
        if writer.is_stopped:  # a second signal must not break off what the first one began
            return
        last_resort = threading.Timer(GRACE_SECONDS, os._exit, (FIRST_SIGNAL_EXIT_CODE + signum,))
        last_resort.daemon = True
        last_resort.start()
        try:
            writer.stop(signum)  # first, so that no progress is logged after the line below
        finally:
            # In a thread, because the signal may have come while a log line was written. Python
            # does not allow a second write then: its error would replace the stop.
            threading.Thread(target=self.logger.error, args=(STOPPED, signum)).start()
