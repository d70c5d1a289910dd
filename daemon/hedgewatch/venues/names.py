"""Where the names of venues lead: asked of the system, and remembered for when it does not know.

Not of `aiodns`: a resolver of its own that lost its servers once does not find them again by itself
(aiodns issues 124, 128 and 226); threads that ask the system do. Not of the threads of the loop: it
has few, and joins them at its end. Where no name server answers, glibc holds a thread for 10 s and
more (resolv.conf(5): `timeout`, `attempts`), for every name, again and again.
"""

import asyncio
import errno
import socket
import threading
from collections import Counter
from contextlib import suppress
from functools import partial

import structlog
from aiohttp.abc import AbstractResolver, ResolveResult

log = structlog.get_logger()

_STANDS_IN_AFTER_SECONDS = 1.0
_LONGEST_SECONDS = 4.0
"""Where no address can stand in: less than a request has, so that it is said what held it up."""

_MOST_QUESTIONS = 16
"""About one name at once: more than glibc holds in its 10 s. Each holds a thread."""

_NUMERIC = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV

Name = tuple[str, int, int]
"""Host, port and family."""

Found = list[ResolveResult]


class KnownNames:
    """What the system answered last, and what it is being asked. It outlives sessions."""

    def __init__(self) -> None:
        self.last: dict[Name, Found] = {}
        self._asked: dict[Name, asyncio.Future[Found]] = {}
        self._open = Counter[Name]()

    async def find(self, name: Name) -> Found:
        """The addresses of a name: if no answer comes, or a bad one, the last that were good.
        OSError where there never were any.
        """
        last = self.last.get(name)
        longest = _STANDS_IN_AFTER_SECONDS if last else _LONGEST_SECONDS
        answer = self._asked.get(name) or self._ask(name)
        try:
            async with asyncio.timeout(longest):
                return await asyncio.shield(answer)
        except TimeoutError:
            if self._open[name] < _MOST_QUESTIONS:
                self._over(name, answer)  # a server that is back is asked by the next who asks
            silent = f"no answer of a name server within {longest:g} s"
            failure: OSError = socket.gaierror(socket.EAI_AGAIN, silent)
        except OSError as error:
            failure = error
        if last is None:
            raise failure
        log.warning("a name is not found, its last address is used", host=name[0], why=str(failure))
        return last

    def _ask(self, name: Name) -> "asyncio.Future[Found]":
        """One question, however many want to know; what is asked first counts whenever it comes."""
        loop = asyncio.get_running_loop()
        answer = self._asked[name] = loop.create_future()
        self._open[name] += 1

        def work() -> None:
            found = _looked_up(name)
            with suppress(RuntimeError):  # the loop is closed by now
                loop.call_soon_threadsafe(partial(self._heard, name, found, answer))

        try:
            threading.Thread(target=work, name=f"name:{name[0]}", daemon=True).start()
        except RuntimeError as error:  # the system gives no more of them
            self._heard(name, OSError(errno.EAGAIN, str(error)), answer)
        return answer

    def _heard(self, name: Name, found: Found | OSError, answer: "asyncio.Future[Found]") -> None:
        self._open[name] -= 1
        in_time = self._over(name, answer)
        if isinstance(found, OSError):
            answer.set_exception(found)
            answer.exception()  # whoever wanted to know may have given up
            return
        answer.set_result(found)
        if in_time or name not in self.last:
            self.last[name] = found

    def _over(self, name: Name, answer: "asyncio.Future[Found]") -> bool:
        """Whether it was this answer that is waited for; no longer."""
        waited_for = self._asked.get(name) is answer
        if waited_for:
            del self._asked[name]
        return waited_for


def _looked_up(name: Name) -> Found | OSError:
    """What the system says of a name, however long it takes."""
    host, port, family = name
    try:
        told = socket.getaddrinfo(
            host, port, family, socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG
        )
    except OSError as error:
        return error
    except UnicodeError as error:
        return socket.gaierror(socket.EAI_NONAME, f"it is no name of a host: {error}")
    return [
        ResolveResult(
            hostname=host,
            host=str(address[0]),
            port=port,
            family=found,
            proto=protocol,
            flags=_NUMERIC,
        )
        for found, _, protocol, _, address in told
    ]


class Names(AbstractResolver):
    """For the connections of one session. That another address stands in is safe: TLS tells
    whether the venue is there.
    """

    def __init__(self, known: KnownNames) -> None:
        self._known = known

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> Found:
        """The addresses of a host. OSError where none was ever found."""
        return await self._known.find((host, port, int(family)))

    async def close(self) -> None:
        """Nothing is kept open."""
