"""Finds every mistake that shows without a tree: unknown names, words out of order, parentheses.

Python's parser would stop at the first of them, and would say it in Python's words.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from hedgewatch.core.expression.cells import Vocabulary
from hedgewatch.core.expression.lexer import LANGUAGE_WORDS, Kind, Token
from hedgewatch.core.expression.outside import OUTSIDE
from hedgewatch.core.expression.problems import MOST_PROBLEMS, Problem, did_you_mean, quoted
from hedgewatch.core.expression.windowing import WINDOWED

DEEPEST = 32
ARITHMETIC = frozenset({"abs", "min", "max"})
FUNCTIONS = ARITHMETIC | frozenset(WINDOWED)
MOST_SUGGESTIONS = 8


def unknown_names(tokens: Sequence[Token], symbols: Vocabulary) -> Iterator[Problem]:
    """Report each name that is neither a measure nor a function, once."""
    seen: set[str] = set()
    ahead = [*tokens, Token(Kind.COMMA, "", 0, 0)]
    for token, after in pairwise(ahead):
        if token.kind is not Kind.NAME or token.text in LANGUAGE_WORDS | seen:
            continue
        called = after.kind is Kind.OPEN
        if token.text in (_functions(symbols) if called else symbols):
            continue
        seen.add(token.text)
        suggest = len(seen) <= MOST_SUGGESTIONS
        yield token.problem(_unknown(token.text, symbols, called=called, suggest=suggest))


def _functions(symbols: Vocabulary) -> frozenset[str]:
    return FUNCTIONS | symbols.of_scenario.keys() | OUTSIDE.keys()


def _unknown(name: str, symbols: Vocabulary, *, called: bool, suggest: bool) -> str:
    if called and name in symbols:
        return f"'{name}' is a measure, not a function: leave the parentheses out"
    if called:
        near = did_you_mean(name, _functions(symbols)) if suggest else ""
        return f"unknown function '{name}', there are {', '.join(sorted(FUNCTIONS))}{near}"
    if name in FUNCTIONS:
        return f"'{name}' is a function: write its arguments in parentheses after it"
    if name in symbols.of_scenario or name in OUTSIDE:
        of = "a signal or calendar" if name in OUTSIDE else "a scenario"
        return f"'{name}' is a measure of {of}: write {name}(\"NAME\")"
    near = did_you_mean(name, symbols) if suggest else ""
    return f"unknown measure '{name}'{near}"


class WordOrder:
    """Walks the tokens between two expectations: a value comes next, or an operator does."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.problems: list[Problem] = []
        self._value_next = True
        self._open: list[tuple[Token, bool]] = []
        self._before: Token | None = None
        for token in tokens:
            self._take_value(token) if self._value_next else self._take_operator(token)
            self._before = token
            if len(self.problems) > MOST_PROBLEMS:
                break
        self._finish()

    def _report(self, token: Token, message: str) -> None:
        self.problems.append(token.problem(message))

    def _take_value(self, token: Token) -> None:
        match token.kind:
            case Kind.NUMBER | Kind.NAME | Kind.TEXT:
                self._value_next = False
            case Kind.OPEN:
                self._enter(token, call=False)
            case Kind.NOT:
                self._check_not(token)
            case Kind.CLOSE:
                self._report(token, "a measure or number is missing before ')'")
                self._leave(token)
            case Kind.OPERATOR if token.text == "-":
                pass
            case _:
                self._report(token, _missing_value(token))

    def _take_operator(self, token: Token) -> None:
        match token.kind:
            case Kind.OPERATOR:
                self._value_next = True
            case Kind.CLOSE:
                self._leave(token)
            case Kind.COMMA:
                self._check_comma(token)
            case Kind.OPEN if self._before is not None and self._before.kind is Kind.NAME:
                self._enter(token, call=True)
            case _:
                self._report(
                    token, f"an operator (and, or, <, +, …) is missing before {_shown(token)}"
                )
                self._value_next = True
                self._take_value(token)

    def _enter(self, token: Token, *, call: bool) -> None:
        self._open.append((token, call))
        self._value_next = True
        if len(self._open) == DEEPEST + 1:
            self._report(token, f"parentheses are nested more than {DEEPEST} deep: split the rule")

    def _leave(self, token: Token) -> None:
        self._value_next = False
        if self._open:
            self._open.pop()
        else:
            self._report(token, "this ')' closes nothing: remove it, or add its '('")

    def _check_comma(self, token: Token) -> None:
        self._value_next = True
        if not (self._open and self._open[-1][1]):
            self._report(token, "a comma only separates the arguments of a function")

    def _check_not(self, token: Token) -> None:
        before = self._before
        if before is None or before.kind in {Kind.OPEN, Kind.COMMA, Kind.NOT}:
            return
        if before.text not in {"and", "or"}:
            self._report(token, "put parentheses around 'not …' here")

    def _finish(self) -> None:
        for token, _ in self._open[:MOST_PROBLEMS]:
            self._report(token, "this '(' is never closed: add its ')'")
        if self._before is None:
            self.problems.append(Problem(1, 1, "the expression is empty: write a condition"))
        elif self._value_next and not self.problems:
            self._report(
                self._before, f"a measure or number is missing after {_shown(self._before)}"
            )


def _missing_value(token: Token) -> str:
    hint = ", or the + is too many" if token.text == "+" else ""
    return f"a measure or number is missing before {_shown(token)}{hint}"


def _shown(token: Token) -> str:
    return quoted(token.text)
