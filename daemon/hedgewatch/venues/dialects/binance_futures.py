"""What every account of Binance's futures has, whichever way its contracts are margined."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import structlog

from hedgewatch.core.events import BalanceReading, PositionReading
from hedgewatch.core.margin.regimes import REGIMES
from hedgewatch.core.model import Market, Tier
from hedgewatch.venues.dialect import AccountNews
from hedgewatch.venues.dialects.binance_causes import Leg, leg_of
from hedgewatch.venues.dialects.binance_common import (
    Funding,
    Listing,
    PriceFrames,
    unified_market,
)
from hedgewatch.venues.dialects.binance_replies import balance, position, tiers
from hedgewatch.venues.dialects.binance_user import UserFrames
from hedgewatch.venues.fields import (
    Row,
    UnlistedMarketError,
    above_zero_or_none,
    number,
    number_or,
    number_or_none,
    rows,
    text,
)

PORTFOLIO_MARGIN = replace(
    REGIMES["binance-portfolio-margin"],
    unknown="a Portfolio Margin account, of which this is only a part: write it as"
    " {venue: binance, portfolio_margin: true}",
)
"""The regime of futures that are read without the rest of their account."""

_RANKED_EACH_MILLISECONDS = 60_000

log = structlog.get_logger()


class Futures:
    """Ids, frames and what is held, of one account."""

    def __init__(self, account: str, venue: str, *, tells_wallets: bool = True) -> None:
        self.listing = Listing()
        self.frames = PriceFrames(venue, self.listing)
        self.user = UserFrames(account, self.listing, tells_wallets=tells_wallets)
        self.funding: Mapping[str, Funding] = {}
        self.leverages: dict[str, float] = {}
        self._ranks: dict[tuple[str, str], object] = {}
        self._ranked_at = float("-inf")
        self._account = account
        self._venue = venue
        self._held: set[Leg] = set()
        self._owned: set[str] = set()

    def news(self, message: Row) -> Sequence[AccountNews]:
        """What a private frame tells; a leverage that it names holds for the next reading."""
        changed = message.get("ac")
        if message.get("e") == "ACCOUNT_CONFIG_UPDATE" and isinstance(changed, Mapping):
            self._set_leverage(changed, "s", "l")
        return self.user.decode(message)

    def learn_leverages(self, reply: object | None) -> None:
        """Those of `symbolConfig`, which the venue sets market by market."""
        for row in reply if isinstance(reply, list) else ():
            if isinstance(row, Mapping):
                self._set_leverage(row, "symbol", "leverage")

    def _set_leverage(self, row: Row, name: str, setting: str) -> None:
        symbol, leverage = self.listing.listed(row, name), above_zero_or_none(row, setting)
        if symbol and leverage is not None:
            self.leverages[symbol] = leverage

    def wants_ranks(self, held: Iterable[Row], now: float) -> bool:
        """Whether to ask where positions stand in the queue of ADL, where they do not say so
        themselves: once a minute while there are some. `now` is in milliseconds.
        """
        open_ = any(number(row, "positionAmt") for row in held)
        due = open_ and now - self._ranked_at >= _RANKED_EACH_MILLISECONDS
        self._ranked_at = now if due else self._ranked_at
        return due

    def learn_ranks(self, reply: object | None) -> None:
        """Of each side of a market where it stands: "0, 1, 2, 3, 4 shows the queue position"."""
        for row in reply if isinstance(reply, list) else ():
            sides = row.get("adlQuantile") if isinstance(row, Mapping) else None
            for side, rank in (sides if isinstance(sides, Mapping) else {}).items():
                self._ranks[str(row.get("symbol")), str(side)] = rank

    def positions(self, held: Iterable[Row]) -> tuple[PositionReading, ...]:
        """What is open, and an explicit 0 for what was; the private frames are told of it."""
        found = tuple(self._positions(held))
        self.user.seen(found)
        return found

    def _positions(self, held: Iterable[Row]) -> Iterable[PositionReading]:
        for row in held:
            amount = number(row, "positionAmt")
            leg = self._leg(row, amount)
            if leg is None or not (amount or leg in self._held):
                continue
            self._held.add(leg)
            leverage = row.get("leverage", self.leverages.get(leg[0]))
            rank = row.get("adl", self._ranks.get(leg_id(row)))
            yield position({**row, "leverage": leverage, "adl": rank}, leg, amount)

    def _leg(self, row: Row, amount: float) -> Leg | None:
        """Old servers list every market; a flat one that ccxt does not know concerns nobody."""
        try:
            return leg_of(row, self.listing.symbol(row, "symbol"), "positionSide")
        except UnlistedMarketError:
            if amount:
                raise
            return None

    def balances(
        self, assets: Iterable[Row], isolated: Mapping[str, float]
    ) -> Iterable[BalanceReading]:
        """What is owned or was; `isolated` is what isolated positions need, by asset."""
        for row in assets:
            reading = balance(row, isolated.get(text(row, "asset"), 0.0))
            if self.keeps(reading):
                yield reading

    def keeps(self, reading: BalanceReading) -> bool:
        """Whether a balance concerns anybody: something of it is there, or was."""
        if not (reading.total or reading.equity or reading.asset in self._owned):
            return False
        self._owned.add(reading.asset)
        return True

    def tiers(self, reply: object) -> dict[str, tuple[Tier, ...]]:
        """The brackets of every market, with the deductions that ccxt's unified tiers lack."""
        found: dict[str, tuple[Tier, ...]] = {}
        for row in rows(reply, "leverageBracket"):
            try:
                found[self.listing.symbol(row, "symbol")] = tiers(row)
            except UnlistedMarketError as error:
                log.debug("tiers of an unlisted market", account=self._account, error=str(error))
        return found

    def market(self, unified: Row) -> Market:
        """A perpetual, or a dated future."""
        return unified_market(self._venue, unified, self.funding.get(text(unified, "symbol")))

    def note_interest(self, symbol: str, reply: object | None, units: float = 1.0) -> None:
        """Open contracts of so many base units each; what is not told is no longer known."""
        self.frames.open_interest.pop(symbol, None)
        told = reply if isinstance(reply, Mapping) else {}
        contracts = number_or_none(told, "openInterest")
        if contracts is not None:
            self.frames.open_interest[symbol] = contracts * units


def leg_id(row: Row) -> tuple[str, str]:
    """A position by the venue's own names, as other replies have them as well."""
    return str(row.get("symbol")), str(row.get("positionSide"))


def margin_in_use(account: Row, assets: Iterable[Row]) -> float:
    """The initial margin of positions, by assets or in the total, whichever tells of more."""
    used = sum(number_or(row, "positionInitialMargin", 0.0) for row in assets)
    return max(used, number_or(account, "totalPositionInitialMargin", 0.0))
