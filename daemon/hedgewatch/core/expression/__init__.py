"""The language of the rules: `margin_ratio > 80%` is true, false or unknown."""

from hedgewatch.core.expression.cells import Vocabulary, cell, input_of, parts_of, spelt, value_of
from hedgewatch.core.expression.compilation import compile_condition, compile_scope
from hedgewatch.core.expression.decided import ROOM, decidedly
from hedgewatch.core.expression.outside import OUTSIDE, is_outside
from hedgewatch.core.expression.parser import Expression, amount, parse, parse_condition
from hedgewatch.core.expression.problems import ExpressionError, Problem
from hedgewatch.core.expression.units import Unit
from hedgewatch.core.expression.windowing import Windowing, windowed_unit, windowing_of
from hedgewatch.core.expression.worsening import excess
from hedgewatch.core.model import Truth

__all__ = [
    "OUTSIDE",
    "ROOM",
    "Expression",
    "ExpressionError",
    "Problem",
    "Truth",
    "Unit",
    "Vocabulary",
    "Windowing",
    "amount",
    "cell",
    "compile_condition",
    "compile_scope",
    "decidedly",
    "excess",
    "input_of",
    "is_outside",
    "parse",
    "parse_condition",
    "parts_of",
    "spelt",
    "value_of",
    "windowed_unit",
    "windowing_of",
]
