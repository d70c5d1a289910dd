"""The rulebook watched: what changed between two statements of a venue, in words.

A field that was not told before, or is not told now, is no change: only two facts can differ. Of
the end of a contract "none" is a fact, too.
"""

from collections.abc import Iterable, Iterator, Mapping

from hedgewatch.core.book.rows import AccountRow, MarketRow, PositionRow
from hedgewatch.core.book.rows.terms import TermsChange
from hedgewatch.core.events import CollateralReading, PositionReading
from hedgewatch.core.margin.regimes import UNKNOWN, Regime
from hedgewatch.core.model import Known, MarginMode, Market, MarketStatus, Scope
from hedgewatch.core.wording import date_and_time, spoken

Words = tuple[str, str, str]
"""What changed, from what, to what."""

_STANDING: frozenset[MarketStatus] = frozenset({"halted", "settling", "closed"})


Facts = Mapping[str, str]
"""What is told of something, each fact in words."""


def name_of_facts(scope: Scope, *labels: str) -> str:
    """The subject of facts, under which they are stored."""
    return " ".join((scope, *labels))


def facts_of(market: Market) -> dict[str, str]:
    """The rules of a market, but for the steps in which it trades. That trading halts, and goes
    on, is told by itself.
    """
    facts = {
        "contract size": f"{market.contract_size:g}",
        "kind": "linear" if market.linear else "inverse",
        "end": "none" if market.expiry is None else date_and_time(market.expiry),
    }
    if market.status != "unknown":
        facts["status"] = "trading" if market.status == "halted" else market.status
    if market.funding_interval is not None:
        facts["funding interval"] = spoken(market.funding_interval)
    fractions = {
        "funding cap": market.funding_cap,
        "funding floor": market.funding_floor,
        "taker fee": market.taker_fee,
    }
    return facts | {name: f"{part:.4%}" for name, part in fractions.items() if part is not None}


def differences(before: Facts, after: Facts) -> Iterator[Words]:
    """Facts that are told both times, and are others now."""
    for what, told in after.items():
        if before.get(what, told) != told:
            yield what, before[what], told


def market_changes(before: Market, after: Market) -> Iterator[Words]:
    """What changed of the rules of a market."""
    return differences(facts_of(before), facts_of(after))


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
        words = "margin mode", mode_of(isolated=was), mode_of(isolated=isolated)
        position.change_settings(words, now)


def take_leverage(position: PositionRow, leverage: float | None, now: float) -> None:
    """The leverage that is set at the venue."""
    before = position.told_leverage
    if None not in {before, leverage} and before != leverage and position.contracts:
        position.change_settings(("leverage", f"{before:g}", f"{leverage:g}"), now)


def take_regime(account: AccountRow, regime: Regime, ratio: Known, now: float) -> None:
    """The mode of the account decides what is liquidated together, and how."""
    before = account.cross_regime
    if UNKNOWN not in {before, regime} and before.name != regime.name:
        change = TermsChange("margin mode", before.name, regime.name, now, ratio)
        account.change_settings(change)


def take_position_mode(
    account: AccountRow, readings: Iterable[PositionReading], ratio: Known, now: float
) -> None:
    """One-way or hedge mode, as open positions show it, market by market: a venue may have both,
    and coin-margined contracts a mode of their own.
    """
    shown = {each.symbol: each.kind != "net" for each in readings if each.contracts}
    turned = {mode for symbol, mode in shown.items() if account.modes.get(symbol, mode) is not mode}
    account.modes |= shown
    for mode in turned:
        words = _positions(hedged=not mode), _positions(hedged=mode)
        account.change_settings(TermsChange("position mode", *words, now, ratio))


def collateral_changes(
    before: dict[str, CollateralReading], after: dict[str, CollateralReading]
) -> Iterator[Words]:
    """What coins count for as collateral: their rates. Prices, and where slices end, move."""
    return differences(counts_of(before), counts_of(after))


def counts_of(collateral: Mapping[str, CollateralReading]) -> dict[str, str]:
    """What each coin counts for."""
    return {f"{asset} counts": _rates(reading) for asset, reading in collateral.items()}


def mode_of(*, isolated: bool) -> MarginMode:
    """The margin mode of a position."""
    return "isolated" if isolated else "cross"


def _positions(*, hedged: bool) -> str:
    return "hedge" if hedged else "one-way"


def _rates(reading: CollateralReading) -> str:
    rates = [f"{part.rate:.1%}" for part in reading.slices] or ["100.0%"]
    debt = "" if reading.liability_rate == 1.0 else f" (debt {reading.liability_rate:.1%})"
    return "/".join(dict.fromkeys(rates)) + debt
