"""Whom we ask. A terminal is one way; a pipe that has all answers is another."""

from collections.abc import Sequence
from typing import Protocol


class Person(Protocol):
    """Answers questions. An EOFError when there are no more answers."""

    def say(self, text: str = "") -> None:
        """Tell something."""

    def ask(self, question: str, default: str = "", choices: Sequence[str] = ()) -> str:
        """An answer, without what is around it; the default for an empty one."""

    def ask_secret(self, question: str) -> str:
        """An answer that nobody sees."""


class Agreeing:
    """Takes whatever is proposed, and asks only where nothing is (`--yes`)."""

    def __init__(self, person: Person) -> None:
        self._person = person

    def say(self, text: str = "") -> None:
        """As it is."""
        self._person.say(text)

    def ask(self, question: str, default: str = "", choices: Sequence[str] = ()) -> str:
        """The default, where there is one."""
        if default:
            self.say(f"{question} {default}")
            return default
        return self._person.ask(question, default, choices)

    def ask_secret(self, question: str) -> str:
        """Of which nobody can know."""
        return self._person.ask_secret(question)


def says_yes(person: Person, question: str, *, default: bool) -> bool:
    """Whether the answer is yes; another one than yes and no is asked again, and not repeated: it
    may be a key that was pasted one question too late.
    """
    while True:
        answer = person.ask(f"{question} (yes, no)", "yes" if default else "no").lower()
        if answer in {"y", "yes"}:
            return True
        if answer in {"n", "no"}:
            return False
        person.say("  yes or no: that was neither")
