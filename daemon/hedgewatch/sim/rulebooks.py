"""Which venue's published formulas liquidate an account: one module of `sim` a venue."""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Protocol

from hedgewatch.sim import margin, margin_bybit, margin_hyperliquid, margin_okx
from hedgewatch.sim.accounts import Account, Position


class Rulebook(Protocol):
    """What each of those modules has. All of it is in the currency of the pool."""

    def maintenance_margin(self, account: Account, venue: margin.Venue) -> Decimal:
        """What the cross pool must be worth."""

    def margin_balance(self, account: Account, venue: margin.Venue) -> Decimal:
        """What it is worth."""

    def margin_ratio(self, account: Account, venue: margin.Venue) -> Decimal:
        """Required over worth: 1 is liquidation, infinite when nothing is left."""

    def liquidation_price(
        self, position: Position, account: Account, venue: margin.Venue
    ) -> Decimal:
        """The price at which the pool of a position is liquidated, 0 when none is."""


RULEBOOKS: Mapping[str, Rulebook] = MappingProxyType(
    {
        "binance": margin,
        "bybit": margin_bybit,
        "hyperliquid": margin_hyperliquid,
        "okx": margin_okx,
    }
)
"""By venue."""
