"""Which feeds of an account deliver, and how old what they delivered is."""

from collections.abc import Callable, Iterable

import structlog

from hedgewatch.core.events import Event, FeedLost, FeedRestored

log = structlog.get_logger()


class Feeds:
    """Says each loss and each return of a feed once."""

    def __init__(self, account: str, publish: Callable[[Event], None]) -> None:
        self.account = account
        self._publish = publish
        self._up: dict[str, bool] = {}
        self._reasons: dict[str, str] = {}

    def is_up(self, feed: str) -> bool:
        """True while it delivers."""
        return self._up.get(feed, False)

    def lost(self, feed: str, reason: str) -> None:
        """It stopped, never began, or is in doubt."""
        if self._up.get(feed) is False:
            return
        log.warning("feed lost", account=self.account, feed=feed, reason=reason)
        self._say_lost(feed, reason)

    def failed(self, feed: str, reason: str) -> None:
        """It stopped, or the attempt to have it back failed, which may be for another reason: why
        it stays away is worth more than why it went.
        """
        if self._up.get(feed) is False and self._reasons.get(feed) != reason:
            del self._up[feed]
        self.lost(feed, reason)

    def restored(self, feed: str) -> None:
        """It delivers (again)."""
        if self.is_up(feed):
            return
        self._up[feed] = True
        log.info("feed delivers", account=self.account, feed=feed)
        self._publish(FeedRestored(self.account, feed))

    def let_go(self, reason: str) -> None:
        """We stop following it ourselves, which is no news to whoever reads the log."""
        for feed in [feed for feed, up in self._up.items() if up]:
            self._say_lost(feed, reason)

    def _say_lost(self, feed: str, reason: str) -> None:
        self._up[feed], self._reasons[feed] = False, reason
        self._publish(FeedLost(self.account, feed, reason))

    def lose_all(self, reason: str) -> None:
        """The connection is over, and with it whatever still delivered."""
        for feed in [feed for feed, up in self._up.items() if up]:
            self.lost(feed, reason)


class Ages:
    """When each market of a feed last moved on, by the venue's own time.

    A frame that repeats an old time is no sign of life: that is how a frozen feed looks. Where
    `each` is false a quiet market is normal, and only all of them together are silent.

    A venue's clock may step back, and on a new socket the order begins anew; but the very moment
    that was heard last is none of that.
    """

    def __init__(self, *, each: bool) -> None:
        self._each = each
        self._moved: dict[str, float] = {}
        self._venue_times: dict[str, float] = {}
        self._old_times: dict[str, float] = {}
        self._unheard: set[str] = set()

    def expect(self, symbols: Iterable[str], now: float) -> None:
        """From now on these are waited for, on a new socket."""
        self.forget_order()
        self._moved = dict.fromkeys(sorted(symbols), now)
        self._unheard = set(self._moved)

    def expect_more(self, symbols: Iterable[str], now: float) -> None:
        """These are waited for besides, on a socket that relieves one which goes on."""
        for symbol in [symbol for symbol in symbols if symbol not in self._moved]:
            self._moved[symbol] = now
            self._unheard.add(symbol)

    def expect_again(self, symbols: Iterable[str], now: float) -> None:
        """These were silent, and are given time once more."""
        for symbol in symbols:
            self._moved[symbol] = now
            self._unheard.add(symbol)

    def heard(self, symbol: str, venue_time: float, now: float) -> None:
        """A frame of a market came."""
        newer = venue_time > self._venue_times.get(symbol, 0.0)
        if newer and venue_time != self._old_times.get(symbol):
            self._venue_times[symbol] = venue_time
            self._unheard.discard(symbol)
            if symbol in self._moved:
                self._moved[symbol] = now

    def forget_order(self) -> None:
        """The venue's clock may have stepped back: whatever moment comes next is taken as new."""
        self._old_times.update(self._venue_times)
        self._venue_times.clear()

    def forget(self, symbols: Iterable[str]) -> None:
        """These are waited for no more."""
        for symbol in symbols:
            del self._moved[symbol]
            self._unheard.discard(symbol)

    def moved_since(self, symbol: str, moment: float) -> bool:
        """True when a frame of a market came after a moment."""
        return symbol not in self._unheard and self._moved.get(symbol, 0.0) > moment

    @property
    def complete(self) -> bool:
        """True once all that is waited for was heard of (of quiet markets: one)."""
        return not self._unheard or (not self._each and len(self._unheard) < len(self._moved))

    def missing(self, symbols: Iterable[str]) -> list[str]:
        """Those that were not heard of yet; where quiet is normal, none once one was."""
        if not self._each:
            return [] if self.complete else list(symbols)
        return [s for s in symbols if s in self._unheard or s not in self._moved]

    def silent(self, now: float, limit: float) -> list[str]:
        """The markets that did not move on for this long."""
        quiet = [symbol for symbol, moved in self._moved.items() if now - moved > limit]
        return quiet if self._each or len(quiet) == len(self._moved) else []
