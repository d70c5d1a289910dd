"""A mistake in an expression: where it stands, what was expected there and what to do about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

LONGEST_NAME = 64
LONGEST_QUOTE = 40
MOST_PROBLEMS = 50


@dataclass(frozen=True, slots=True)
class Problem:
    """Line and column count from 1 within the text of the expression."""

    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.line}:{self.column}: {self.message}"


class ExpressionError(ValueError):
    """The expression was refused; `problems` holds its mistakes in reading order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems), key=_place))[:MOST_PROBLEMS]
        super().__init__("\n".join(str(problem) for problem in self.problems))


def _place(problem: Problem) -> tuple[int, int, str]:
    return problem.line, problem.column, problem.message


def quoted(text: str) -> str:
    """Show a piece of the expression on one line, shortened when it is long."""
    line = " ".join(text[: 4 * LONGEST_QUOTE].split())
    return f"'{line}'" if len(line) <= LONGEST_QUOTE else f"'{line[: LONGEST_QUOTE - 1]}…'"


def unknown_scenario(name: str, known: Iterable[str]) -> str:
    """Refuse a scenario that is not there, with the nearest one, or with all that are."""
    there = tuple(known)
    near = did_you_mean(name, there)
    listed = f": there are {', '.join(there)}" if there else ": none is loaded"
    return f"unknown scenario '{name}'{near or listed}"


def did_you_mean(word: str, candidates: Iterable[str]) -> str:
    """End a message with the nearest known word, or with nothing."""
    if len(word) > LONGEST_NAME:
        return ""
    near = get_close_matches(word, list(candidates), n=1)
    return f" (did you mean '{near[0]}'?)" if near else ""
