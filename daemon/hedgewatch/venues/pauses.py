"""Until when each address asked us to be quiet: shared by all that is watched, kept over a restart.

Whoever asks within a pause makes it longer: Binance answers 429, then 418 and a ban of two minutes
to three days, then 403 ("LIMITS" in its API documentation).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

Keep = Callable[[str, float], object]
"""Given the address and the moment until which it wants quiet, to be known after a restart."""

LONGEST = 3 * 86_400.0
"""What a venue bans an address for at the most."""

_SECONDS = {429: 2.0, 418: 120.0, 403: 30.0, 451: 300.0}
"""To be quiet for where the venue does not say how long. The limits of OKX, which says nothing and
means one of its users, count over two seconds; one that is met again within a minute counts longer,
and is given twice the time of before.
"""

_AGAIN_SECONDS = 60.0

_WORDS = {
    429: "limited by the venue",
    418: "banned by the venue",
    403: "turned away by the venue's gateway",
    451: "refused to this region by the venue",
}
_BANNED = re.compile(rb"banned until (\d{13})\b")
"""Epoch milliseconds, in the body of Binance's 418."""

log = structlog.get_logger()


class PausedError(Exception):
    """The venue asked this address to be quiet for a while: nothing is sent until then."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What a venue said: its status, how long to wait (empty: not told), how its body begins."""

    status: int
    retry_after: str
    body: bytes

    def seconds(self, now: float, times: int) -> float:
        """For how long, at the most as long as any venue bans; `times` it was met before."""
        if self.retry_after.isdecimal():
            return min(float(self.retry_after), LONGEST)
        banned = _BANNED.search(self.body)
        if banned is not None:
            return min(max(float(banned[1]) / 1000.0 - now, 0.0), LONGEST)
        return max(_SECONDS[self.status], min(_SECONDS[self.status] * 2.0**times, _AGAIN_SECONDS))


def wants_quiet(address: str, status: int, content: str) -> bool:
    """Whether nothing more is to be asked of an address for a while; `content` is the type of what
    it answered.

    A 403 in JSON is an answer to that request alone, in any other form it is a wall before all of
    them. A socket that is refused is tried again in its own time.
    """
    if status in {429, 418}:
        return True
    if status not in _SECONDS or address.startswith("ws"):
        return False
    return status == 451 or "json" not in content  # noqa: PLR2004 - an HTTP status


def _forget(address: str, until: float) -> None:
    """Where nothing outlives the process."""


class Pauses:
    """By address: scheme, host and port, so that sockets and requests are limited apart."""

    def __init__(self, known: Mapping[str, float] | None = None, keep: Keep = _forget) -> None:
        self._until = dict(known or {})
        self._why: dict[str, str] = {}
        self._met: dict[str, tuple[int, float]] = {}
        self._keep = keep

    def check(self, address: str, now: float) -> None:
        """Raise while the address wants quiet."""
        until = self._until.get(address, 0.0)
        if now < until <= now + LONGEST:
            raise PausedError(self._in_words(address))

    def note(self, address: str, answered: Answered, now: float) -> PausedError:
        """From now on. What to raise. Many may be asked at once: what comes back in a pause answers
        something that was sent before it, and is no further offence.
        """
        times, ended = self._met.get(address, (0, 0.0))
        times = times if now - ended < _AGAIN_SECONDS else 0
        if now < ended:
            times = max(times - 1, 0)
        until = max(now + answered.seconds(now, times), self._until.get(address, 0.0))
        self._until[address] = until
        self._met[address] = min(times + 1, 10), until
        self._why[address] = f"{_WORDS[answered.status]} ({answered.status})"
        said = self._in_words(address)
        log.warning("the venue wants quiet", address=address, said=said)
        self._keep(address, self._until[address])
        return PausedError(said)

    def _in_words(self, address: str) -> str:
        what = "sockets" if address.startswith("ws") else "REST"
        why = self._why.get(address, "banned by the venue, as before the restart")
        until = datetime.fromtimestamp(self._until[address], UTC)
        return f"{what} {why} until {until:%Y-%m-%d %H:%M:%S} UTC: nothing is sent before"
