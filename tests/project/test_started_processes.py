"""No program of this checkout starts a process with variables that the user has set."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("genesys_cloud_simulator", "benchmarks", "scripts", "tests")
ISOLATION = "scripts.clean_environment"
GUARD = 'if __name__ == "__main__":'
TESTS = "tests.conftest"
STARTED_BY_ANOTHER = ("benchmarks.contestants.", "benchmarks.server", "benchmarks.conversation_")


def module_name(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


FILES = {
    module_name(file): file for folder in FOLDERS for file in (ROOT / folder).rglob("*.py")
} | {"tasks": ROOT / "tasks.py"}

PROGRAMS = [
    name
    for name, file in FILES.items()
    if GUARD in file.read_text().splitlines() and not name.startswith(STARTED_BY_ANOTHER)
]


@cache
def tree_of(name: str) -> ast.Module:
    return ast.parse(FILES[name].read_text())


def calls(tree: ast.AST) -> list[ast.Call]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def imported(tree: ast.Module) -> set[str]:
    """List the modules of this checkout that a module imports."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found & FILES.keys()


def parts_of(program: str) -> set[str]:
    """List a program's modules, those included that they import."""
    found, ahead = set[str](), {program}
    while ahead:
        found |= ahead
        ahead = {name for one in ahead for name in imported(tree_of(one))} - found
    return found


def passes_its_own_on(call: ast.Call) -> bool:
    """Say whether a call starts a process that inherits all variables."""
    starts = isinstance(call.func, ast.Attribute) and ast.unparse(call.func) in {
        *("subprocess.run", "subprocess.Popen", "subprocess.call", "subprocess.check_call"),
        *("subprocess.check_output", "os.system", "os.popen"),
    }
    return starts and "env" not in {keyword.arg for keyword in call.keywords}


def enters_the_clean_environment(program: str) -> bool:
    names = [call.func.id for call in calls(tree_of(program)) if isinstance(call.func, ast.Name)]
    return "enter_clean_environment" in names


def test_the_programs_are_found() -> None:
    assert {"tasks", "benchmarks.__main__", "scripts.scale.measure"} <= set(PROGRAMS)
    assert "benchmarks.processes" in parts_of("benchmarks.__main__")


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_enters_the_clean_environment_or_gives_each_process_its_variables(
    program: str,
) -> None:
    found = {
        f"{name}:{call.lineno}"
        for name in parts_of(program)
        for call in calls(tree_of(name))
        if passes_its_own_on(call)
    }
    assert enters_the_clean_environment(program) or not found


def test_the_tests_are_in_the_clean_environment() -> None:
    assert enters_the_clean_environment(TESTS)


@pytest.mark.thorough
def test_only_the_tests_add_to_the_variables_they_have() -> None:
    """They may, because theirs are clean. Others call `clean_environment`."""
    found = {
        name
        for name in FILES
        if not name.startswith("tests.")
        and any(
            isinstance(node, ast.Attribute) and ast.unparse(node) == "os.environ"
            for node in ast.walk(tree_of(name))
        )
    }
    assert found == {ISOLATION, "benchmarks.contestants.dlt_pipeline"}


@pytest.mark.thorough
def test_meltano_is_started_without_the_dotenv_of_the_project() -> None:
    """Its command is built in one place, which says `--env-file`."""
    found = {
        name
        for name in FILES
        for node in ast.walk(tree_of(name))
        if isinstance(node, ast.Constant) and node.value in {"meltano", "meltano.exe"}
    }
    assert found - {__name__} == {ISOLATION}
