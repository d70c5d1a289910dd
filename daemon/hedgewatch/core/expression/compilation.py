"""Turns checked expressions into plain Python functions, which is what a quiet tick pays for.

The generated code decides only what is certain. An Unknown raises TypeError where it is compared, a
division by zero ArithmeticError, a NaN `UndecidedError`: then the exact evaluation answers instead.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from types import CodeType
from typing import Any

from hedgewatch.core.expression import evaluation as meaning
from hedgewatch.core.expression.cells import value_of
from hedgewatch.core.expression.evaluation import Condition, Node
from hedgewatch.core.expression.parser import Expression
from hedgewatch.core.model import Truth, Unknown

Judge = Callable[[object], Truth]
ScopeJudge = Callable[[object], tuple[Truth, ...]]

_TEMPLATE = """\
def judge(row):
    try:
        {reads}
        if {sane}:
            return {result}
    except (TypeError, ArithmeticError):
        pass
    return exact(row)
"""


class UndecidedError(ArithmeticError):
    """A NaN came up on the fast path."""


def _undecided() -> float:
    raise UndecidedError


def compile_condition(expression: Expression) -> Judge:
    """Make the function that judges one row by one condition."""
    return _function(_code(expression), expression.names, expression.evaluate)


def compile_scope(expressions: Sequence[Expression]) -> ScopeJudge:
    """Make the function that judges one row by all conditions, in their order.

    Every measure is read once. When one condition cannot be decided, those are judged alone that
    read what is not known.
    """
    result = "".join(f"{_code(expression)}, " for expression in expressions)
    names = frozenset[str]().union(*(expression.names for expression in expressions))
    return _function(f"({result})", names, _OneByOne(expressions))


class _OneByOne:
    """Judges conditions that read the same together: while nothing of it is known, none of them is.

    Most never need a function of their own, which takes longer to make than to do without.
    """

    __slots__ = ("_alike", "_count")

    def __init__(self, expressions: Sequence[Expression]) -> None:
        alike: dict[frozenset[str], list[tuple[int, _Alone]]] = {}
        for place, expression in enumerate(expressions):
            alike.setdefault(expression.names, []).append((place, _Alone(expression)))
        self._alike = [(tuple(names), judges) for names, judges in alike.items()]
        self._count = len(expressions)

    def __call__(self, row: object) -> tuple[Truth, ...]:
        truths: list[Truth] = [None] * self._count
        for names, judges in self._alike:
            if not all(isinstance(value_of(row, name), Unknown) for name in names):
                for place, judge in judges:
                    truths[place] = judge(row)
        return tuple(truths)


_OFTEN = 20
"""From the so-manieth time on a condition is judged by a function of its own."""


class _Alone:
    """One condition, whose function is made once it is worth it."""

    __slots__ = ("_expression", "_judge", "_times")

    def __init__(self, expression: Expression) -> None:
        self._expression = expression
        self._judge: Judge = expression.evaluate
        self._times = 0

    def __call__(self, row: object) -> Truth:
        self._times += 1
        if self._times == _OFTEN:
            self._judge = compile_condition(self._expression)
        return self._judge(row)


def _function(
    result: str, names: Iterable[str], exact: Callable[[object], Any]
) -> Callable[..., Any]:
    ordered = sorted(names)
    reads = "; ".join(f"{_variable(name)} = row.{_place(name)}" for name in ordered) or "pass"
    variables = map(_variable, ordered)
    sane = " and ".join(f"{variable} == {variable}" for variable in variables) or "True"
    namespace: dict[str, Any] = {
        "__builtins__": {"TypeError": TypeError, "ArithmeticError": ArithmeticError},
        **meaning.FUNCTIONS,
        "exact": exact,
        "undecided": _undecided,
    }
    exec(_compiled(_TEMPLATE.format(reads=reads, sane=sane, result=result)), namespace)  # noqa: S102
    judge: Callable[..., Any] = namespace["judge"]
    return judge


@lru_cache(maxsize=1_024)
def _compiled(source: str) -> CodeType:
    """What rules of the same words have in common, on whatever subjects."""
    return compile(source, "<rules>", "exec")


def _place(name: str) -> str:
    """Where a row holds a measure, a cell or a window (their names are literals of the code)."""
    if name.isidentifier():
        return name
    return f"stressed[{name!r}]" if name.endswith('")') else f"windowed({name!r})"


def _variable(name: str) -> str:
    return f"m_{name}" if name.isidentifier() else f"c_{name.encode().hex()}"


def _code(expression: Expression) -> str:
    if not isinstance(expression.root, Condition):
        raise TypeError(f"not a condition: {expression.text}")
    return _condition(expression.root)


def _code_of(node: Node) -> str:
    return _condition(node) if isinstance(node, Condition) else _quantity(node)


def _condition(node: Condition) -> str:
    match node:
        case meaning.Fixed(truth):
            return str(truth)
        case meaning.Flag(name):
            return f"({_variable(name)} > 0)"
        case meaning.Not(inner):
            return f"(not {_code_of(inner)})"
        case meaning.Joined(word, parts):
            return f"({f' {word} '.join(map(_code_of, parts))})"
        case meaning.Comparison(operators, operands):
            codes = zip(map(_comparable, operands), (*operators, ""), strict=True)
            return f"({' '.join(f'{code} {sign}' for code, sign in codes)})"


def _quantity(node: meaning.Quantity) -> str:
    match node:
        case meaning.Number(literal):
            return repr(literal)
        case meaning.Measure(name):
            return _variable(name)
        case meaning.Negative(inner):
            return f"(-{_code_of(inner)})"
        case meaning.Arithmetic(sign, left, right):
            return f"({_code_of(left)} {sign} {_code_of(right)})"
        case meaning.Call(name, arguments):
            return f"{name}({', '.join(map(_certain, arguments))})"


def _comparable(node: Node) -> str:
    """Make an Unknown raise even where it would be compared for equality, which it allows."""
    return f"+{_variable(node.name)}" if isinstance(node, meaning.Measure) else _certain(node)


def _certain(node: Node) -> str:
    """Make a NaN raise: a comparison would answer false, and min and max might swallow it."""
    code = _code_of(node)
    return f"(t if (t := {code}) == t else undecided())" if _may_be_nan(node) else code


def _may_be_nan(node: Node) -> bool:
    match node:
        case meaning.Arithmetic():
            return True
        case meaning.Negative(inner) | meaning.Call("abs", (inner,)):
            return _may_be_nan(inner)
        case _:
            return False
