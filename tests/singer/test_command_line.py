"""The tap as a user runs it: a process with arguments, stdout, stderr and an exit code."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from genesys_cloud_simulator import Fault, Simulator
from tap_genesys_search.records.conversations.tables import CONVERSATION_TABLES
from tap_genesys_search.streams.lookups.lists import LOOKUPS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.running_simulator import RunningSimulator

pytestmark = pytest.mark.thorough

START = "conversation_start"

TAP = (sys.executable, "-m", "tap_genesys_search")


@pytest.fixture
def config_file(config: dict[str, Any], tmp_path: Path) -> Path:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(config))
    return path


def run(*arguments: str | Path, level: str = "INFO") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*TAP, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "TAP_GENESYS_SEARCH_LOGLEVEL": level},
    )


@pytest.fixture(scope="module")
def whole_run(
    running: RunningSimulator, tmp_path_factory: pytest.TempPathFactory
) -> subprocess.CompletedProcess[str]:
    """A run over the whole period, for those who only look at what it has written."""
    path = tmp_path_factory.mktemp("whole") / "config.json"
    path.write_text(json.dumps({**running.config, "search_api": "interaction_search"}))
    with running.begun_anew():
        return run("--config", path)


@pytest.fixture(scope="module")
def discovered() -> str:
    return run("--discover").stdout


def error_lines(stderr: str) -> list[str]:
    return [line for line in stderr.splitlines() if "| ERROR " in line]


def change(config_file: Path, **settings: object) -> None:
    config_file.write_text(json.dumps({**json.loads(config_file.read_text()), **settings}))


def test_version_and_about_and_discover_need_no_configuration(discovered: str) -> None:
    assert run("--version").stdout.startswith("tap-genesys-search v")
    assert "max_records_per_search" in run("--about", "--format=markdown").stdout
    catalog = json.loads(discovered)
    assert {
        entry["tap_stream_id"]: (entry["key_properties"], entry.get("replication_key"))
        for entry in catalog["streams"]
    } == {
        "interactions": (["id"], "timestamp"),
        "interaction_facets": (["search_id", "facet", "bucket_key"], None),
        "search_audits": (["search_id", "started_at"], "window_end"),
        **{
            name: ([key for key in table.keys if key != START], START)
            for name, table in CONVERSATION_TABLES.items()
        },
        "transcripts": (["transcript_id"], "start_time"),
        "conversation_aggregates": (["aggregate_id"], "interval_end"),
        "user_status_aggregates": (["aggregate_id"], "interval_end"),
        **{name: (list(lookup.key), None) for name, lookup in LOOKUPS.items()},
    }


def test_a_sync_writes_singer_messages_and_nothing_else_to_stdout(
    whole_run: subprocess.CompletedProcess[str],
) -> None:
    assert whole_run.returncode == 0
    types = {json.loads(line)["type"] for line in whole_run.stdout.splitlines()}
    assert types == {"SCHEMA", "RECORD", "STATE"}


def test_the_connection_test_searches_one_window_only(
    config_file: Path, simulator: Simulator
) -> None:
    done = run("--config", config_file, "--test")
    assert done.returncode == 0
    assert error_lines(done.stderr) == []
    org = simulator.org
    found = len(list(org.ids_between(org.start, org.start + timedelta(days=1))))
    assert f"{found} interactions in window 2026-01-05" in done.stderr
    assert done.stderr.splitlines()[-1].endswith("Connection test passed: 3 of 3 streams usable")
    # One to find out that it may be used, one to search.
    assert [request.operation for request in simulator.requests].count("submit") == 2


@pytest.mark.parametrize("more", [(), ("--test",)])
def test_a_run_that_fails_has_closed_its_files(
    config_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...]
) -> None:
    monkeypatch.setenv("PYTHONWARNINGS", "default")  # as under Meltano
    change(config_file, client_secret="not-the-secret")
    catalog, state = tmp_path / "catalog.json", tmp_path / "state.json"
    catalog.write_text(run("--config", config_file, "--discover").stdout)
    state.write_text('{"bookmarks": {}}')
    done = run("--config", config_file, "--catalog", catalog, "--state", state, *more)
    assert done.returncode == 1
    assert "ResourceWarning" not in done.stderr


def test_the_connection_test_says_in_one_line_that_the_secret_is_wrong(config_file: Path) -> None:
    change(config_file, client_secret="not-the-secret")
    done = run("--config", config_file, "--test")
    assert done.returncode == 1
    (line,) = error_lines(done.stderr)
    assert "Login failed: POST /oauth/token answered 401 invalid_client" in line
    assert "client_secret" in line
    host = json.loads(config_file.read_text())["auth_url"].removeprefix("http://")
    assert line.endswith(
        "Check client_id and client_secret, that the OAuth client is active and of grant type "
        f"Client Credentials, and that it was made in the org behind {host} (auth_url) and may "
        "request scope 'analytics:conversation:read'"
    )
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("arguments", [(), ("--test",)])
def test_a_bad_setting_is_one_line_and_no_request(
    config_file: Path, simulator: Simulator, arguments: tuple[str, ...]
) -> None:
    change(config_file, page_size=5000)
    done = run("--config", config_file, *arguments)
    assert done.returncode == 1
    (line,) = error_lines(done.stderr)
    assert "page_size" in line
    assert "1000" in line
    assert "Traceback" not in done.stderr
    assert simulator.requests == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--config", "nowhere.json"), "--config nowhere.json: no such file"),
        (("--config", "{broken}"), "not JSON (line 1, column"),
        (("--config", "{config}", "--state", "{broken}"), "not JSON (line 1, column"),
        (("--config", "{config}", "--state", "{list}"), "not a JSON object"),
        (("--config", "{config}", "--state", "{config}"), "this is not a Singer state"),
        (("--config", "{config}", "--catalog", "{config}"), "this is not a Singer catalog"),
    ],
)
def test_a_file_that_can_not_be_read_is_one_line(
    config_file: Path, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    files = {"config": config_file, "broken": tmp_path / "broken", "list": tmp_path / "list"}
    files["broken"].write_text('{"client_secret": "very-secret" oops')
    files["list"].write_text("[]")
    done = run(*(argument.format(**files) for argument in arguments))
    assert done.returncode == 1
    (line,) = error_lines(done.stderr)
    assert said in line
    assert "very-secret" not in done.stderr
    assert "Traceback" not in done.stderr


def test_a_whole_state_message_is_taken_for_its_value(
    config_file: Path, tmp_path: Path, whole_run: subprocess.CompletedProcess[str]
) -> None:
    state = tmp_path / "state.json"
    state.write_text(whole_run.stdout.splitlines()[-1])
    assert json.loads(state.read_text())["type"] == "STATE"
    done = run("--config", config_file, "--state", state)
    assert done.returncode == 0
    assert '"RECORD"' not in done.stdout
    assert "Nothing new to search from 2026-01-12" in done.stderr


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ({"customer_name": "md5(nope)"}, "column customer_name: 'nope' is not a column of"),
        ({"customer_name": "int(customer_name)"}, "column customer_name: its expression ends with"),
        ({"name": "md6(customer_name)"}, "column name: there is no function 'md6'"),
        ({"name": "customer_name.lowr()"}, "column name: a value has no 'lowr'"),
        ({"__filter__": "nope"}, "its filter: 'nope' is not a column of the stream"),
    ],
)
def test_a_stream_map_that_fails_is_one_line_without_the_customers_name(
    config_file: Path, rules: dict[str, str], said: str
) -> None:
    change(config_file, stream_maps={"interactions": {**rules, "type": "'pepper-1' + type"}})
    done = run("--config", config_file, level="DEBUG")
    assert done.returncode == 1
    (line,) = error_lines(done.stderr)
    assert f"A stream map failed for stream interactions, {said}" in line
    assert "Check the setting stream_maps" in line
    assert "invalid literal" not in done.stderr
    assert "pepper-1" not in line


def test_a_stream_map_that_fakes_values_says_what_to_install(
    config_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hiding = tmp_path / "without_faker"
    hiding.mkdir()
    (hiding / "sitecustomize.py").write_text("import sys; sys.modules['faker'] = None")
    monkeypatch.setenv("PYTHONPATH", str(hiding))
    change(config_file, stream_maps={"interactions": {"name": "fake.name()"}})
    done = run("--config", config_file)
    assert done.returncode == 1
    (line,) = error_lines(done.stderr)
    assert "stream interactions, column name: fake needs the extra faker" in line


def test_a_stream_map_without_a_key_is_one_line_that_says_so(config_file: Path) -> None:
    change(config_file, stream_maps={"interactions": {"id": None}})
    done = run("--config", config_file)
    assert done.returncode == 1
    (line,) = error_lines(done.stderr)
    assert "Removing key property 'id' is not permitted in 'interactions' stream map" in line


def test_a_run_without_a_selected_stream_fails(
    config_file: Path, tmp_path: Path, discovered: str, simulator: Simulator
) -> None:
    catalog = json.loads(discovered)
    for entry in catalog["streams"]:
        for metadata in entry["metadata"]:
            metadata["metadata"]["selected"] = False
    path = tmp_path / "catalog.json"
    path.write_text(json.dumps(catalog))
    done = run("--config", config_file, "--catalog", path)
    assert done.returncode == 1
    (line,) = error_lines(done.stderr)
    assert "No stream is selected" in line
    assert not simulator.requests


def test_what_a_catalog_misspells_is_warned_of(
    config_file: Path, tmp_path: Path, discovered: str
) -> None:
    catalog = json.loads(discovered)
    entries = {entry["tap_stream_id"]: entry for entry in catalog["streams"]}
    for entry in (entries["users"], entries["queues"]):
        entry["tap_stream_id"] = entry["stream"] = entry["stream"].replace("u", "y")
    (root,) = [one for one in entries["users"]["metadata"] if not one["breadcrumb"]]
    root["metadata"]["selected"] = True
    wrong = {"breadcrumb": ["properties", "customer_nam"], "metadata": {"selected": True}}
    entries["interactions"]["metadata"].append(wrong)
    path = tmp_path / "catalog.json"
    path.write_text(json.dumps(catalog))
    done = run("--config", config_file, "--catalog", path)
    assert done.returncode == 0
    warnings = [line.partition("WARNING")[2] for line in done.stderr.splitlines()]
    said = [line for line in warnings if "catalog" in line]
    assert len(said) == 2
    assert "selects the unknown column 'customer_nam' of interactions" in "".join(said)
    assert "did you mean 'customer_name'?" in "".join(said)
    assert "the unknown stream 'ysers', which is ignored: did you mean 'users'?" in "".join(said)


def test_variables_beside_a_file_are_said_to_be_ignored(
    config_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PAGE_SIZE", "PAGE_SISE", "STREAM_MAP_CONFIG_PEPPER", "_SELECT", "ZZZ"):
        monkeypatch.setenv(f"TAP_GENESYS_SEARCH_{name}", "7")
    monkeypatch.setenv("TAP_GENESYS_SEARCH_STRICT", "")
    done = run("--config", config_file, level="WARNING")
    first, *others = [line for line in done.stderr.splitlines() if "WARNING" in line]
    assert "TAP_GENESYS_SEARCH_PAGE_SISE is ignored: did you mean setting 'page_size'?" in first
    assert "PEPPER is ignored: did you mean setting 'stream_map_config'?" in others[0]
    assert "come from --config FILE, so TAP_GENESYS_SEARCH_PAGE_SIZE, TAP_GENESYS_SE" in others[1]
    assert "ZZZ in the environment are ignored" in others[1]
    assert len(others) == 2


def test_variables_that_meltano_sets_are_no_warning(
    config_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MELTANO_EXTRACTOR_NAME", "tap-genesys-search")
    for name in ("_DOMAIN_URL", "STREAM_MAP_CONFIG_PEPPER", "STREAM_MAPS_USERS_EMAIL", "STRICT"):
        monkeypatch.setenv(f"TAP_GENESYS_SEARCH_{name}", "false")
    done = run("--config", config_file, level="WARNING")
    assert done.stderr == ""


def test_a_warning_of_python_is_one_line_without_its_place_in_the_code(config_file: Path) -> None:
    past_its_end = (
        "import datetime, sys; from singer_sdk.helpers import _compat;"
        "_compat._PYTHON_EOL_DATES = {sys.version_info[:2]: datetime.date(2020, 10, 1)};"
        "from tap_genesys_search.__main__ import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", past_its_end, "--config", config_file],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONWARNINGS": "default"},
    )
    assert done.returncode == 0, done.stderr
    (line,) = [one for one in done.stderr.splitlines() if " | INFO " not in one]
    assert f" | Python 3.{sys.version_info[1]} reached its end of life on 2020-10. The" in line


def test_catalog_with_a_stream_that_stands_twice_is_refused(
    config_file: Path, tmp_path: Path, discovered: str, simulator: Simulator
) -> None:
    catalog = json.loads(discovered)
    catalog["streams"].append(catalog["streams"][0])
    path = tmp_path / "catalog.json"
    path.write_text(json.dumps(catalog))
    done = run("--config", config_file, "--catalog", path)
    assert done.returncode == 1
    (line,) = error_lines(done.stderr)
    assert f"stream {catalog['streams'][0]['tap_stream_id']!r} is there twice" in line
    assert not simulator.requests


def test_catalog_that_renames_a_stream_is_refused(config_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "catalog.json"
    path.write_text(
        json.dumps(
            {"streams": [{"tap_stream_id": "interactions", "stream": "calls", "schema": {}}]}
        )
    )
    done = run("--config", config_file, "--catalog", path)
    assert done.returncode == 1
    (line,) = error_lines(done.stderr)
    assert "stream 'interactions' is called 'calls'" in line
    assert "__alias__" in line


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
def test_a_stopped_run_is_no_success(
    config_file: Path, simulator: Simulator, signum: signal.Signals
) -> None:
    simulator.faults.schedule(Fault("slow_answer", on="submit", nth=5, seconds=30))
    change(config_file, max_concurrent_searches=1)
    output = config_file.with_name("output")
    # The signal often comes while the next line of the log is written, into a buffer.
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    buffered["TAP_GENESYS_SEARCH_LOGLEVEL"] = "DEBUG"
    with (
        output.open("w") as stdout,
        subprocess.Popen(
            [*TAP, "--config", config_file],
            stdout=stdout,
            stderr=subprocess.PIPE,
            text=True,
            env=buffered,
        ) as tap,
    ):
        assert tap.stderr is not None
        for line in tap.stderr:
            if "Window 2 of 7" in line:
                break
        tap.send_signal(signum)
        _, stderr = tap.communicate(timeout=20)
    assert tap.returncode == 128 + signum
    assert "Traceback" not in stderr
    states = [line for line in output.read_text().splitlines() if '"STATE"' in line]
    assert "2026-01-07" in states[-1] or "2026-01-08" in states[-1]


def test_a_search_that_fails_is_one_line_that_says_where_and_what_to_do(
    config_file: Path, simulator: Simulator
) -> None:
    simulator.faults.schedule(Fault("server_error", on="submit", times=None))
    done = run("--config", config_file)
    assert done.returncode == 1
    (line,) = error_lines(done.stderr)
    assert "POST /api/v2/analytics/conversations/details/query answered 503" in line
    assert "correlation id" in line
    assert "after 5 retries" in line
    assert "Run again: the state is kept" in line
    assert "Traceback" not in done.stderr
    messages = [json.loads(each) for each in done.stdout.splitlines()]
    audits = [message["record"] for message in messages if message["type"] == "RECORD"]
    assert [audit["status"] for audit in audits] == ["split"] * (len(audits) - 1) + ["failed"]
    assert {audit["retry_count"] for audit in audits} == {5}
    states = [message["value"] for message in messages if message["type"] == "STATE"]
    assert not any("replication_key_value" in json.dumps(state) for state in states)


def test_neither_secret_nor_token_nor_customer_is_ever_logged(
    config_file: Path, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens: list[str] = []
    issue = simulator.tokens.issue

    def issue_and_note(client_id: str, scope: str | None) -> str:
        tokens.append(issue(client_id, scope))
        return tokens[-1]

    monkeypatch.setattr(simulator.tokens, "issue", issue_and_note)
    webhook = f"{json.loads(config_file.read_text())['api_url']}/secret-path"
    change(config_file, webhook_url=webhook, webhook_secret="ab" * 20, page_size=100)
    simulator.faults.schedule(
        Fault("expired_token", on="poll"),
        Fault("rate_limited", on="submit", retry_after_seconds=0),
        Fault("non_json_body", on="poll", nth=2),
        Fault("failed_query", on="poll", nth=8),
    )
    done = run("--config", config_file, level="DEBUG")
    assert done.returncode == 1
    customers = {
        message["record"]["customer_name"]
        for message in map(json.loads, done.stdout.splitlines())
        if message["type"] == "RECORD" and message["stream"] == "interactions"
    } - {"anonymous"}
    assert customers
    assert len(tokens) == 2
    for private in {simulator.client_secret, "secret-path", "ab" * 20, *tokens, *customers}:
        assert private not in done.stderr


def test_settings_come_from_the_environment_too(
    config: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in config.items():
        monkeypatch.setenv(f"TAP_GENESYS_SEARCH_{name.upper()}", str(value))
    done = run("--config=ENV")
    assert done.returncode == 0
    assert done.stdout.count('"type":"RECORD","stream":"search_audits"') == 7


def run_in_shell(config_file: Path, redirection: str) -> subprocess.CompletedProcess[str]:
    command = shlex.join([*TAP, "--config", str(config_file)])
    return subprocess.run(
        ["/bin/sh", "-c", f"{command} {redirection}"], capture_output=True, text=True, check=False
    )


def kinds_written(done: subprocess.CompletedProcess[str]) -> list[str]:
    """List the kinds of messages, but not states: waiting for a search writes more of them."""
    kinds = (json.loads(line)["type"] for line in done.stdout.splitlines())
    return [kind for kind in kinds if kind != "STATE"]


def test_a_closed_stderr_takes_nothing_from_the_output(
    config_file: Path, whole_run: subprocess.CompletedProcess[str]
) -> None:
    done = run_in_shell(config_file, "2>&-")
    assert done.returncode == 0
    assert kinds_written(done) == kinds_written(whole_run)


def test_a_closed_stdout_is_said_in_one_line(config_file: Path) -> None:
    done = run_in_shell(config_file, ">&-")
    assert done.returncode == 1
    assert done.stderr == (
        "There is nowhere to write: stdout is closed. Give the tap a file or a target\n"
    )


def test_all_closed_is_an_exit_code(config_file: Path) -> None:
    done = run_in_shell(config_file, "<&- >&- 2>&-")
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")
