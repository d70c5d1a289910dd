"""The key `realert` of a rule, read: what gets worse, and by how much it has to."""

from collections.abc import Mapping

from hedgewatch.config.problems import Problem
from hedgewatch.config.rule_schema import RealertSettings
from hedgewatch.config.yaml_source import Location, Source
from hedgewatch.core.expression import (
    Expression,
    ExpressionError,
    Unit,
    amount,
    excess,
    parse,
    parse_condition,
)
from hedgewatch.core.rules import Realert

Written = tuple[Source, Location, list[Problem]]
"""A rule in its file, and where its mistakes are put."""

_NOT_ONE = (
    "realert: 'expr' does not compare one quantity with another: say 'of', what is greater the "
    "worse it is, like -liquidation_distance"
)


def realert(
    settings: RealertSettings | None, expr: Expression, known: Mapping[str, Unit], place: Written
) -> Realert | None:
    """What was written, None when nothing was or when it is wrong."""
    if settings is None:
        return None
    source, at, problems = place
    text = settings.of or excess(expr)
    if text is None:
        problems.append(source.problem((*at, "realert"), _NOT_ONE))
        return None
    of = _quantity(text, known, place)
    worse_by = None if of is None else _amount(settings.worse_by, text, known, place)
    if of is None or worse_by is None:
        return None
    return Realert(worse_by=worse_by, of=of, every=settings.every)


def _quantity(text: str, known: Mapping[str, Unit], place: Written) -> Expression | None:
    source, at, problems = place
    location = (*at, "realert", "of")
    try:
        read = parse(text, known)
    except ExpressionError as error:
        problems += [
            source.problem_within(location, found.line, found.column, found.message)
            for found in error.problems
        ]
        return None
    if read.is_condition:
        problems.append(source.problem(location, "of: must be a quantity, not a condition"))
        return None
    return read


def _amount(text: str, of: str, known: Mapping[str, Unit], place: Written) -> float | None:
    """How much worse: a number of the unit of what gets worse."""
    source, at, problems = place
    location = (*at, "realert", "worse_by")
    try:
        worse_by = amount(text)
        parse_condition(f"({of}) > {text}", known)
    except ExpressionError as error:
        problems.append(source.problem(location, f"worse_by: {error.problems[0].message}"))
    except ValueError as error:
        problems.append(source.problem(location, f"worse_by: {error}"))
    else:
        return worse_by
    return None
