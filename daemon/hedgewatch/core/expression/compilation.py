"""Turns checked expressions into plain Python functions, which is what a quiet tick pays for.

The generated code decides only what is certain. An Unknown raises TypeError where it is compared, a
division by zero ArithmeticError, a NaN `UndecidedError`: then the exact evaluation answers instead,
or, of a row that often lacks the same measures, a function that was made for their absence.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from itertools import compress
from types import CodeType
from typing import Any

from hedgewatch.core.expression import evaluation as meaning
from hedgewatch.core.expression.evaluation import Condition, Node, silenced
from hedgewatch.core.expression.outside import is_outside
from hedgewatch.core.expression.parser import Expression
from hedgewatch.core.model import Truth, Unknown

Judge = Callable[[object], Truth]
ScopeJudge = Callable[[object], tuple[Truth, ...]]

_TEMPLATE = """\
def judge({given}):
    {reads}
    try:
        if {sane}:
            return {result}
    except (TypeError, ArithmeticError):
        pass
    return exact(row{handed_on})
"""


class UndecidedError(ArithmeticError):
    """A NaN came up on the fast path."""


def _undecided() -> float:
    raise UndecidedError


def compile_condition(expression: Expression) -> Judge:
    """Make the function that judges one row by one condition."""
    names = sorted(expression.names)
    shape = _Shape(reads=_reads(names))
    return _function(shape, _code(expression), names, {"exact": expression.evaluate})


def compile_scope(expressions: Sequence[Expression]) -> ScopeJudge:
    """Make the function that judges one row by all conditions, in their order.

    Every measure is read once. What is not known leaves the conditions alone that do not need it.
    """
    names = sorted(frozenset[str]().union(*(expression.names for expression in expressions)))
    shape = _Shape(reads=_reads(names), handed_on=f", {_tuple(map(_variable, names))}")
    exact = _WithoutSome(expressions, names)
    return _function(shape, _tuple(map(_code, expressions)), names, {"exact": exact})


_OFTEN = 20
"""From the so-manieth time on it is worth it to make a function."""

_MOST_FUNCTIONS = 32
"""For so many different absences there is a function at most, on the rows of one judgement."""


class _WithoutSome:
    """Judges rows of which some measures are not known: again and again the same ones.

    A condition that needs one of them is unknown without being looked at, one that may be decided
    in spite of it is judged alone, and the others as if nothing were amiss.
    """

    __slots__ = ("_alone", "_expressions", "_functions", "_names", "_times")

    def __init__(self, expressions: Sequence[Expression], names: Sequence[str]) -> None:
        self._expressions = tuple(expressions)
        self._names = tuple(names)
        self._alone = tuple(map(_Alone, expressions))
        self._functions: dict[tuple[bool, ...], Callable[..., tuple[Truth, ...]]] = {}
        self._times: dict[tuple[bool, ...], int] = {}

    def __call__(self, row: object, values: tuple[object, ...]) -> tuple[Truth, ...]:
        missing = tuple([type(value) is Unknown for value in values])
        function = self._functions.get(missing)
        if function is not None:
            return function(row, values)
        if len(self._functions) < _MOST_FUNCTIONS:
            self._times[missing] = times = self._times.get(missing, 0) + 1
            if times == _OFTEN:
                self._functions[missing] = self._without(frozenset(compress(self._names, missing)))
                self._times.clear()
        return self._one_by_one(row)

    def _one_by_one(self, row: object) -> tuple[Truth, ...]:
        return tuple([judge(row) for judge in self._alone])

    def _without(self, missing: frozenset[str]) -> Callable[..., tuple[Truth, ...]]:
        codes: list[str] = []
        known: dict[str, Callable[..., Any]] = {"exact": self._one_by_one}
        read = set[str]()
        for place, expression in enumerate(self._expressions):
            if expression.names.isdisjoint(missing):
                codes.append(_code(expression))
                read |= expression.names
            elif silenced(expression.root, missing):
                codes.append("None")
            else:
                codes.append(f"alone_{place}(row)")
                known[f"alone_{place}"] = self._alone[place]
        shape = _Shape(given="row, values", reads=f"{_tuple(map(_variable, self._names))} = values")
        return _function(shape, _tuple(codes), sorted(read), known)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shape:
    """What a function is given, how it gets its variables, and what more the exact way is given."""

    given: str = "row"
    reads: str
    handed_on: str = ""


def _function(
    shape: _Shape, result: str, names: Sequence[str], known: Mapping[str, Callable[..., Any]]
) -> Callable[..., Any]:
    """`names` are the measures that `result` reads, `known` the functions that it may call."""
    variables = map(_variable, names)
    sane = " and ".join(f"{variable} == {variable}" for variable in variables) or "True"
    namespace: dict[str, Any] = {
        "__builtins__": {"TypeError": TypeError, "ArithmeticError": ArithmeticError},
        **meaning.FUNCTIONS,
        **known,
        "undecided": _undecided,
    }
    source = _TEMPLATE.format(**asdict(shape), sane=sane, result=result)
    exec(_compiled(source), namespace)  # noqa: S102
    judge: Callable[..., Any] = namespace["judge"]
    return judge


def _reads(names: Iterable[str]) -> str:
    return "; ".join(f"{_variable(name)} = row.{_place(name)}" for name in names) or "pass"


def _tuple(codes: Iterable[str]) -> str:
    return f"({''.join(f'{code}, ' for code in codes)})"


@lru_cache(maxsize=1_024)
def _compiled(source: str) -> CodeType:
    """What rules of the same words have in common, on whatever subjects."""
    return compile(source, "<rules>", "exec")


def _place(name: str) -> str:
    """Where a row holds a measure, a cell or a window (their names are literals of the code)."""
    if name.isidentifier():
        return name
    if name.endswith('")'):
        return f"{'outside' if is_outside(name) else 'stressed'}[{name!r}]"
    return f"windowed({name!r})"


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
