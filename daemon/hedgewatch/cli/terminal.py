"""Asks whoever sits before the terminal, or reads the answers from a pipe."""

import getpass
import sys
from collections.abc import Sequence


class Terminal:
    """Standard input and output. At a terminal words are completed and secrets not shown."""

    def say(self, text: str = "") -> None:
        """A line, or several."""
        print(text, flush=True)

    def ask(self, question: str, default: str = "", choices: Sequence[str] = ()) -> str:
        """One line. When a pipe has no more, the default; an EOFError where there is none."""
        prompt = f"{question} [{default}] " if default else f"{question} "
        try:
            answer = self._line(prompt, choices).strip()
        except EOFError:
            if not default:
                raise EOFError(f"no answer to: {question}") from None
            answer = ""
        return answer or default

    def ask_secret(self, question: str) -> str:
        """One line that the terminal does not show."""
        if sys.stdin.isatty():
            return getpass.getpass(f"{question} ")
        return self._line(f"{question} ", ())

    def _line(self, prompt: str, choices: Sequence[str]) -> str:
        if sys.stdin.isatty():
            _complete(choices)
            return input(prompt)
        print(prompt, flush=True)
        line = sys.stdin.readline()
        if not line:
            raise EOFError(f"no answer to: {prompt.strip()}")
        return line


def _complete(choices: Sequence[str]) -> None:
    """The tabulator completes to one of these."""
    import readline  # noqa: PLC0415 - it writes to a pipe when it is imported before one

    def choice(begun: str, number: int) -> str | None:
        fitting = [one for one in choices if one.startswith(begun)]
        return fitting[number] if number < len(fitting) else None

    readline.set_completer_delims("")
    readline.set_completer(choice)
    readline.parse_and_bind("tab: complete")
