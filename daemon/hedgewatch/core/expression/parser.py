"""From the text of an expression to its meaning, or to every mistake in it at once."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from hedgewatch.core.expression.cells import Vocabulary
from hedgewatch.core.expression.evaluation import Node
from hedgewatch.core.expression.grammar import Grammar
from hedgewatch.core.expression.lexer import Kind, Lexer
from hedgewatch.core.expression.problems import ExpressionError, Problem
from hedgewatch.core.expression.units import Unit
from hedgewatch.core.expression.wording import WordOrder, unknown_names
from hedgewatch.core.model import Truth


@dataclass(frozen=True, slots=True)
class Expression:
    """A checked expression; `names` are the measures that it reads from a row."""

    text: str
    names: frozenset[str]
    is_condition: bool
    root: Node = field(repr=False)

    def evaluate(self, row: object) -> Truth:
        """Judge a row exactly; one that lacks a measure altogether raises AttributeError."""
        if not self.is_condition:
            raise ValueError(f"not a condition: {self.text}")
        truth = self.root.value(row)
        return None if truth is None else bool(truth)


def parse(text: str, symbols: Mapping[str, Unit]) -> Expression:
    """Read a condition or a quantity over the measures in `symbols`."""
    return _parse(text, symbols, condition=False)


def parse_condition(text: str, symbols: Mapping[str, Unit]) -> Expression:
    """Read what a rule may judge: true, false or unknown, never a number."""
    return _parse(text, symbols, condition=True)


def amount(text: str) -> float:
    """A number as expressions write it: `5%`, `30s`, `1000`; ValueError when it is none above 0."""
    tokens = Lexer(text).tokens
    if len(tokens) != 1 or tokens[0].kind is not Kind.NUMBER or tokens[0].value <= 0.0:
        raise ValueError("must be a number above 0, like 5%, 30s or 1000")
    return tokens[0].value


def _parse(text: str, known: Mapping[str, Unit], *, condition: bool) -> Expression:
    symbols = Vocabulary.of(known)
    lexer = Lexer(text)
    misnamed = list(unknown_names(lexer.tokens, symbols))
    unreadable = lexer.problems or WordOrder(lexer.tokens).problems
    if unreadable:
        raise ExpressionError(unreadable + misnamed)
    grammar = Grammar(text, lexer.tokens, symbols)
    tree = _python_tree(lexer.plain_text)
    root = grammar.read_condition(tree) if condition else grammar.read(tree)
    problems = misnamed + grammar.problems
    if not problems and not root.measured:
        problems.append(root.problem(f"{root.quote} can never change: name a measure"))
    if problems:
        raise ExpressionError(problems)
    return Expression(text, frozenset(grammar.names), root.unit is Unit.BOOLEAN, root.node)


@lru_cache(maxsize=256)
def _python_tree(plain_text: str) -> ast.expr:
    """Let Python parse; in parentheses of lines of their own, line breaks mean nothing.

    Rules that differ in their thresholds only have one tree, for numbers are ones in it: nobody
    changes it.
    """
    try:
        return ast.parse(f"(\n{plain_text}\n)", mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        message = "the expression cannot be read: write it more simply"
        raise ExpressionError([Problem(1, 1, message)]) from error
