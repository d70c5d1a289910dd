"""News of the lines to a venue, not of what is held there."""

from hedgewatch.core import events
from hedgewatch.core.book import readings
from hedgewatch.core.book.book import Book
from hedgewatch.core.book.prices import forget_order
from hedgewatch.core.book.rows import AccountRow

Heard = (
    events.AccountHeard
    | events.AccountRefused
    | events.AccountAccepted
    | events.KeyRead
    | events.FeedLost
    | events.FeedRestored
)


def hear(book: Book, event: Heard, account: AccountRow, now: float) -> None:
    """Note what became of a line."""
    match event:
        case events.AccountHeard():
            account.heard_at = now
        case events.AccountRefused() | events.AccountAccepted():
            _usable(account, event)
        case events.KeyRead():
            account.key.tell(event, now)
            account.observed += 1
        case events.FeedLost() | events.FeedRestored():
            _feed(book, account, event, now)


def hear_clock(account: AccountRow, lead: float, *, stepped: bool) -> None:
    """Its venue was asked for the time; whether the venue's clock stepped back since."""
    account.clock_skew_seconds = lead
    account.observed += 1
    if stepped:
        forget_order(account.watched)
        readings.forget_order(account)


def _usable(account: AccountRow, event: events.AccountRefused | events.AccountAccepted) -> None:
    refused = isinstance(event, events.AccountRefused)
    account.account_unusable = refused
    account.unusable_reason = event.reason if isinstance(event, events.AccountRefused) else ""
    account.key_too_powerful = isinstance(event, events.AccountRefused) and event.powerful
    account.observed += 1


def _feed(
    book: Book, account: AccountRow, event: events.FeedLost | events.FeedRestored, now: float
) -> None:
    feed = book.feed(account, event.feed)
    if feed.feed_up and isinstance(event, events.FeedLost):
        feed.lost_at = (*feed.lost_at, now)
    feed.feed_up = isinstance(event, events.FeedRestored)
    feed.reason = event.reason if isinstance(event, events.FeedLost) else ""
    feed.observed += 1
    if not feed.feed_up and event.feed in {"mark", "quote"}:
        forget_order(account.watched)
