"""What is told of an account, taken into the book: each kind of event by who knows it."""

from hedgewatch.core import events
from hedgewatch.core.book import balances, readings
from hedgewatch.core.book.book import Book
from hedgewatch.core.book.change import Change
from hedgewatch.core.book.lines import hear
from hedgewatch.core.book.rows import AccountRow


def take(event: events.AccountEvent, book: Book, account: AccountRow, now: float) -> Change:
    """Take it, and say what of the structure of the book that changed."""
    change = Change(now)
    match event:
        case events.AccountRead():
            return readings.read_account(book, account, event, now)
        case events.PositionChanged():
            readings.tell_position(book, account, event.position, change, event)
        case events.BalanceChanged():
            balances.tell_balance(account, event.balance, change, whole=False, end=event.end)
        case events.CollateralPriced():
            balances.price_collateral(account, event, now)
        case events.TiersChanged():
            change.structure = readings.take_tiers(account, event, now)
        case events.VenueWarned():
            account.warn(event, now)
        case _:
            hear(book, event, account, now)
    return change
