"""The Meltano SDK's tests of targets, and its streams of messages."""

from __future__ import annotations

import importlib.resources
import json
import sys
from typing import IO, TYPE_CHECKING, Any

import pytest
from singer_sdk.exceptions import MissingKeyPropertiesError, RecordsWithoutSchemaException
from singer_sdk.testing import get_target_test_class, target_test_streams

from target_duckdb_bulk.__main__ import about
from target_duckdb_bulk.errors import MissingKeyError, UnknownStreamError
from tests.support import File

if TYPE_CHECKING:
    from pathlib import Path

STREAMS = importlib.resources.files(target_test_streams)


class SdkTarget:
    """The target, as the SDK's tests use one: with its methods and its errors."""

    def __init__(self, config: dict[str, Any], **_: Any) -> None:
        self._file = File(config["path"])

    def process_lines(self, lines: IO[str]) -> None:
        try:
            for state in self._file.load(lines.read()):
                sys.stdout.write(json.dumps(state) + "\n")
        except UnknownStreamError as error:
            raise RecordsWithoutSchemaException(str(error)) from error
        except MissingKeyError as error:
            raise MissingKeyPropertiesError(str(error)) from error

    def process_endofpipe(self) -> None:
        pass

    def print_version(self) -> None:
        pass

    def print_about(self, output_format: str = "text") -> None:
        assert "path" in about(output_format)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sdk") / "suite.duckdb"


# The suite makes its targets with one configuration for all tests.
CONFIG: dict[str, Any] = {}
Suite: Any = get_target_test_class(SdkTarget, config=CONFIG)  # type: ignore[arg-type]


class TestSdkSuite(Suite):  # type: ignore[misc]
    @pytest.fixture(autouse=True)
    @staticmethod
    def _file(tmp_path: Path) -> None:
        CONFIG["path"] = tmp_path / "suite.duckdb"


def loaded(file: File, *names: str) -> list[Any]:
    return [
        state for name in names for state in file.load((STREAMS / f"{name}.singer").read_bytes())
    ]


def test_last_of_duplicates_stays(file: File) -> None:
    assert loaded(file, "duplicate_records") == [{"test_duplicate_records": 2}]
    assert file.query("FROM test_duplicate_records ORDER BY id") == [(1, 100), (2, 20)]


def test_second_load_updates(file: File) -> None:
    loaded(file, "user_location_data", "user_location_upsert_data")
    assert file.query("FROM test_users ORDER BY id") == [
        (1, "Johny"),
        (2, "George"),
        (3, "Jacob"),
        (4, "Josh"),
        (5, "Jim"),
        (8, "Thomas"),
        (12, "Paul"),
        (13, "Mary"),
    ]
    assert file.query("SELECT info FROM test_user_in_location WHERE id = 2") == [
        ('{"weather":"sunny","mood":"satisfied"}',)
    ]


def test_records_without_key_are_appended(file: File) -> None:
    loaded(file, "no_primary_keys", "no_primary_keys_append")
    assert file.query("SELECT count(*), sum(metric) FROM test_no_pk") == [(8, 1581)]


def test_strings_stay_as_they_are(file: File) -> None:
    loaded(file, "encoded_string_data")
    messages = map(json.loads, (STREAMS / "encoded_string_data.singer").read_text().splitlines())
    sent = [
        m["record"] for m in messages if m["type"] == "RECORD" and m["stream"] == "test_strings"
    ]
    assert file.query("FROM test_strings ORDER BY id") == [(r["id"], r["info"]) for r in sent]
    in_objects = file.query("SELECT info->>'value' FROM test_strings_in_objects WHERE id IN (3, 6)")
    assert in_objects == [("简单的字串",), ('various " \\ / \n escape sequences',)]


def test_columns_come_with_the_schema(file: File) -> None:
    loaded(file, "schema_updates")
    assert file.types("test_schema_updates") == {
        "id": "BIGINT",
        "a1": "DOUBLE",
        "a2": "VARCHAR",
        "a3": "BOOLEAN",
        "a4": "JSON",
        "a5": "JSON",
        "a6": "BIGINT",
    }
    assert file.query("SELECT a6, a4 FROM test_schema_updates WHERE id = 5") == [
        (985, '{"id":3,"value":33}')
    ]


def test_only_the_state_of_what_is_loaded_is_confirmed(file: File) -> None:
    assert loaded(file, "multiple_state_messages") == [
        {"test_multiple_state_messages_a": 5, "test_multiple_state_messages_b": 6}
    ]
    assert file.query("SELECT count(*) FROM test_multiple_state_messages_a") == [(6,)]
