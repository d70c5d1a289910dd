"""What the rules and settings were when the daemon last ran, and what is other now.

While it runs, statements of a venue are compared with each other. Over a restart the last facts
are stored; what differs at the first look is told as found at the start.
"""

from collections.abc import Iterable, Mapping

from hedgewatch.core.book.book import Book
from hedgewatch.core.book.rows import AccountRow, PositionRow
from hedgewatch.core.book.rows.terms import TermsChange
from hedgewatch.core.book.terms import (
    Facts,
    Words,
    counts_of,
    differences,
    facts_of,
    name_of_facts,
)
from hedgewatch.core.margin.regimes import UNKNOWN
from hedgewatch.core.model import Tier, Unknown

WAITED_FOR = 600.0
"""Seconds after a start for which what was remembered waits to be compared."""

_DOWN = Unknown("hedgewatch was not running", 0.0)
_TIERS, _SETTINGS = "margin tiers", frozenset({"leverage", "margin mode"})


def remember(book: Book, facts: Mapping[str, Facts], now: float) -> None:
    """Take up what was stored."""
    book.remembered = {subject: dict(told) for subject, told in facts.items()}
    book.remembered_until = now + WAITED_FOR


def facts_now(book: Book) -> dict[str, dict[str, str]]:
    """What is to be stored: all that is known now, and what still waits to be compared."""
    accounts = book.accounts.values()
    told = {_name(account): _of_account(account) for account in accounts}
    told |= {_name(position): _of_position(position) for position in book.positions()}
    return book.remembered | {subject: facts for subject, facts in told.items() if facts}


def compare_with_before(book: Book, now: float) -> None:
    """Tell what is other than it was: of each subject once all that was told of it is told again,
    or what there is of it in the end.
    """
    late = now > book.remembered_until
    rows: list[AccountRow | PositionRow] = [*book.accounts.values(), *book.positions()]
    for row in rows:
        before = book.remembered.get(_name(row))
        after = _of_account(row) if isinstance(row, AccountRow) else _of_position(row)
        if before is not None and (late or before.keys() <= after.keys()):
            del book.remembered[_name(row)]
            _tell(row, list(differences(before, after)), now)
    if late:
        book.remembered = {}


def _tell(row: AccountRow | PositionRow, found: Iterable[Words], now: float) -> None:
    for what, before, after in found:
        words = what, before, f"{after} (found at the start)"
        if isinstance(row, AccountRow):
            _tell_account(row, words, now)
        elif what == _TIERS:
            row.tiers_changed_at = now
            row.liquidation_distance_before_tiers = _DOWN
        elif what in _SETTINGS:
            row.change_settings(words, now, _DOWN)
        else:
            row.change_terms([words], now, _DOWN)


def _tell_account(account: AccountRow, words: Words, now: float) -> None:
    change = TermsChange(*words, now, _DOWN)
    if words[0] == "margin mode":
        account.change_settings(change)
    else:
        account.change_collateral([change], now)


def _name(row: AccountRow | PositionRow) -> str:
    return name_of_facts(row.subject.scope, *(value for _, value in row.subject.labels))


def _of_account(account: AccountRow) -> dict[str, str]:
    if account.read_at is None or account.cross_regime is UNKNOWN:
        return {}
    return {"margin mode": account.cross_regime.name, **counts_of(account.collateral)}


def _of_position(position: PositionRow) -> dict[str, str]:
    market = position.market.market
    if market is None or not position.contracts:
        return {}
    facts = facts_of(market)
    facts["margin mode"] = position.margin_mode
    if position.told_leverage is not None:
        facts["leverage"] = f"{position.told_leverage:g}"
    tiers = position.account.tiers.get(position.symbol)
    if tiers:
        facts[_TIERS] = " ".join(map(_tier, tiers))
    return facts


def _tier(tier: Tier) -> str:
    return f"{tier.floor:g}:{tier.rate:g}"
