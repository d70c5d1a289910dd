"""The accounts of the paper exchange that are under Portfolio Margin, seen as one pool each."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal

from hedgewatch.sim import margin
from hedgewatch.sim.accounts import ZERO, Account
from hedgewatch.sim.coin_margin import CoinPool
from hedgewatch.sim.coin_world import CoinWorld
from hedgewatch.sim.markets import QUOTE
from hedgewatch.sim.unified_margin import COLLATERAL_RATES, Unified, nearest_line

Venue = margin.Venue
DOLLARS = frozenset({"USDT", "USDC"})


class UnifiedWorld:
    """A part of the world. `borrowed` is what each account owes of a coin."""

    def __init__(self, venue: Callable[[], Venue], coins: CoinWorld) -> None:
        self._venue = venue
        self._coins = coins
        self.borrowed: dict[str, dict[str, Decimal]] = {}

    def prices(self, marks: Mapping[str, Decimal]) -> dict[str, Decimal]:
        """Dollars a coin: a stable coin is one, any other goes with its perpetual."""
        return {
            asset: Decimal(1) if asset in DOLLARS else marks[f"{asset}USDT"]
            for asset in COLLATERAL_RATES
        }

    def now(self, account: Account) -> Unified:
        """At the marks of now."""
        venue = self._venue()
        marks = {symbol: self._coins.mark(symbol) for symbol in self._coins.contracts}
        return self._seen(account, venue, marks, self.prices(venue.marks))

    def liquidation_price(self, symbol: str, account: Account) -> Decimal:
        """Of one market, with what is owned of its coin, all other marks frozen."""
        venue, prices = self._venue(), self.prices(self._venue().marks)
        marks = {name: self._coins.mark(name) for name in self._coins.contracts}
        of_coins = symbol in self._coins.contracts
        mark = marks[symbol] if of_coins else venue.marks[symbol]
        listed = self._coins.contracts if of_coins else venue.markets
        base = listed[symbol].base

        def at(price: Decimal) -> Unified:
            moved = prices | {base: prices[base] * price / mark}
            if of_coins:
                return self._seen(account, venue, marks | {symbol: price}, moved)
            there = replace(venue, marks={**venue.marks, symbol: price})
            return self._seen(account, there, marks, moved)

        return nearest_line(mark, at)

    def wallets(self, account: Account) -> dict[str, tuple[Decimal, Decimal, Decimal]]:
        """Of each coin what is in the margin wallet, in that of USDⓈ-M and in that of COIN-M."""
        um = {QUOTE: account.wallet, **account.collateral}
        spot = {asset: held.free + held.locked for asset, held in account.spot.items()}
        return {
            asset: (spot.get(asset, ZERO), um.get(asset, ZERO), account.coins.get(asset, ZERO))
            for asset in {**spot, **um, **account.coins}
        }

    def _seen(
        self,
        account: Account,
        venue: Venue,
        marks: Mapping[str, Decimal],
        prices: Mapping[str, Decimal],
    ) -> Unified:
        equity = {asset: sum(parts, ZERO) for asset, parts in self.wallets(account).items()}
        for asset, owed in self.borrowed.get(account.name, {}).items():
            equity[asset] = equity.get(asset, ZERO) - owed
        asked: dict[str, Decimal] = {}
        for leg in account.held():
            equity[QUOTE] = equity.get(QUOTE, ZERO) + venue.pnl(leg)
            asked[QUOTE] = asked.get(QUOTE, ZERO) + venue.maintenance(leg)
        for position in account.coin_positions.values():
            if position.contracts:
                coin = self._coins.contracts[position.symbol].base
                pool = CoinPool(ZERO, (position,), self._coins.contracts, marks)
                equity[coin] = equity.get(coin, ZERO) + pool.profit(position)
                asked[coin] = asked.get(coin, ZERO) + pool.maintenance(position)
        return Unified(equity, asked, prices)
