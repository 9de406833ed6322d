"""The tap: its settings, its streams, its command line."""

from __future__ import annotations

import json
from contextlib import contextmanager
from functools import cached_property
from typing import IO, TYPE_CHECKING, Any, ClassVar, cast

import click
from singer_sdk.exceptions import ConfigValidationError
from singer_sdk.metrics import get_metrics_logger
from singer_sdk.tap_base import CliTestOptionValue
from typing_extensions import override

from tap_genesys_search.clock import SYSTEM_CLOCK
from tap_genesys_search.errors import SettingError, TapGenesysSearchError
from tap_genesys_search.records.conversations.tables import TABLES
from tap_genesys_search.search.listeners.progress import shown_progress
from tap_genesys_search.search_apis import SEARCH_APIS
from tap_genesys_search.settings.schema import config_schema
from tap_genesys_search.singer.base_tap import BaseTap
from tap_genesys_search.singer.catalogs import (
    check_keys,
    leave_out_unknown_columns,
    refuse_nothing,
    warn_of_unknown_names,
)
from tap_genesys_search.singer.command_line import (
    OneLineErrors,
    explain_file,
    read_catalog,
    read_state,
)
from tap_genesys_search.singer.environment import (
    read_environment,
    read_files,
    warn_of_ignored,
    warn_of_misspelt,
    with_numbers,
)
from tap_genesys_search.singer.log_filter import is_worth_a_line, with_tags
from tap_genesys_search.singer.metrics import log_requests
from tap_genesys_search.singer.pages.map_checks import (
    name_problems,
    unset_names,
    warn_of_open_secrets,
)
from tap_genesys_search.streams.aggregates.streams import (
    ConversationAggregates,
    UserStatusAggregates,
)
from tap_genesys_search.streams.connection_test import test_connection
from tap_genesys_search.streams.context import RunContext
from tap_genesys_search.streams.lookups.lists import LOOKUPS
from tap_genesys_search.streams.lookups.streams import LookupStream
from tap_genesys_search.streams.searches.conversation_tables import DocumentTable
from tap_genesys_search.streams.searches.interactions import InteractionFacets, Interactions
from tap_genesys_search.streams.searches.search_audits import SearchAudits
from tap_genesys_search.wording import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from singer_sdk import Stream

    from tap_genesys_search.clock import Clock
    from tap_genesys_search.singer.writer import WholeLineWriter


CONFIG_JSONSCHEMA = config_schema(SEARCH_APIS)


