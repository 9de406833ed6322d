from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from importlib.metadata import requires
from typing import TYPE_CHECKING

import pytest
import requests

from genesys_cloud_simulator import Simulator
from genesys_cloud_simulator.cli import main
from genesys_cloud_simulator.faults.kinds import FAULT_KINDS, OPERATIONS

from .api_client import JOBS_PATH, ApiClient

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

COMMAND = (sys.executable, "-W", "error", "-m", "genesys_cloud_simulator.cli")


def read_description(stream: IO[str]) -> str:
    """Read up to the end of the example config."""
    text = ""
    for line in stream:
        text += line
        if line == "}\n":
            break
    return text


@pytest.fixture
def process() -> Iterator[subprocess.Popen[str]]:
    arguments = (
        "--port", "0", "--seed", "5", "--start", "2026-03-02", "--days", "3",
        "--interactions", "321", "--client-id", "me", "--client-secret", "hush",
        "--requests-per-minute", "77", "--token-lifetime-seconds", "300", "--query-seconds", "0",
        "--fault", "server_error:submit:2", "--fault", "unknown_status:poll",
        "--fault", "null_body:submit:3", "--fault", "absent_total:transcripts:1:always",
        "--dialect-refusal", "422:invalid.schema:No: such field",
        "--total-limit", "interaction_search=40", "--further-users", "50", "--max-open-jobs", "0",
        "--now", "2026-03-04T06:00:00Z", "--availability-lag-hours", "4.5",
        "--offer", "interaction_search", "--offer", "conversation_jobs",
        "--permission", "analytics:conversationDetail:view",
    )  # fmt: skip
    with subprocess.Popen(
        [*COMMAND, *arguments], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.thorough
def test_serves_what_it_was_told_to(process: subprocess.Popen[str]) -> None:
    assert process.stderr is not None
    description = read_description(process.stderr)
    config = json.loads(description.partition("Example config:\n")[2])
    url = config["api_url"]
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", url)
    assert config == {
        "client_id": "me",
        "client_secret": "hush",
        "auth_url": url,
        "api_url": url,
        "start_date": "2026-03-02T00:00:00.000Z",
        "end_date": "2026-03-05T00:00:00.000Z",
    }
    assert "interactions   321\n" in description

    client = ApiClient(url, Simulator(client_id="me", client_secret="hush"))
    with client.session:
        assert client.ask_token().json()["expires_in"] == 300
        client.sign_in()
        summary = client.send("GET", "/simulator/summary").json()
        assert summary["interactions"] == sum(summary["by_day"].values()) == 321
        assert summary["search_apis"] == ["conversation_jobs", "interaction_search"]
        assert summary["now"] == "2026-03-04T06:00:00.000Z"
        assert client.transcripts().status_code == 404
        assert client.send("GET", "/api/v2/routing/queues").status_code == 403
        availability = client.send("GET", f"{JOBS_PATH}/availability").json()
        assert availability == {"dataAvailabilityDate": "2026-03-04T01:30:00.000Z"}
        submitted = client.submit()
        assert submitted.headers["inin-ratelimit-allowed"] == "77"
        assert client.submit().status_code == 503
        assert client.submit().json() is None
        assert client.submit_job(interval="2026-03-02T00:00Z/2026-03-03T00:00Z").status_code >= 400
        assert client.send("GET", "/api/v2/users").json()["total"] > 250
        assert client.poll(submitted.json()["id"]).json() == {"status": "archived"}


@pytest.mark.thorough
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ends_quietly_on_a_signal(process: subprocess.Popen[str], number: signal.Signals) -> None:
    assert process.stderr is not None
    read_description(process.stderr)
    process.send_signal(number)
    stdout, stderr = process.communicate(timeout=10)
    assert process.returncode == 0
    assert stdout == ""
    assert stderr == ""


def test_says_which_package_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(sys.modules, "genesys_cloud_simulator.server", raising=False)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    assert main([]) == 1
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    assert captured.err.endswith(f": {sys.executable} -m pip install starlette uvicorn\n")
    assert captured.out == ""


def test_the_packages_it_names_are_those_of_the_extra() -> None:
    needed = requires("tap-genesys-search") or []
    extra = [one for one in needed if one.endswith("extra == 'simulator'")]
    assert {re.split("[^a-z]", one)[0] for one in extra} == {"starlette", "uvicorn"}


def test_says_that_the_port_is_taken(capsys: pytest.CaptureFixture[str]) -> None:
    with Simulator().running() as url:
        port = url.rpartition(":")[2]
        assert main(["--port", port]) == 1
        assert requests.get(f"{url}/simulator/summary", timeout=5).status_code == 200
    assert capsys.readouterr().err == f"Cannot listen on 127.0.0.1:{port}: Address already in use\n"


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--days", "0"], "days must be 1 to 10000, not 0"),
        (["--interactions", "-1"], "interactions must be at least 0"),
        (["--days", "10001"], "days must be 1 to 10000, not 10001"),
        (["--start", "9990-01-01", "--days", "10000"], "out of range"),
    ],
)
def test_says_why_there_is_no_such_org(
    arguments: list[str], problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 1
    assert problem in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--fault", "earthquake"], "unknown fault 'earthquake'"),
        (["--fault", "failed_query:token"], "polls only"),
        (["--now", "today"], "not a timestamp: 'today'"),
        (["--offer", "full_text"], "invalid choice: 'full_text'"),
        (["--permission", "read:everything"], "invalid choice: 'read:everything'"),
        (["--availability-lag-hours", "long"], "invalid float"),
        (["--fault", "server_error:poll:x"], "invalid literal"),
        (["--fault", "server_error:poll:0"], "at least 1"),
        (["--fault", "server_error:poll:1:0"], "at least 1"),
        (["--fault", "server_error:poll:1:ever"], "invalid literal"),
        (["--total-limit", "interaction_search"], "is not API=NUMBER"),
        (["--total-limit", "telepathy=3"], "is not API=NUMBER"),
        (["--dialect-refusal", "400:bad.request"], "is not STATUS:CODE:TEXT"),
        (["--dialect-refusal", "99:bad.request:No"], "from 200 to 599"),
        (["--further-users", "-1"], "is not a number from 0"),
        (["--time-speed", "nan"], "is not a number from 0"),
        (["--start", "yesterday"], "YYYY-MM-DD"),
        (["--port", "65536"], "is not a port"),
        (["--port", "-1"], "is not a port"),
        (["--requests-per-minute", "0"], "is not a number from 1"),
        (["--unknown"], "unrecognized"),
    ],
)
def test_refuses_bad_arguments(
    arguments: list[str], problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as error:
        main(arguments)
    assert error.value.code == 2
    assert problem in capsys.readouterr().err


def test_help_says_what_a_fault_can_be_and_strike(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    said = " ".join(capsys.readouterr().out.split())
    (fault,) = re.findall(r"--fault KIND.*?(?= --|$)", said)[-1:]
    # argparse breaks lines, also at the hyphens of a word.
    assert {name for name in (*FAULT_KINDS, *OPERATIONS) if name not in fault} == set()
    assert "always for all" in fault
