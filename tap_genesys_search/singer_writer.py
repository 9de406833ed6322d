"""Writing Singer messages to stdout."""

from __future__ import annotations

from typing import TYPE_CHECKING

from singer_sdk.singerlib import SchemaMessage
from singer_sdk.singerlib.encoding import SimpleSingerWriter
from typing_extensions import override

if TYPE_CHECKING:
    from singer_sdk.singerlib.encoding.simple import Message


class SchemaOnceWriter(SimpleSingerWriter):
    """Writes a stream's schema once, not again for each window.

    The SDK writes the schema of a child stream each time it is synced, and some targets load
    what they hold whenever they see one.
    """

    def __init__(self) -> None:
        super().__init__()
        self._written: dict[str, SchemaMessage] = {}

    @override
    def write_message(self, message: Message) -> None:
        if isinstance(message, SchemaMessage):
            if self._written.get(message.stream) == message:
                return
            self._written[message.stream] = message
        super().write_message(message)
