"""Child processes that answer in lines of JSON: what is measured never shares a process."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from threading import Timer
from types import TracebackType
from typing import Any, Self

_ROOT = Path(__file__).parents[2]
_ANSWER_SECONDS = 180.0
_END_SECONDS = 10.0

Answer = dict[str, Any]


class ChildFailedError(Exception):
    """A process of the benchmark ended before it answered; it has said why on standard error."""


class Child:
    """`python -m MODULE ARGUMENTS`, asked and answering by lines."""

    def __init__(self, module: str, *arguments: str) -> None:
        self._name = f"{module} {' '.join(arguments)}"
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.dismiss()
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def dismiss(self) -> None:
        """The end of its standard input is what tells it to go."""
        assert self._process.stdin is not None
        self._process.stdin.close()

    def answer(self) -> Answer:
        """Its next line."""
        assert self._process.stdout is not None
        patience = Timer(_ANSWER_SECONDS, self._process.kill)
        patience.start()
        line = self._process.stdout.readline()
        patience.cancel()
        if not line:
            raise ChildFailedError(f"{self._name} ended, or did not answer")
        found: Answer = json.loads(line)
        return found

    def tell(self, command: Mapping[str, object]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()

    def ask(self, **command: object) -> Answer:
        self.tell(command)
        return self.answer()
