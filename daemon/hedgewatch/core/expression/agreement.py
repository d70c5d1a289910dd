"""Which parts of an expression go together: conditions with conditions, ratios with ratios."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from hedgewatch.core.expression.evaluation import Fixed, Node
from hedgewatch.core.expression.problems import Problem, quoted
from hedgewatch.core.expression.units import Unit, fit


class Part(NamedTuple):
    """A piece of the expression as it was understood; `measured` when its value can change. `lines`
    are those of the whole expression, none for what stands for a mistake.
    """

    node: Node
    unit: Unit | None
    measured: bool
    line: int
    column: int
    lines: Sequence[str] = ()
    end: tuple[int, int] = (0, 0)

    @property
    def source(self) -> str:
        """The piece as its author wrote it, on one line; empty for what stands for a mistake."""
        last, end = self.end
        lines = list(self.lines[self.line - 1 : last])
        if lines:
            lines[-1] = lines[-1][:end]
            lines[0] = lines[0][self.column - 1 :]
        return " ".join(lines)

    @property
    def quote(self) -> str:
        """The same in quotes, shortened when it is long."""
        return quoted(self.source)

    def problem(self, message: str) -> Problem:
        """Report a mistake at the start of this piece."""
        return Problem(self.line, self.column, message)


def condition_problems(part: Part) -> Iterator[Problem]:
    """Report what stands where only a condition may stand, or what can never change."""
    if isinstance(part.node, Fixed):
        yield part.problem(
            f"{part.quote} can never change: leave it out, or compare a measure with it"
        )
    elif part.unit is not None and part.unit is not Unit.BOOLEAN:
        example = f", for example {part.quote[1:-1]} > {part.unit.example}" if part.measured else ""
        what = f"{part.quote} is {part.unit.phrase}, not a condition"
        yield part.problem(f"{what}: compare it{example}")


def number_problems(part: Part) -> Iterator[Problem]:
    """Report true or false where a number is needed."""
    if part.unit is Unit.BOOLEAN:
        message = "is true or false, not a number: use it alone, or with 'not'"
        yield part.problem(f"{part.quote} {message}")


def comparison_problems(name: str, left: Part, right: Part) -> Iterator[Problem]:
    """Report two operands of one comparison that cannot be compared, or not by this operator."""
    booleans = [part for part in (left, right) if part.unit is Unit.BOOLEAN]
    if not booleans:
        yield from fit_problems((left, right), "compared")
    elif left.unit is right.unit:
        if name not in {"==", "!="}:
            message = f"true and false have no order for '{name}': use == or !=, or and, or, not"
            yield right.problem(message)
    elif None not in {left.unit, right.unit}:  # an unknown name may well be a condition too
        yield from number_problems(booleans[0])


def fit_problems(parts: Sequence[Part], done: str) -> Iterator[Problem]:
    """Report the first two that count different things; a plain number goes with all."""
    counting = [part for part in parts if part.unit is not Unit.NUMBER]
    for left, right in pairwise(counting):
        if not fit(left.unit, right.unit):
            yield _misfit(left, right, done)
            return


def _misfit(left: Part, right: Part, done: str) -> Problem:
    strange, other = (left, right) if right.measured and not left.measured else (right, left)
    kinds = ", ".join(f"{part.quote} is {_phrase(part)}" for part in (strange, other))
    advice = (
        ""
        if strange.measured or other.unit is None
        else f": write {other.unit.example}, for example"
    )
    return strange.problem(f"{kinds}, they cannot be {done}{advice}")


def _phrase(part: Part) -> str:
    return part.unit.phrase if part.unit else "unknown"
