"""A mistake in a file, and the error that carries all of them at once."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake; `line` and `column` count from 1, as editors do."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


class ConfigurationError(Exception):
    """Every mistake of the configuration and of its rule files, in the order of the text."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))


@contextmanager
def collecting(problems: list[Problem]) -> Iterator[None]:
    """Go on after a part that is wrong: its mistakes are added to the others."""
    try:
        yield
    except ConfigurationError as error:
        problems.extend(error.problems)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint of the known word nearest to a mistaken one, or of all that are known."""
    choices = sorted(known)
    return nearest(word, choices) or f" (known: {', '.join(choices) or 'none'})"


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint of the known word nearest to a mistaken one, empty when none is near."""
    folded = {choice.casefold(): choice for choice in known}
    close = get_close_matches(word.casefold(), folded, n=1)
    return f" (did you mean '{folded[close[0]]}'?)" if close else ""
