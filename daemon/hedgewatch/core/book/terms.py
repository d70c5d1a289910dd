"""The rulebook watched: what changed between two statements of a venue, in words.

A field that was not told before, or is not told now, is no change: only two facts can differ. Of
the end of a contract "none" is a fact, too.
"""

from collections.abc import Iterable, Iterator

from hedgewatch.core.book.rows import AccountRow, MarketRow, PositionRow
from hedgewatch.core.book.rows.terms import TermsChange
from hedgewatch.core.events import CollateralReading, PositionReading
from hedgewatch.core.margin.regimes import UNKNOWN, Regime
from hedgewatch.core.model import Known, Market, MarketStatus, PositionKind
from hedgewatch.core.wording import date_and_time, spoken

Words = tuple[str, str, str]
"""What changed, from what, to what."""

_ENDING: frozenset[MarketStatus] = frozenset({"settling", "closed"})
_STANDING: frozenset[MarketStatus] = frozenset({"halted", "settling", "closed"})


def market_changes(before: Market, after: Market) -> Iterator[Words]:
    """What changed of the rules of a market, but for the steps in which it trades. That trading
    halts, and goes on, is told by itself.
    """
    yield from _changed("contract size", f"{before.contract_size:g}", f"{after.contract_size:g}")
    yield from _changed("kind", _kind(before), _kind(after))
    yield from _changed("end", _moment(before.expiry), _moment(after.expiry))
    if _ENDING & {before.status, after.status} and "unknown" not in {before.status, after.status}:
        yield from _changed("status", before.status, after.status)
    if before.funding_interval is not None and after.funding_interval is not None:
        words = spoken(before.funding_interval), spoken(after.funding_interval)
        yield from _changed("funding interval", *words)
    yield from _fraction("funding cap", before.funding_cap, after.funding_cap)
    yield from _fraction("funding floor", before.funding_floor, after.funding_floor)
    yield from _fraction("taker fee", before.taker_fee, after.taker_fee)


def is_halted(market: Market | None) -> bool:
    """Whether nothing can be traded in it, by the venue's own word."""
    return market is not None and market.status in _STANDING


def stands_still(market: MarketRow, account: AccountRow) -> bool:
    """Whether its price rests by right: the venue says that it does not trade, and the feed of
    marks is not known to be down.
    """
    marks = account.feeds.get("mark")
    up = marks is None or marks.feed_up
    return market.price > 0.0 and up and is_halted(market.market)


def take_settings(position: PositionRow, reading: PositionReading, now: float) -> None:
    """A position that stays was set otherwise: its margin mode."""
    was, isolated = position.isolated_wallet is not None, reading.isolated_wallet is not None
    if position.contracts and reading.contracts and was is not isolated:
        position.change_settings("margin mode", _mode(isolated=was), _mode(isolated=isolated), now)


def take_leverage(position: PositionRow, leverage: float | None, now: float) -> None:
    """The leverage that is set at the venue."""
    before = position.told_leverage
    if None not in {before, leverage} and before != leverage and position.contracts:
        position.change_settings("leverage", f"{before:g}", f"{leverage:g}", now)


def take_regime(account: AccountRow, regime: Regime, ratio: Known, now: float) -> None:
    """The mode of the account decides what is liquidated together, and how."""
    before = account.cross_regime
    if UNKNOWN not in {before, regime} and before.name != regime.name:
        change = TermsChange("margin mode", before.name, regime.name, now, ratio)
        account.change_settings(change)


def take_position_mode(
    account: AccountRow, kinds: Iterable[PositionKind], ratio: Known, now: float
) -> None:
    """One-way or hedge mode, as the positions that are open show it; none open show nothing."""
    shown = {kind != "net" for kind in kinds}
    if len(shown) != 1:
        return
    mode, before = shown.pop(), account.hedge_mode
    account.hedge_mode = mode
    if before is not None and before is not mode:
        words = _positions(hedged=before), _positions(hedged=mode)
        account.change_settings(TermsChange("position mode", *words, now, ratio))


def collateral_changes(
    before: dict[str, CollateralReading], after: dict[str, CollateralReading]
) -> Iterator[Words]:
    """What coins count for as collateral: their rates. Prices, and where slices end, move."""
    for asset, reading in after.items():
        if asset in before:
            yield from _changed(f"{asset} counts", _rates(before[asset]), _rates(reading))


def _changed(what: str, before: str, after: str) -> Iterator[Words]:
    if before != after:
        yield what, before, after


def _fraction(what: str, before: float | None, after: float | None) -> Iterator[Words]:
    if before is not None and after is not None:
        yield from _changed(what, f"{before:.4%}", f"{after:.4%}")


def _kind(market: Market) -> str:
    return "linear" if market.linear else "inverse"


def _moment(expiry: float | None) -> str:
    return "none" if expiry is None else date_and_time(expiry)


def _mode(*, isolated: bool) -> str:
    return "isolated" if isolated else "cross"


def _positions(*, hedged: bool) -> str:
    return "hedge" if hedged else "one-way"


def _rates(reading: CollateralReading) -> str:
    rates = [f"{part.rate:.1%}" for part in reading.slices] or ["100.0%"]
    debt = "" if reading.liability_rate == 1.0 else f" (debt {reading.liability_rate:.1%})"
    return "/".join(dict.fromkeys(rates)) + debt
