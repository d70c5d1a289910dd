"""What goes wrong on demand: each fault is a switch that the wire asks before it answers."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from hedgewatch.sim.clock import steady_seconds

FOREVER = float("inf")


def _mark_frame(price: str) -> bytes:
    """A mark price frame with a price of any kind; `@now` becomes the time of sending."""
    return b'{"e":"markPriceUpdate","E":@now,"s":"AIXUSDT","p":%b}' % price.encode()


POISONS: dict[str, bytes] = {
    "truncated": b'{"e":"markPriceUpdate","E":1700000000000,"s":"AIXUSDT","p":"99',
    "list": b'["markPriceUpdate",1700000000000,"AIXUSDT"]',
    "number": b"42",
    "null": _mark_frame("null"),
    "nan": _mark_frame('"NaN"'),
    "bare-nan": _mark_frame("NaN"),
    "zero": _mark_frame('"0.00000000"'),
    "negative": _mark_frame('"-1.00000000"'),
    "text": _mark_frame('"a lot"'),
    "missing": b'{"e":"markPriceUpdate","E":@now,"s":"AIXUSDT"}',
    "unknown": b'{"e":"somethingNew","E":@now,"s":"AIXUSDT","x":1}',
    "utf8": b'{"e":"markPriceUpdate","E":1700000000000,"s":"AIX\xff\xfe","p":"1000"}',
}


class Line(Protocol):
    """What the faults need of the wire."""

    def send_poison(self, payload: bytes, where: str) -> None:
        """Send bytes as they are to the `market` or `private` sockets."""

    def expire_keys(self, account: str, *, announce: bool) -> None:
        """End an account's listen keys."""

    def cut(self, which: str) -> None:
        """Drop sockets."""


class NoLine:
    """The line of a world that nobody serves: a story can be played without a server."""

    def send_poison(self, payload: bytes, where: str) -> None:
        """Nobody listens."""

    def expire_keys(self, account: str, *, announce: bool) -> None:
        """Nobody listens."""

    def cut(self, which: str) -> None:
        """Nobody listens."""


class Entrance(Protocol):
    """What the faults need of the door before the wire."""

    def write(self, data: bytes) -> None:
        """Bytes on every open socket, as they are."""


class NoEntrance:
    """That of a world that nobody serves."""

    def write(self, data: bytes) -> None:
        """Nobody listens."""


@dataclass(slots=True)
class Faults:
    """The faults of the paper exchange; `restore` ends those that last."""

    line: Line = field(default_factory=NoLine)
    door: Entrance = field(default_factory=NoEntrance)
    odd_answer: str = ""
    turned_away: int = 0
    rest_status: int | str | None = None
    retry_after: int | None = None
    redirect_to: str | None = None
    pongs: bool = True
    muted: set[str] = field(default_factory=set)
    behind_milliseconds: int = 0
    repeats: int = 1
    lacking: str = ""
    _kept: list[Callable[[], None]] | None = None
    _healthy: asyncio.Event = field(default_factory=asyncio.Event)
    _silent_until: float = 0.0
    _refuse_until: float = 0.0
    _empty_left: float = 0.0

    def silence(self, seconds: float = FOREVER, *, pongs: bool = True) -> None:
        """Market sockets stay open and send nothing; without `pongs` the line is dead."""
        self._silent_until = steady_seconds() + seconds
        self.pongs = pongs

    def resume(self) -> None:
        """End a silence."""
        self._silent_until = 0.0
        self.pongs = True

    @property
    def silent(self) -> bool:
        """True while market data is held back."""
        return steady_seconds() < self._silent_until

    def mute(self, channel: str) -> None:
        """One channel says nothing more, as in a market in which nothing happens."""
        self.muted.add(channel)

    def lag(self, seconds: float) -> None:
        """Frames keep coming, but their event times are this old: a feed that looks alive."""
        self.behind_milliseconds = int(seconds * 1000)

    def poison(self, kind: str = "truncated", *, where: str = "market") -> None:
        """Send one malformed frame (a name of `POISONS`) to every `market` or `private` socket."""
        self.line.send_poison(POISONS[kind], where)

    def repeat_events(self, times: int) -> None:
        """Each event of an account is told so often; not at all when it is 0."""
        self.repeats = times

    def keep_events(self) -> None:
        """Events of accounts are kept back, as they were when they happened."""
        self._kept = []

    def tell_backwards(self) -> None:
        """Tell what was kept back, the last first."""
        kept, self._kept = self._kept or [], None
        for tell in reversed(kept):
            tell()

    def pass_on(self, tell: Callable[[], None]) -> None:
        """An event of an account passes here on its way to a socket."""
        if self._kept is not None:
            self._kept.append(tell)
            return
        for _ in range(self.repeats):
            tell()

    def expire_listen_key(self, *, announce: bool = True, account: str = "main") -> None:
        """End the account's listen keys, with the `listenKeyExpired` event or in silence."""
        self.line.expire_keys(account, announce=announce)

    def cut_sockets(self, which: str = "all", *, refuse_seconds: float = 0.0) -> None:
        """Drop `all`, `market` or `private` sockets, and refuse new ones for a while."""
        self._refuse_until = steady_seconds() + refuse_seconds
        self.line.cut(which)

    def accept(self) -> None:
        """Let sockets in again."""
        self._refuse_until = 0.0

    @property
    def refusing(self) -> bool:
        """True while new sockets are turned away."""
        return steady_seconds() < self._refuse_until

    def rest_outage(self, status: int | str = 503, *, retry_after: int | None = None) -> None:
        """Every request fails with a status, or never ends when `status` is "hang"."""
        self.rest_status, self.retry_after = status, retry_after
        self._healthy.clear()

    def answer_oddly(self, kind: str) -> None:
        """Every request is answered with 200 and no sense (a name of `door.ODD_ANSWERS`)."""
        self.odd_answer = kind

    def turn_away(self, status: int) -> None:
        """A gateway refuses every handshake of a socket."""
        self.turned_away = status

    def write_raw(self, data: bytes) -> None:
        """Bytes on every open socket: frames that no library would write."""
        self.door.write(data)

    def close_sockets(self, code: int) -> None:
        """The venue says goodbye on every socket, for this reason."""
        self.write_raw(b"\x88\x02" + code.to_bytes(2, "big"))

    def positions_empty(self, times: float = FOREVER) -> None:
        """`positionRisk` answers [] this many times, while the margin is still in use."""
        self._empty_left = times

    def take_empty_positions(self) -> bool:
        """True if this reading of the positions is to be empty; counts it."""
        empty = self._empty_left > 0
        self._empty_left -= 1 if empty else 0
        return empty

    def leave_out(self, symbol: str) -> None:
        """Readings of positions lack this one, while its margin is still in use."""
        self.lacking = symbol

    def redirect(self, to: str) -> None:
        """Every request is answered with a redirect to another address."""
        self.redirect_to = to

    async def until_healthy(self) -> None:
        """Wait for the end of a hanging outage."""
        await self._healthy.wait()

    def restore(self) -> None:
        """End every fault that lasts."""
        self.resume()
        self.rest_status = self.retry_after = self.redirect_to = None
        self._refuse_until, self._empty_left = 0.0, 0.0
        self.behind_milliseconds = 0
        self.odd_answer, self.turned_away = "", 0
        self.repeats, self.lacking, self._kept = 1, "", None
        self.muted.clear()
        self._healthy.set()
