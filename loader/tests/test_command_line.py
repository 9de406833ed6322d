"""The command line, as Meltano uses it."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest

from target_duckdb_bulk.errors import SettingsError
from target_duckdb_bulk.settings import Settings, described, parse
from tests.support import COMMAND, INTEGER, TEXT, File, line_of, record, schema

LINES = b"".join(map(line_of, [schema("t", {"id": INTEGER}), record("t", {"id": 1})]))


def run(*arguments: str, lines: bytes = b"") -> subprocess.CompletedProcess[str]:
    done = subprocess.run([*COMMAND, *arguments], input=lines, capture_output=True, check=False)
    return subprocess.CompletedProcess(
        done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
    )


def configured(tmp_path: Path, document: Any) -> str:
    config = tmp_path / "config.json"
    config.write_text(document if isinstance(document, str) else json.dumps(document))
    return str(config)


def test_version() -> None:
    assert run("--version").stdout.startswith("target-duckdb-bulk v")


def test_about() -> None:
    about = json.loads(run("--about", "--format=json").stdout)
    assert about["name"] == "target-duckdb-bulk"
    assert list(about["settings"]["properties"])[:2] == ["path", "default_target_schema"]
    assert "path: The DuckDB file" in run("--about").stdout


def test_input_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "lines").write_bytes(LINES)
    path = tmp_path / "a.duckdb"
    config = configured(tmp_path, {"path": str(path)})
    done = run("--config", config, "--input", str(tmp_path / "lines"))
    assert done.stderr == f"INFO target-duckdb-bulk: 1 record loaded into {path}\n"
    assert (done.returncode, done.stdout) == (0, "")
    assert File(path).query("FROM t") == [(1,)]


def test_names_of_target_duckdb(tmp_path: Path) -> None:
    path = tmp_path / "a.duckdb"
    settings = {"filepath": str(path), "add_metadata_columns": True, "delimiter": ","}
    done = run("--config", configured(tmp_path, settings), lines=LINES)
    assert 'Setting "delimiter" is unknown, and ignored\n' in done.stderr
    assert "_sdc_batched_at" in File(path).types("t")


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ({}, 'Setting "path" is missing'),
        ({"path": ""}, 'Setting "path" is missing'),
        ({"path": 5}, 'Setting "path" is an integer: it takes a string'),
        ({"path": "a", "hard_delete": "no"}, '"hard_delete" is a string: it takes a boolean'),
        ({"path": "a", "batch_size_rows": True}, '"batch_size_rows" is a boolean'),
        ({"path": "a", "batch_size_rows": 0}, "below 1"),
        ({"path": "a", "default_target_schema": " "}, "is empty"),
        ({"path": "a", "memory_limit": "lots"}, '"memory_limit" isn\'t an amount of memory'),
        ({"path": "a", "memory_limit": ""}, '"memory_limit" isn\'t an amount of memory'),
        ({"path": "a", "memory_limit": "0"}, '"memory_limit" isn\'t an amount of memory'),
        ("[]", "isn't a JSON object"),
        ("{", "isn't JSON"),
        ({"path": " "}, 'Setting "path" is missing'),
        ({"path": ":memory:"}, "names memory or another database"),
        ({"path": ":memory:x"}, "names memory or another"),
        ({"path": "sqlite:a.db"}, "names memory or another"),
        ({"path": "md:a"}, "names memory or another"),
        ({"path": "http://127.0.0.1/a.duckdb"}, "names memory or another"),
        ({"path": "/dev/null/a.duckdb"}, "doesn't exist: make it, or correct"),
        ({"path": "/dev/null"}, "is not a file"),
        ({"path": "/"}, "is not a file"),
        ({"path": "a", "temp_dir": "/dev/null"}, "No temporary files can be made"),
    ],
)
def test_setting_that_cannot_be_used_is_told_in_one_line(
    tmp_path: Path, document: Any, problem: str
) -> None:
    done = run("--config", configured(tmp_path, document), lines=LINES)
    assert done.returncode == 1
    assert problem in done.stderr
    assert done.stderr.count("\n") == 1


def test_setting_that_is_misspelled_is_suggested(tmp_path: Path) -> None:
    settings = {"path": str(tmp_path / "a.duckdb"), "hard-deletes": True, "HARD_DELETE": True}
    done = run("--config", configured(tmp_path, settings), lines=LINES)
    for name in ("hard-deletes", "HARD_DELETE"):
        assert f'"{name}" is unknown, and ignored: did you mean "hard_delete"?' in done.stderr


def test_records_are_counted_across_schemas(tmp_path: Path) -> None:
    path = tmp_path / "a.duckdb"
    other = [schema("t", {"id": INTEGER, "v": INTEGER}), record("t", {"id": 2, "v": 1})]
    config = configured(tmp_path, {"path": str(path)})
    done = run("--config", config, lines=LINES + b"".join(map(line_of, other)))
    assert done.stderr == f"INFO target-duckdb-bulk: 2 records loaded into {path}\n"


def test_too_many_open_files_are_told_in_one_line(tmp_path: Path) -> None:
    config = configured(tmp_path, {"path": str(tmp_path / "a.duckdb")})
    names = [f"s{number}" for number in range(100)]
    values = {"id": 1, "v": "x" * 300_000}  # too much to wait in memory
    lines = [*(schema(n, {"id": INTEGER}) for n in names), *(record(n, values) for n in names)]
    script = f"ulimit -n 60; exec {shlex.join([*COMMAND, '--config', config])}"
    done = subprocess.run(
        ["/bin/sh", "-c", script],
        input=b"".join(map(line_of, lines)),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1
    assert b"Too many open files: raise the limit of open files" in done.stderr
    assert done.stderr.count(b"\n") == 1


def test_want_of_memory_names_its_setting(tmp_path: Path) -> None:
    settings = {"path": str(tmp_path / "a.duckdb"), "memory_limit": "30MB"}
    lines = [schema("t", {"id": INTEGER, "v": TEXT}), record("t", {"id": 1, "v": "x" * 50_000_000})]
    done = run("--config", configured(tmp_path, settings), lines=b"".join(map(line_of, lines)))
    assert done.returncode == 1
    assert 'DuckDB is out of memory: raise "memory_limit"' in done.stderr
    assert done.stderr.count("\n") == 1


def test_folder_that_is_missing_is_not_made(tmp_path: Path) -> None:
    path = tmp_path / "mistyped" / "a.duckdb"
    done = run("--config", configured(tmp_path, {"path": str(path)}), lines=LINES)
    assert done.returncode == 1
    assert done.stderr == (
        f"ERROR target-duckdb-bulk: SettingsError: The folder of DuckDB file {path} doesn't "
        'exist: make it, or correct setting "path"\n'
    )
    assert not path.parent.exists()


def test_files_that_are_missing_are_told_in_one_line(tmp_path: Path) -> None:
    missing = str(tmp_path / "nothing")
    config = configured(tmp_path, {"path": str(tmp_path / "a.duckdb")})
    for arguments in (["--config", missing], ["--config", config, "--input", missing]):
        done = run(*arguments)
        assert done.returncode == 1
        assert "can't be read: No such file" in done.stderr
        assert done.stderr.count("\n") == 1


def test_error_is_one_line_without_data(tmp_path: Path) -> None:
    config = configured(tmp_path, {"path": str(tmp_path / "a.duckdb")})
    lines = LINES + line_of(record("t", {"id": "private"}))
    done = run("--config", config, lines=lines)
    assert done.returncode == 1
    assert done.stderr.startswith("ERROR target-duckdb-bulk: RecordError: Column")
    assert done.stderr.count("\n") == 1
    assert "private" not in done.stderr


def test_nobody_reads_the_states(tmp_path: Path) -> None:
    config = configured(tmp_path, {"path": str(tmp_path / "a.duckdb")})
    reading, writing = os.pipe()
    os.close(reading)
    lines = LINES + b'{"type":"STATE","value":1}\n'
    done = subprocess.run(
        [*COMMAND, "--config", config], input=lines, stdout=writing, stderr=-1, check=False
    )
    os.close(writing)
    assert done.returncode == 1
    assert done.stderr.decode().startswith("ERROR target-duckdb-bulk: OutputError: A state")
    assert done.stderr.count(b"\n") == 1
    assert File(tmp_path / "a.duckdb").query("FROM t") == [(1,)]


def test_absent_settings_have_their_defaults() -> None:
    settings, unknown = parse({"path": "a", "hard_delete": None, "x": 1})
    assert settings == Settings(path="a")
    assert unknown == ["x"]
    with pytest.raises(SettingsError):
        parse({})


def test_readme_has_each_setting() -> None:
    readme = (Path(__file__).parents[1] / "README.md").read_text()
    for setting in described():
        default = setting["default"]
        shown = f"{default:,}" if type(default) is int else str(default).lower()
        assert f"| `{setting['name']}`" in readme
        assert default in ("", "1GB") or shown in readme
