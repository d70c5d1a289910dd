"""A person who has all answers ready, and remembers what he was told and asked."""

from collections.abc import Iterable, Sequence


class Scripted:
    """Answers in order; an EOFError when there are no more. An empty one takes the default."""

    def __init__(self, *answers: str) -> None:
        self._answers = list(answers)
        self.said: list[str] = []

    def say(self, text: str = "") -> None:
        self.said.append(text)

    def ask(self, question: str, default: str = "", choices: Sequence[str] = ()) -> str:
        del choices
        return self._next(question) or default

    def ask_secret(self, question: str) -> str:
        return self._next(question)

    def _next(self, question: str) -> str:
        self.said.append(question)
        if not self._answers:
            raise EOFError(f"no answer to: {question}")
        return self._answers.pop(0)

    @property
    def text(self) -> str:
        return "\n".join(self.said)

    def was_told(self, parts: Iterable[str]) -> bool:
        return all(part in self.text for part in parts)
