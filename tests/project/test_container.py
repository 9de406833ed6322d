"""The image's definition and what it says of itself; a workflow builds and runs it."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
IGNORED = (ROOT / ".dockerignore").read_text().splitlines()
WORKFLOW = (ROOT / ".github" / "workflows" / "release.yml").read_text()
HOW_TO = (ROOT / "docs" / "how-to" / "run-in-a-container.md").read_text()


def test_the_image_is_made_of_files_that_are_here_and_let_in() -> None:
    copied = {
        name
        for line in re.findall(r"^COPY (?!--)(.+) \S+$", DOCKERFILE, re.MULTILINE)
        for name in line.split()
    }
    assert copied
    assert all((ROOT / name).exists() for name in copied)
    assert IGNORED[1] == "*"
    assert {line[1:] for line in IGNORED if line.startswith("!")} == copied


def test_the_release_builds_on_the_digest_of_all_of_its_bases() -> None:
    (pattern,) = re.findall(r"sed -n 's/(.+)/\\1/p' Dockerfile", WORKFLOW)
    (base,) = re.findall(pattern.replace(r"\(", "(").replace(r"\)", ")"), DOCKERFILE, re.MULTILINE)
    assert {line.split()[1] for line in DOCKERFILE.splitlines() if line.startswith("FROM ")} == {
        base
    }
    assert f"`{base}`" in HOW_TO
    assert f"--build-context {base}=docker-image://" in HOW_TO


def test_it_runs_without_root() -> None:
    users = re.findall(r"^USER (\S+)$", DOCKERFILE, re.MULTILINE)
    assert users == ["genesys"]
    (uid,) = re.findall(r"useradd --uid (\d+) .*genesys", DOCKERFILE)
    assert f"uid {uid}" in HOW_TO
    assert DOCKERFILE.index("\nUSER ") < DOCKERFILE.index("\nENTRYPOINT ")


def test_the_documented_command_keeps_what_the_image_calls_volumes() -> None:
    (volumes,) = re.findall(r"^VOLUME \[(.+)\]$", DOCKERFILE, re.MULTILINE)
    command = HOW_TO.partition("docker run")[2].partition("```")[0]
    assert all(f":{volume}" in command for volume in re.findall(r'"([^"]+)"', volumes))