class TapGenesysSearch(BaseTap):
    """Singer tap for Genesys Cloud interaction search."""

    name = "tap-genesys-search"
    config_jsonschema: ClassVar[dict[str, Any]] = CONFIG_JSONSCHEMA

    def __init__(
        self,
        *,
        config: Any = None,  # noqa: ANN401 - the SDK takes a mapping, a path or several
        parse_env_config: bool = False,
        validate_config: bool = True,
        clock: Clock = SYSTEM_CLOCK,
        **kwargs: Any,
    ) -> None:
        """Set up the tap; see `singer_sdk.Tap`.

        Args:
            config: The settings.
            parse_env_config: Whether to read settings from the environment, too.
            validate_config: Whether to check them.
            clock: The clock to wait by.
            **kwargs: What else the SDK's tap takes.

        Raises:
            SettingError: A setting is missing or wrong.
            NothingSelectedError: No stream is selected.
        """
        self._clock = clock
        self.logger.addFilter(is_worth_a_line)
        get_metrics_logger().addFilter(with_tags)
        config = read_files(config)
        if isinstance(config, dict):  # null stands for the default, also where the schema has none
            config = {name: value for name, value in config.items() if value is not None}
        if parse_env_config:
            self.append_builtin_config(self.config_jsonschema)
            found = read_environment(self.config_jsonschema, self.variable_prefix)
            config = {**(config or {}), **found}
        if isinstance(config, dict):
            config = with_numbers(config, self.config_jsonschema)
        try:
            super().__init__(config=config, validate_config=validate_config, **kwargs)
        except SettingError:
            raise
        except ConfigValidationError as error:  # the SDK's own, of flattening
            raise SettingError(*error.errors) from None
        if validate_config:
            self._warn_of_unknown_settings()
            warn_of_open_secrets(self.config.get("stream_map_config"))
            if not parse_env_config:
                warn_of_ignored(self._known_settings, self.variable_prefix)
            if self.input_catalog:
                warn_of_unknown_names(self.input_catalog, self.streams)
                check_keys(self.input_catalog, self.streams)
            refuse_nothing(self.streams.values())
            selected = [stream for stream in self.streams.values() if stream.selected]
            self._check_stream_maps([stream.name for stream in selected])
            leave_out_unknown_columns(selected)
            _ = self.context.settings  # what is wrong with them shows before the first request

    @cached_property
    def context(self) -> RunContext:
        """What the streams of a run share."""
        return RunContext(self.config, lambda: self.streams, self._clock)

    @override
    def discover_streams(self) -> Sequence[Stream]:
        # Children are synced in this order: an audit follows the records it describes.
        return [
            SearchAudits(self, self.context),
            Interactions(self, self.context),
            InteractionFacets(self, self.context),
            *(DocumentTable(self, self.context, table) for table in TABLES.values()),
            ConversationAggregates(self, self.context),
            UserStatusAggregates(self, self.context),
            *(LookupStream(self, self.context, lookup) for lookup in LOOKUPS.values()),
        ]

    @property
    @override
    def streams(self) -> dict[str, Stream]:
        # The SDK orders them by name, and syncs them in this order. Here what is searched comes
        # first, then the lookups in the order of their own, the queues before their members, and
        # the aggregates last, which ask for the users that were listed. The last one ends the log.
        streams = dict(super().streams)
        for name in (*LOOKUPS, ConversationAggregates.name, UserStatusAggregates.name):
            streams[name] = streams.pop(name)
        return streams

    @classmethod
    @override
    def cb_test(cls, ctx: click.Context, param: click.Option, value: str) -> None:
        if value != CliTestOptionValue.All.value:
            super().cb_test(ctx, param, value)
            return
        config, file = ctx.params["config"], read_catalog(ctx.params.get("catalog"))
        catalog = json.load(file) if file else None
        tap = cls(config=config.config, parse_env_config=config.parse_env, catalog=catalog)
        # The SDK would test the streams that nobody has selected, too, and end with the first one
        # that is refused.
        test_connection(tap.streams.values(), tap.context)
        ctx.exit()

    @classmethod
    @override
    def cb_config(cls, ctx: click.Context, param: click.Option, value: tuple[str, ...]) -> Any:
        try:
            return super().cb_config(ctx, param, value)
        except (OSError, ValueError) as error:
            raise SettingError(f"--config {' '.join(value)}: {explain_file(error)}") from None

    @classmethod
    @override
    def invoke(
        cls,
        *,
        state: IO[str] | None = None,
        catalog: IO[str] | None = None,
        **kwargs: Any,
    ) -> None:
        try:
            super().invoke(state=read_state(state), catalog=read_catalog(catalog), **kwargs)
        except SettingError as error:
            # As it is, the SDK would log it in two lines, the second saying nothing.
            raise TapGenesysSearchError(str(error)) from None

    @classmethod
    @override
    def get_singer_command(cls) -> click.Command:
        command = super().get_singer_command()
        for option in command.params:
            if isinstance(option.type, click.File):
                option.type = click.File(lazy=True)  # opened where it is read, and closed there
            if option.name == "catalog":
                option.is_eager = True  # so that --test has it, wherever it stands
        return OneLineErrors(
            name=command.name,
            callback=command.callback,
            params=command.params,
            help=command.help,
            context_settings=command.context_settings,
            logger=cls.logger,
        )

    @override
    @contextmanager
    def around_run(self) -> Iterator[None]:
        totals, client = self.context.totals, self.context.client
        writer = cast("WholeLineWriter", self.message_writer)
        written = writer.records_written
        try:
            with shown_progress(
                lambda: totals.figures(client.requests_left, written), lambda: writer.is_stopped
            ):
                yield
        except Exception:  # the SDK's own, too, as of a stream map that fails with a record
            totals.log_unfinished(client.requests_sent, written)
            raise
        log_requests(client.requests_sent)
        totals.log_done(client.requests_sent, written)

    @override
    def load_state(self, state: dict[str, Any]) -> None:
        super().load_state(state)
        bookmarks = state.get("bookmarks")
        for name in bookmarks if isinstance(bookmarks, dict) else ():
            if name not in self.streams:
                meant = did_you_mean(name, self.streams)
                self.logger.warning("The state of unknown stream %r is ignored%s", name, meant)

    def _check_stream_maps(self, selected: Sequence[str]) -> None:
        """Check what the stream maps of selected streams need, and under which names they write.

        Raises:
            SettingError: Something is not set, or rows would be lost.
        """
        maps, map_config = (self.config.get(name) for name in ("stream_maps", "stream_map_config"))
        problems = [
            *unset_names(maps or {}, map_config or {}, selected),
            *name_problems(self.mapper.stream_maps, selected),
        ]
        if problems:
            raise SettingError(*problems)

    def _warn_of_unknown_settings(self) -> None:
        known = self._known_settings
        for name in self.config:
            if name not in known:
                meant = did_you_mean(name, known)
                self.logger.warning("Unknown setting %r is ignored%s", name, meant)
        warn_of_misspelt(known, self.variable_prefix)

    @property
    def _known_settings(self) -> list[str]:
        return list(self.config_jsonschema["properties"])
