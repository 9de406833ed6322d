"""Everything there is to run is one task, and CONTRIBUTING.md lists it."""

from __future__ import annotations

import re
from pathlib import Path

import tasks

ROOT = Path(__file__).parent.parent


def test_contributing_lists_all_tasks() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    rows = re.findall(r"^\| (`.+?) \|", text, re.MULTILINE)
    assert {name for row in rows for name in re.findall(r"`(\w+)`", row)} == set(tasks.TASKS)


def test_what_is_not_run_for_each_change_is_run_by_a_schedule() -> None:
    run = (ROOT / ".ci" / "run").read_text()
    workflows = [file.read_text() for file in (ROOT / ".github" / "workflows").glob("*.yml")]
    writing = {"schemas", "hub", "picture", "bench", "scale"}
    for task in set(tasks.TASKS) - writing:
        named = re.compile(rf"tasks\.py {task}\b|\btask: \[.*\b{task}\b")
        assert named.search(run) or any(map(named.search, workflows)), task
