"""The language of the rules: `margin_ratio > 80%` is true, false or unknown."""

from hedgewatch.core.expression.compilation import compile_condition, compile_scope
from hedgewatch.core.expression.parser import Expression, parse, parse_condition
from hedgewatch.core.expression.problems import ExpressionError, Problem
from hedgewatch.core.expression.units import Unit
from hedgewatch.core.model import Truth

__all__ = [
    "Expression",
    "ExpressionError",
    "Problem",
    "Truth",
    "Unit",
    "compile_condition",
    "compile_scope",
    "parse",
    "parse_condition",
]
