"""Write the page of the Python interface from its docstrings."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING

from tap_genesys_search import errors
from tap_genesys_search.callbacks import SearchRun, search_interactions

if TYPE_CHECKING:
    from collections.abc import Iterator

SECTION = re.compile(r"(Args|Attributes|Returns|Raises):")


def python_lines() -> Iterator[str]:
    """Write the page, line by line."""
    yield "# Python"
    yield ""
    yield "The same searches without Singer: [an example](../how-to/get-callbacks.md)."
    yield ""
    yield "## `tap_genesys_search.callbacks`"
    yield ""
    for one in (search_interactions, SearchRun):
        yield f"### `{one.__name__}`"
        yield ""
        yield "```python"
        yield from _signature(one)
        yield "```"
        yield ""
        yield from _described(inspect.getdoc(one) or "")
        yield ""
    yield "## `tap_genesys_search.errors`"
    yield ""
    yield "| Error | Is a | When |"
    yield "| --- | --- | --- |"
    for error in _errors():
        first = (inspect.getdoc(error) or "").partition("\n\n")[0].replace("\n", " ")
        yield f"| `{error.__name__}` | `{error.__mro__[1].__name__}` | {first} |"


def _errors() -> Iterator[type[object]]:
    for one in vars(errors).values():
        if inspect.isclass(one) and one.__module__ == errors.__name__:
            yield one


def _signature(one: object) -> Iterator[str]:
    """Write what may be passed, one argument a line."""
    name = getattr(one, "__name__", "")
    signature = inspect.signature(one)  # type: ignore[arg-type]
    is_keyword_only = False
    yield f"{name}("
    for parameter in signature.parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and not is_keyword_only:
            is_keyword_only = True
            yield "    *,"
        yield f"    {str(parameter).replace(chr(39), '')},"
    returned = str(signature.return_annotation).strip("'")
    yield f") -> {returned}" if returned != "None" else ")"


def _described(docstring: str) -> Iterator[str]:
    """Write a docstring, its sections as lists."""
    is_section = False
    for line in docstring.splitlines():
        heading = SECTION.fullmatch(line)
        if heading:
            is_section = True
            yield f"**{heading[1]}**"
            yield ""
        elif is_section and re.match(r" {4}\w+: ", line):
            name, _, text = line.strip().partition(": ")
            yield f"- `{name}`: {text}"
        elif is_section and line.startswith(" " * 8):
            yield f"  {line.strip()}"
        else:
            yield line.strip()
