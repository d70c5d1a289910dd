"""Hyperliquid's `clearinghouseState`: what one address holds on one exchange, as it adds up.

What is owned without unrealised profit follows from `totalRawUsd`, which is the account value less
the signed value of the positions: cash and what the positions cost. Adding what they cost back,
szi · entryPx, leaves the wallet, in which no mark appears; and with the same rounded entry price
the profit is computed from, so that equity is the venue's to the last digit. Of an isolated
position it is the same with its own `rawUsd`. Source: Hyperliquid documentation, "Perpetuals";
recorded states.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import copysign

from hedgewatch.core.events import PositionReading
from hedgewatch.venues.dialects.hyperliquid_listing import Listing
from hedgewatch.venues.fields import (
    OddReplyError,
    Row,
    above_zero_or_none,
    moment,
    number,
    number_or_none,
    positive,
    rows,
    table,
)

_DUST = 1e-5
_ROUNDING = 1e-8
"""Of a total: the venue sums in binary."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """One position. `raw_usd` of an isolated one is its margin less what it cost; None in cross."""

    symbol: str
    contracts: float
    entry: float
    value: float
    raw_usd: float | None
    leverage: float | None
    liquidation_price: float | None

    @property
    def cost(self) -> float:
        """Signed."""
        return self.contracts * self.entry

    @property
    def profit(self) -> float:
        """Unrealised, at the mark of its state."""
        return copysign(self.value, self.contracts) - self.cost

    @property
    def mark(self) -> float:
        """The mark price of its state."""
        return self.value / abs(self.contracts)

    @property
    def wallet(self) -> float | None:
        """What backs an isolated position, without unrealised profit."""
        return None if self.raw_usd is None else self.raw_usd + self.cost

    def reading(self, at: float, wallet: float | None) -> PositionReading:
        """As it is told; `wallet` is what backs it alone."""
        return PositionReading(
            symbol=self.symbol,
            kind="net",
            contracts=self.contracts,
            entry_price=self.entry,
            venue_time=at,
            isolated_wallet=wallet,
            venue_liquidation_price=self.liquidation_price,
            leverage=self.leverage,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Clearinghouse:
    """One address on one exchange at one moment, in the currency that settles there."""

    dex: str
    at: float
    currency: str
    holdings: tuple[Holding, ...]
    cross_raw: float
    equity: float
    maintenance_margin: float
    margin_used: float
    worth: float
    notional: float

    @property
    def shared(self) -> tuple[Holding, ...]:
        """The cross positions."""
        return tuple(each for each in self.holdings if each.raw_usd is None)

    @property
    def cross_wallet(self) -> float:
        """What backs those, without unrealised profit."""
        return self.cross_raw + sum(each.cost for each in self.shared)

    @property
    def wallet(self) -> float:
        """All that is owned here, without unrealised profit."""
        return self.cross_wallet + sum(each.wallet or 0.0 for each in self.holdings)

    @property
    def adds_up(self) -> bool:
        """Whether the positions that are listed are all: their notional is the venue's total."""
        listed = sum(each.value for each in self.holdings)
        return abs(listed - self.notional) <= _DUST + _ROUNDING * max(listed, self.notional)

    @property
    def profit(self) -> float:
        """Unrealised, of all positions."""
        return sum(each.profit for each in self.holdings)

    @property
    def is_blank(self) -> bool:
        """Nothing at all, which is also how the venue speaks of an address that it never saw."""
        return not (self.holdings or self.worth or self.equity or self.notional)

    def gone(self, held: Iterable[str], *, known: bool) -> Iterator[PositionReading]:
        """Of what was held, that of which the venue says by its totals that it is 0 now. `known`:
        money that lies elsewhere shows that the venue knows the address.
        """
        if self.adds_up and (known or not self.is_blank):
            listed = {each.symbol for each in self.holdings}
            for symbol in sorted(set(held) - listed):
                yield PositionReading(
                    symbol=symbol, kind="net", contracts=0.0, entry_price=0.0, venue_time=self.at
                )


def clearinghouse(reply: object, dex: str, listing: Listing) -> Clearinghouse:
    """From a reply or from what a frame carries."""
    state = table(reply, "clearinghouseState")
    every = summary(state)
    cross = table(state.get("crossMarginSummary"), "crossMarginSummary")
    listed = rows(state.get("assetPositions"), "assetPositions")
    holdings = (_holding(row, listing) for row in listed)
    return Clearinghouse(
        dex=dex,
        at=moment(state, "time"),
        currency=listing.settle(dex),
        holdings=tuple(each for each in holdings if each is not None),
        cross_raw=number(cross, "totalRawUsd"),
        equity=number(cross, "accountValue"),
        maintenance_margin=number(state, "crossMaintenanceMarginUsed"),
        margin_used=number(every, "totalMarginUsed"),
        worth=number(every, "accountValue"),
        notional=number(every, "totalNtlPos"),
    )


def summary(state: Row) -> Row:
    """The sums over all positions of a state."""
    return table(state.get("marginSummary"), "marginSummary")


def _holding(row: Row, listing: Listing) -> Holding | None:
    """None of a flat one."""
    if row.get("type") != "oneWay":
        raise OddReplyError(f"a position of the type {row.get('type')!r:.40}")
    position = table(row.get("position"), "position")
    if number(position, "szi") == 0.0:
        return None
    leverage = table(position.get("leverage"), "leverage")
    kind = leverage.get("type")
    if kind not in {"cross", "isolated"}:
        raise OddReplyError(f"leverage is {kind!r:.40}, neither cross nor isolated")
    return Holding(
        symbol=listing.symbol(position),
        contracts=number(position, "szi"),
        entry=positive(position, "entryPx"),
        value=number(position, "positionValue"),
        raw_usd=number(leverage, "rawUsd") if kind == "isolated" else None,
        leverage=number_or_none(leverage, "value"),
        liquidation_price=above_zero_or_none(position, "liquidationPx"),
    )
