"""Everything there is to run is one task, and CONTRIBUTING.md lists it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import tasks

ROOT = Path(__file__).parents[2]


def test_contributing_lists_all_tasks() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    rows = re.findall(r"^\| (`.+?) \|", text, re.MULTILINE)
    assert {name for row in rows for name in re.findall(r"`(\w+)`", row)} == set(tasks.TASKS)


def test_tests_that_are_named_are_run_instead_of_all_of_a_task() -> None:
    (reliability,) = tasks.TASKS["reliability"]
    kills = "tests/reliability/test_kill.py"
    assert tasks.with_options(reliability, ["--kills=9"]) == [*reliability, "--kills=9"]
    assert tasks.with_options(reliability, [kills]) == [*reliability[:-1], kills]


def test_what_a_task_installs_is_said_in_words() -> None:
    named = ("setup", "demo", "report", "lint")
    assert {task: tasks.in_words(tasks.packages_of(task)) for task in named} == {
        "setup": "extra simulator, group meltano",
        "demo": "extra simulator, extra report, group meltano",
        "report": "extra report",
        "lint": "all extras, group dev",
    }


def test_a_task_needs_nothing_installed_and_gets_no_setting_of_the_users() -> None:
    outside = {
        **os.environ,
        "HTTPS_PROXY": "http://proxy.example:3128",
        "UV_INDEX_OWN_PASSWORD": "index",
        "UV_PROJECT_ENVIRONMENT": "elsewhere",
        "PYTHONPATH": "elsewhere",
        "TAP_GENESYS_SEARCH_CLIENT_ID": "id",
        "TARGET_DUCKDB_PATH": "warehouse.duckdb",
        "MELTANO_ENVIRONMENT": "production",
    }
    code = "import json, tasks; print(json.dumps(tasks.task_environment()))"
    # -S: without the packages that are installed.
    printed = subprocess.run(
        [sys.executable, "-S", "-c", code],
        cwd=ROOT,
        env=outside,
        stdout=subprocess.PIPE,
        check=True,
    )
    given = json.loads(printed.stdout)
    assert given["PATH"] == os.environ["PATH"]
    assert given["HTTPS_PROXY"] == "http://proxy.example:3128"
    assert given["UV_INDEX_OWN_PASSWORD"] == "index"
    assert "127.0.0.1" in given["NO_PROXY"]
    assert not given.keys() & {"PYTHONPATH", "UV_PROJECT_ENVIRONMENT"}
    ours = {"MELTANO_CLI_DISABLE_VERSION_CHECK"}
    theirs = ("TAP_", "TARGET_", "MELTANO_")
    assert {name for name in given if name.startswith(theirs)} == ours


def test_what_is_not_run_for_each_change_is_run_by_a_schedule() -> None:
    run = (ROOT / ".ci" / "run").read_text()
    workflows = [file.read_text() for file in (ROOT / ".github" / "workflows").glob("*.yml")]
    writing = {"schemas", "hub", "picture", "diagrams", "bench", "scale"}
    for task in set(tasks.TASKS) - writing:
        named = re.compile(rf"tasks\.py {task}\b|\btask: \[.*\b{task}\b")
        assert named.search(run) or any(map(named.search, workflows)), task
