"""The other end of the pipe to the process in which apprise runs."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from importlib.util import find_spec
from typing import Any, Self

CHILD = ("-m", "hedgewatch.notify.apprise_child")
"""What the interpreter runs."""

NOT_INSTALLED = (
    "the extra hedgewatch[apprise] is not installed: "
    f"{sys.executable} -m pip install 'apprise>=2.2,<3'"
)
UNUSABLE = "apprise knows no service by this url: see its page of that service"

_START_SECONDS = 60.0  # a small machine, just after it was switched on
_CHECK_SECONDS = 30.0
_PASSED_ON = ("PATH", "LANG", "LC_ALL", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR")


class ChildError(Exception):
    """There is no child, or none any more. The message holds no secret."""


class Child:
    """One process, asked one question at a time."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._one_at_a_time = asyncio.Lock()

    @classmethod
    @asynccontextmanager
    async def started(cls, program: tuple[str, ...]) -> AsyncIterator[Self]:
        """One that has imported apprise; it does not outlive the context. ChildError."""
        try:
            process = await asyncio.create_subprocess_exec(
                *_command(program),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_environment(),
                start_new_session=True,
            )
        except OSError as error:
            reason = f"apprise cannot be started: {error.strerror}"
            raise ChildError(reason) from None
        child = cls(process)
        try:
            await child._greeted()
            yield child
        finally:
            child.kill()
            await child.ended()

    @property
    def process(self) -> int:
        return self._process.pid

    async def ask(self, question: Mapping[str, str]) -> Mapping[str, Any]:
        """Its answer; ChildError when it ends instead. Whoever stops waiting has to kill it."""
        async with self._one_at_a_time:
            stdin = self._process.stdin
            if stdin is None:
                raise ChildError("apprise has no input")
            with suppress(ConnectionError):  # it ends: the answer says so
                stdin.write(json.dumps(question).encode() + b"\n")
                await stdin.drain()
            return await self._answer()

    def kill(self) -> None:
        """End it, whatever it does: what it has not sent yet is not sent."""
        with suppress(ProcessLookupError):
            self._process.kill()

    async def ended(self) -> None:
        """Wait until it has ended."""
        await self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()

    async def _greeted(self) -> None:
        try:
            async with asyncio.timeout(_START_SECONDS):
                await self._answer()
        except TimeoutError:
            raise ChildError(f"apprise did not start within {_START_SECONDS:g} s") from None
        except ChildError:
            reason = "apprise cannot be started" if installed() else NOT_INSTALLED
            raise ChildError(reason) from None

    async def _answer(self) -> Mapping[str, Any]:
        stdout = self._process.stdout
        line = b"" if stdout is None else await stdout.readline()
        try:
            answer: Mapping[str, Any] = json.loads(line)
        except ValueError:
            raise ChildError("apprise ended while it was sending") from None
        return answer


def installed() -> bool:
    """Whether the extra is there, without importing it."""
    return find_spec("apprise") is not None


def troubles(urls: Sequence[str]) -> list[str]:
    """Why each of these urls cannot be used, empty where it can. It blocks for the seconds that it
    takes to import apprise in a process of its own.
    """
    if not urls:
        return []
    questions = b"".join(json.dumps({"url": url}).encode() + b"\n" for url in urls)
    try:
        done = subprocess.run(  # noqa: S603 - this interpreter, our own module
            _command(CHILD),
            input=questions,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            timeout=_CHECK_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return ["apprise cannot be started: try `python -m apprise`"] * len(urls)
    _ready, *answers = map(json.loads, done.stdout.splitlines())
    return [UNUSABLE if answer["unusable"] else "" for answer in answers]


def _command(program: tuple[str, ...]) -> list[str]:
    return [sys.executable, "-P", *program]


def _environment() -> dict[str, str]:
    """No proxy, no netrc, no key of a venue; and the modules that this process would find."""
    passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {
        **passed_on,
        "HOME": os.devnull,
        "NETRC": os.devnull,
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
