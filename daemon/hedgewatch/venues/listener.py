"""Who is told what the sockets of a connection say."""

from typing import Protocol

import ccxt

from hedgewatch.core.events import MarkPriceChanged, PriceEvent, QuoteChanged
from hedgewatch.venues.dialect import AccountNews, Feed


class RelayedError(ccxt.NetworkError):  # type: ignore[misc]  # ccxt is untyped to us
    """What waited for a socket begins anew: another one is to take over."""


class Listener(Protocol):
    """Who is told what the sockets say."""

    def price(self, event: PriceEvent) -> None:
        """A fresh price."""

    def news(self, item: AccountNews) -> None:
        """Something of the account, in order."""

    def connected(self, feed: Feed) -> None:
        """A socket of this feed was opened."""

    def ponged(self, feed: Feed) -> None:
        """A socket of this feed answered a ping."""

    def clock_stepped_back(self) -> None:
        """The venue's clock shows less than it did."""


def pass_on(listener: Listener, item: PriceEvent | AccountNews) -> None:
    """Tell it what a dialect learned on no socket of ours."""
    if isinstance(item, MarkPriceChanged | QuoteChanged):
        listener.price(item)
    else:
        listener.news(item)
