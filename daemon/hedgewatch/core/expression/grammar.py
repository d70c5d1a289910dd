"""The whitelist: which of Python's syntax is an expression of a rule, and what each piece means.

What is not named here is refused.
"""

import ast
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from hedgewatch.core.expression import evaluation as meaning
from hedgewatch.core.expression.agreement import (
    Part,
    comparison_problems,
    condition_problems,
    fit_problems,
    number_problems,
)
from hedgewatch.core.expression.cells import Vocabulary, cell, input_of
from hedgewatch.core.expression.lexer import Kind, Token
from hedgewatch.core.expression.outside import OUTSIDE
from hedgewatch.core.expression.problems import Problem, quoted, unknown_scenario
from hedgewatch.core.expression.units import Unit, common, product, quotient
from hedgewatch.core.expression.windowing import (
    SHORTEST,
    WINDOWED,
    Windowing,
    mistake_in_length,
    mistake_in_use,
    windowed_unit,
)
from hedgewatch.core.expression.wording import ARITHMETIC, DEEPEST

_ARITHMETIC: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
}
_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
_TRUTHS = {"true": True, "false": False}
_LONELY_TEXT = "text in quotes only names a scenario or a signal, in the parentheses of a measure"


class Grammar:
    """Turns Python's tree of one expression into ours; `problems` collects every mistake, `names`
    what is read from a row: measures, those of scenarios, and what is windowed.

    The tree is that of the text behind one line of its own, so Python's lines are one too high.
    """

    def __init__(self, text: str, tokens: Sequence[Token], symbols: Vocabulary) -> None:
        self.problems: list[Problem] = []
        self.names: set[str] = set()
        self._lines = text.split("\n")
        self._symbols = symbols
        self._literals = {
            (t.line, t.column): t for t in tokens if t.kind in {Kind.NUMBER, Kind.TEXT}
        }
        self._depth = 0
        self._readers: dict[type[ast.expr], Callable[[Any], Part]] = {
            ast.BoolOp: self._joined,
            ast.UnaryOp: self._prefixed,
            ast.BinOp: self._arithmetic,
            ast.Compare: self._comparison,
            ast.Call: self._call,
            ast.Name: self._name,
            ast.Constant: self._literal,
        }

    def read(self, node: ast.expr) -> Part:
        """Understand one node; what cannot be understood fits everything around it."""
        if self._depth >= DEEPEST:
            return self._too_deep(node)
        self._depth += 1
        part = self._readers.get(type(node), self._foreign)(node)
        self._depth -= 1
        return part

    def read_condition(self, node: ast.expr) -> Part:
        """Understand a node where only a condition may stand."""
        part = self.read(node)
        self.problems += condition_problems(part)
        return part

    def _read_number(self, node: ast.expr) -> Part:
        part = self.read(node)
        self.problems += number_problems(part)
        return part

    def _part(self, node: ast.expr, meant: meaning.Node, unit: Unit | None, *of: Part) -> Part:
        return self._whole(node, meant, unit, measured=any(part.measured for part in of))

    def _whole(
        self, node: ast.expr, meant: meaning.Node, unit: Unit | None, *, measured: bool
    ) -> Part:
        end = (node.end_lineno or node.lineno) - 1, node.end_col_offset or 0
        return Part(meant, unit, measured, *_place(node), self._lines, end)

    def _mistake(self, node: ast.expr, message: str) -> Part:
        self.problems.append(Problem(*_place(node), message))
        return _nothing(node)

    def _too_deep(self, node: ast.expr) -> Part:
        message = f"the expression is nested more than {DEEPEST} deep: split the rule"
        if any(known.message == message for known in self.problems):
            return _nothing(node)
        return self._mistake(node, message)

    def _foreign(self, node: ast.expr) -> Part:
        return self._mistake(node, "this is not part of the language of expressions")

    def _joined(self, node: ast.BoolOp) -> Part:
        parts = [self.read_condition(value) for value in node.values]
        word = "and" if isinstance(node.op, ast.And) else "or"
        joined = meaning.Joined(word, tuple(part.node for part in parts))
        return self._part(node, joined, Unit.BOOLEAN, *parts)

    def _prefixed(self, node: ast.UnaryOp) -> Part:
        match node.op:
            case ast.Not():
                inner = self.read_condition(node.operand)
                return self._part(node, meaning.Not(inner.node), Unit.BOOLEAN, inner)
            case ast.USub():
                inner = self._read_number(node.operand)
                unit = self._common_unit((inner,), "negative")
                return self._part(node, meaning.Negative(inner.node), unit, inner)
            case _:
                return self._foreign(node)

    def _arithmetic(self, node: ast.BinOp) -> Part:
        left, right = self._read_number(node.left), self._read_number(node.right)
        name = _ARITHMETIC.get(type(node.op))
        if name is None:
            return self._foreign(node)
        if name == "/" and right.node == meaning.Number(0.0):
            self.problems.append(right.problem("a division by zero is never known"))
        result = meaning.Arithmetic(name, left.node, right.node)
        return self._part(node, result, self._result_unit(name, left, right), left, right)

    def _result_unit(self, name: str, left: Part, right: Part) -> Unit | None:
        if Unit.BOOLEAN in {left.unit, right.unit}:
            return None
        if name == "*":
            return product(left.unit, right.unit)
        if name == "/":
            return quotient(left.unit, right.unit)
        return self._common_unit((left, right), "added or subtracted")

    def _common_unit(self, parts: Sequence[Part], done: str) -> Unit | None:
        if any(part.unit is Unit.BOOLEAN for part in parts):
            return None
        self.problems += fit_problems(parts, done)
        unit: Unit | None = Unit.NUMBER
        for part in parts:
            unit = common(unit, part.unit)
        return unit

    def _comparison(self, node: ast.Compare) -> Part:
        parts = [self.read(operand) for operand in (node.left, *node.comparators)]
        names = tuple(_COMPARISONS.get(type(op), "") for op in node.ops)
        if "" in names:
            return self._foreign(node)
        for name, (left, right) in zip(names, pairwise(parts), strict=True):
            self.problems += comparison_problems(name, left, right)
        result = meaning.Comparison(names, tuple(part.node for part in parts))
        whole = self._part(node, result, Unit.BOOLEAN, *parts)
        if not whole.measured:
            message = f"{whole.quote} can never change: compare a measure"
            self.problems.append(whole.problem(message))
        return whole

    def _call(self, node: ast.Call) -> Part:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if node.keywords or not name:
            return self._foreign(node)
        if name in self._symbols.of_scenario or name in OUTSIDE:
            return self._cell(node, name)
        if name in WINDOWED:
            return self._windowed(node, name)
        if name not in ARITHMETIC:  # said already, with what it may be meant to be
            return self._misnamed(node)
        parts = [self._read_number(argument) for argument in node.args]
        self._check_count(node, name, len(parts))
        unit = self._common_unit(parts, f"the arguments of one {name}")
        return self._part(node, meaning.Call(name, tuple(p.node for p in parts)), unit, *parts)

    def _misnamed(self, node: ast.Call) -> Part:
        """A call of what does not exist: a text in it may be the scenario of a misspelt measure."""
        for argument in node.args:
            if self._text(argument) is None:
                self._read_number(argument)
        return _nothing(node)

    def _cell(self, node: ast.Call, name: str) -> Part:
        """A measure of a scenario, or of what is outside, whose name stands in quotes."""
        token = self._text(node.args[0]) if len(node.args) == 1 else None
        if token is None:
            what = "name" if name in OUTSIDE else "scenario"
            return self._mistake(node, f'{name} takes one {what} in quotes: {name}("NAME")')
        scenario = token.text[1:-1]
        if name in OUTSIDE:
            return self._measure(node, cell(name, scenario), OUTSIDE[name])
        if scenario not in self._symbols.scenarios:
            message = unknown_scenario(scenario, self._symbols.scenarios)
            return self._mistake(node.args[0], message)
        unit = self._symbols.of_scenario[name]
        return self._measure(node, cell(name, scenario), unit)

    def _windowed(self, node: ast.Call, function: str) -> Part:
        """A function of the recent past of one measure."""
        if len(node.args) != 2:  # noqa: PLR2004 (a measure and a time)
            usage = f"{function} takes a measure and a time: {function}(margin_ratio, 5m)"
            return self._mistake(node, usage)
        before = set(self.names)
        of, seconds = self.read(node.args[0]), self._length(node.args[1])
        self.names = before
        if not isinstance(of.node, meaning.Measure | meaning.Flag) or input_of(of.node.name) != (
            of.node.name
        ):
            return self._unwindowable(of, function)
        problem = mistake_in_use(function, of.unit)
        if problem:
            self.problems.append(of.problem(f"{of.quote} {problem}"))
            return _nothing(node)
        name = str(Windowing(function, of.node.name, seconds))
        return self._measure(node, name, windowed_unit(function, of.unit))

    def _unwindowable(self, of: Part, function: str) -> Part:
        """What is no measure has no past that is kept; of a mistake nothing more is said."""
        if of.source:
            message = f"{of.quote} is no single measure: {function} takes one, like margin_ratio"
            self.problems.append(of.problem(message))
        return Part(of.node, None, True, of.line, of.column)  # noqa: FBT003

    def _length(self, node: ast.expr) -> float:
        """The time that a window takes."""
        token = self._literals.get(_place(node)) if isinstance(node, ast.Constant) else None
        if token is None or token.unit is not Unit.SECONDS:
            self._mistake(node, "a window takes a time, written like 30s, 5m or 1d")
            return SHORTEST
        problem = mistake_in_length(token.value)
        if problem:
            self._mistake(node, f"{problem}, not {quoted(token.text)[1:-1]}")
        return token.value

    def _text(self, node: ast.expr) -> Token | None:
        """What stands in quotes, None where something else begins."""
        token = self._literals.get(_place(node))
        return token if token is not None and token.kind is Kind.TEXT else None

    def _check_count(self, node: ast.Call, name: str, count: int) -> None:
        if name == "abs" and count > 1:
            self._mistake(node, f"abs takes one argument, here are {count}")
        elif name != "abs" and count == 1:
            self._mistake(node, f"{name} takes two arguments or more, here is one")

    def _name(self, node: ast.Name) -> Part:
        if node.id in _TRUTHS:
            return self._part(node, meaning.Fixed(_TRUTHS[node.id]), Unit.BOOLEAN)
        return self._measure(node, node.id, self._symbols.get(node.id))

    def _measure(self, node: ast.expr, name: str, unit: Unit | None) -> Part:
        self.names.add(name)
        measure = meaning.Flag(name) if unit is Unit.BOOLEAN else meaning.Measure(name)
        return self._whole(node, measure, unit, measured=True)

    def _literal(self, node: ast.Constant) -> Part:
        token = self._literals.get(_place(node))
        if token is None:
            return self._foreign(node)
        if token.kind is Kind.TEXT:
            return self._mistake(node, _LONELY_TEXT)
        number = meaning.Number(token.value, token.unit, token.line, token.column)
        return self._part(node, number, token.unit)


def _nothing(node: ast.expr) -> Part:
    """Stand for what is a mistake already: it fits everything."""
    return Part(meaning.Number(0.0), None, True, *_place(node))  # noqa: FBT003


def _place(node: ast.expr) -> tuple[int, int]:
    return node.lineno - 1, node.col_offset + 1
