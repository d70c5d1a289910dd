"""The accounts that rely on the prices of one venue: who needs which, and what each is told."""

from collections.abc import Callable, Collection, Iterable, Iterator

from hedgewatch.core.events import Event
from hedgewatch.venues.feeds import Feeds


class Follower:
    """What one account needs: `wanted` by its desk in any case, `held` at the last reading."""

    def __init__(self, account: str, publish: Callable[[Event], None]) -> None:
        self.feeds = Feeds(account, publish)
        self.wanted: frozenset[str] = frozenset()
        self.held: frozenset[str] = frozenset()

    @property
    def symbols(self) -> frozenset[str]:
        """All markets whose prices it needs."""
        return self.wanted | self.held


class Followers:
    """By account. They outlive connections; what a feed does is told to each that relies on it."""

    def __init__(self, publish: Callable[[Event], None]) -> None:
        self._publish = publish
        self._by_account: dict[str, Follower] = {}
        self._down: set[str] = set()
        self.on_change: Callable[[], None] = lambda: None
        self.symbols: frozenset[str] = frozenset()

    def want(self, account: str, symbols: Iterable[str]) -> None:
        """These are needed, and those that were wanted before no more."""
        follower = self._by_account.setdefault(account, Follower(account, self._publish))
        follower.wanted = frozenset(symbols)
        self._changed()

    def hold(self, account: str, symbols: Iterable[str]) -> None:
        """These are needed because they are held. What was held before is let go of when it falls
        silent: contracts expire, and would count as a silent feed for ever.
        """
        self._by_account[account].held = frozenset(symbols)
        self._changed()

    def leave(self, account: str) -> None:
        """It is watched no more."""
        follower = self._by_account.pop(account, None)
        if follower is not None:
            follower.feeds.let_go("the account is no longer watched like this")
            self._changed()

    def symbols_of(self, account: str) -> list[str]:
        """All that one account needs."""
        follower = self._by_account.get(account)
        return [] if follower is None else sorted(follower.symbols)

    def _changed(self) -> None:
        needed = (follower.symbols for follower in self._by_account.values())
        self.symbols = frozenset[str]().union(*needed)
        self._down = {"mark", "quote"}
        self.on_change()

    def _relying(self) -> Iterator[Follower]:
        return (follower for follower in self._by_account.values() if follower.symbols)

    # what a feed does

    def lost(self, feed: str, reason: str, silent: Collection[str] | None = None) -> None:
        """It stopped; or of it only these markets, which concerns those that need one of them."""
        self._down.add(feed)
        for follower in self._relying():
            if silent is None or not follower.symbols.isdisjoint(silent):
                follower.feeds.lost(feed, reason)

    def quotes_lost(self, reason: str) -> bool:
        """No quote moves on. Where marks flow that is a quiet market; whether it is one to all."""
        self._down.add("quote")
        relying = [each for each in self._relying() if not each.feeds.is_up("mark")]
        for follower in relying:
            follower.feeds.lost("quote", reason)
        return not relying

    def lose_all(self, reason: str) -> None:
        """The connection is over."""
        self._down = {"mark", "quote"}
        for follower in self._by_account.values():
            follower.feeds.lose_all(reason)

    def some_down(self, feed: str) -> bool:
        """Whether anybody is to be told that it delivers."""
        return feed in self._down

    def delivers(self, feed: str, missing: Collection[str]) -> None:
        """It delivers all but these markets: whoever needs none of them can rely on it."""
        for follower in self._relying():
            if follower.symbols.isdisjoint(missing):
                follower.feeds.restored(feed)
        if not any(not follower.feeds.is_up(feed) for follower in self._relying()):
            self._down.discard(feed)
