"""Turning the expressions of stream maps into functions.

The SDK walks the syntax tree of an expression for each record. The forms that are known here are a
closed list, and do with the SDK's own operators and functions what its evaluator does.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import itemgetter
from types import NoneType
from typing import TYPE_CHECKING, Any, TypeAlias

from tap_genesys_search.singer.pages.json_texts import json_dumps

if TYPE_CHECKING:
    from simpleeval import EvalWithCompoundTypes

Values: TypeAlias = tuple[Any, ...]
"""Those of a row, in the order of its columns."""

Compute: TypeAlias = Callable[[Values], Any]

FUNCTIONS = frozenset({"md5", "sha256", "str", "int", "float", "bool"})
"""Those with the same result for the same arguments. `rand`, say, has another each time."""

RECORD = frozenset({"_", "record"})
"""Names of the record itself."""

LONGEST_TEXT = 10_000
"""Characters of a text in an expression; far less than the SDK allows."""


class UnknownFormError(Exception):
    """A part of an expression is not on the list."""


@dataclass(frozen=True)
class Scope:
    """What an expression may name.

    Attributes:
        columns: Column of the rows to its place.
        names: Other names to their values. They hide columns.
        evaluator: The SDK's, whose operators and functions the expression may use.
    """

    columns: Mapping[str, int]
    names: Mapping[str, Any]
    evaluator: EvalWithCompoundTypes


def compiled(node: ast.expr, scope: Scope) -> Compute:
    """Turn an expression into a function.

    Args:
        node: The expression.
        scope: What it may name.

    Returns:
        What computes the value for a row. Where the SDK's evaluator fails, it does, too, perhaps
        with another error.

    Raises:
        UnknownFormError: A part of the expression is not on the list.
    """
    form = _FORMS.get(type(node))
    if form is None:
        raise UnknownFormError
    return form(node, scope)


def _constant(node: ast.Constant, _: Scope) -> Compute:
    value = node.value
    is_long = isinstance(value, str) and len(value) > LONGEST_TEXT
    if is_long or not isinstance(value, str | int | float | NoneType):
        raise UnknownFormError
    return _always(value)


def _always(value: object) -> Compute:
    return lambda _: value


def _name(node: ast.Name, scope: Scope) -> Compute:
    if node.id in scope.names:
        return _always(scope.names[node.id])
    if node.id in RECORD:
        raise UnknownFormError
    return _column(node.id, scope)


def _column(name: object, scope: Scope) -> Compute:
    if not isinstance(name, str) or name not in scope.columns:
        raise UnknownFormError
    return itemgetter(scope.columns[name])


def _items(node: ast.List | ast.Tuple, scope: Scope) -> Compute:
    items = [compiled(item, scope) for item in node.elts]
    make = list if isinstance(node, ast.List) else tuple
    return lambda values: make(item(values) for item in items)


def _subscript(node: ast.Subscript, scope: Scope) -> Compute:
    if isinstance(node.value, ast.Name) and node.value.id in RECORD:
        return _column(node.slice.value if isinstance(node.slice, ast.Constant) else None, scope)
    holder, key = compiled(node.value, scope), compiled(node.slice, scope)
    return lambda values: holder(values)[key(values)]


def _call(node: ast.Call, scope: Scope) -> Compute:
    if len(node.args) != 1 or node.keywords:
        raise UnknownFormError
    function, argument = _function(node.func, scope), compiled(node.args[0], scope)
    return lambda values: function(argument(values))


def _function(node: ast.expr, scope: Scope) -> Callable[[Any], Any]:
    if isinstance(node, ast.Name) and node.id in FUNCTIONS:
        function: Callable[[Any], Any] = scope.evaluator.functions[node.id]
        return function
    if ast.unparse(node) == "json.dumps" and "json" not in scope.columns:
        return json_dumps
    raise UnknownFormError


def _unary_operation(node: ast.UnaryOp, scope: Scope) -> Compute:
    operator, operand = _operator(node.op, scope), compiled(node.operand, scope)
    return lambda values: operator(operand(values))


def _binary_operation(node: ast.BinOp, scope: Scope) -> Compute:
    return _of_two(node.op, node.left, node.right, scope)


def _comparison(node: ast.Compare, scope: Scope) -> Compute:
    if len(node.ops) != 1:
        raise UnknownFormError
    return _of_two(node.ops[0], node.left, node.comparators[0], scope)


def _of_two(
    operation: ast.operator | ast.cmpop, left: ast.expr, right: ast.expr, scope: Scope
) -> Compute:
    operator = _operator(operation, scope)
    first, second = compiled(left, scope), compiled(right, scope)
    return lambda values: operator(first(values), second(values))


def _operator(node: ast.operator | ast.unaryop | ast.cmpop, scope: Scope) -> Callable[..., Any]:
    operator: Callable[..., Any] | None = scope.evaluator.operators.get(type(node))
    if operator is None:
        raise UnknownFormError
    return operator


def _either_or_both(node: ast.BoolOp, scope: Scope) -> Compute:
    first, *others = (compiled(value, scope) for value in node.values)
    deciding = isinstance(node.op, ast.Or)

    def compute(values: Values) -> Any:  # noqa: ANN401 - the value that decides it
        value = first(values)
        for other in others:
            if bool(value) is deciding:
                break
            value = other(values)
        return value

    return compute


def _choice(node: ast.IfExp, scope: Scope) -> Compute:
    test, body, other = (compiled(one, scope) for one in (node.test, node.body, node.orelse))
    return lambda values: body(values) if test(values) else other(values)


_FORMS: dict[type[ast.expr], Callable[[Any, Scope], Compute]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.List: _items,
    ast.Tuple: _items,
    ast.Subscript: _subscript,
    ast.Call: _call,
    ast.UnaryOp: _unary_operation,
    ast.BinOp: _binary_operation,
    ast.Compare: _comparison,
    ast.BoolOp: _either_or_both,
    ast.IfExp: _choice,
}
