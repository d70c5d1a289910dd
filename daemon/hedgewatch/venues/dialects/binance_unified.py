"""What Binance's Portfolio Margin says of an account as a whole: equity, coins, loans, collateral.

Sources: Binance API documentation, Portfolio Margin (papi) and Portfolio Margin Pro (collateral
rate, asset index price); FAQ 5e33af8e: adjusted equity = sum of min(equity · price · collateral
rate, equity · price), uniMMR = adjusted equity ÷ maintenance margin, liquidation at 1.05.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from math import inf
from typing import Self

from hedgewatch.core.events import BalanceReading, CollateralReading
from hedgewatch.core.margin.regimes import REGIMES, Regime
from hedgewatch.core.model import CollateralSlice
from hedgewatch.venues.fields import (
    OddReplyError,
    Row,
    number,
    number_or,
    number_or_none,
    positive,
    rows,
    text,
)

WHOLE = REGIMES["binance-portfolio-margin"]
_LIQUIDATED_AT = 1.05
_NOTHING_DUE = 99_999_999.0
"""The uniMMR of an account that is asked for nothing."""

_DEAREST_LOAN = 0.10
"""Of a margin loan, the highest maintenance rate (at 3x; 8 % at 5x, 5 % at 10x): which one holds
for a loan is not told.
"""

_NEGLIGIBLE = 1e-3


@dataclass(frozen=True, slots=True)
class Coin:
    """One asset: what is owned net of loans and without unrealised profit, and what is borrowed."""

    reading: BalanceReading
    borrowed: float

    @classmethod
    def of(cls, row: Row) -> Self:
        """From a row of `balance`: margin wallet and both futures wallets, less the loan."""
        borrowed = number(row, "crossMarginBorrowed") + number(row, "crossMarginInterest")
        wallets = ("crossMarginAsset", "umWalletBalance", "cmWalletBalance")
        net = sum(number(row, name) for name in wallets) - borrowed
        reading = BalanceReading(
            asset=text(row, "asset"),
            total=net,
            cross_wallet=net,
            locked=number_or(row, "crossMarginLocked", 0.0),
            venue_time=number_or(row, "updateTime", 0.0) / 1000.0,
        )
        return cls(reading, borrowed)

    def counted(self, counting: Collection[str]) -> Self:
        """What is owned of a coin that is no collateral, and that nothing is settled in, backs
        nothing; what is owed of it counts.
        """
        idle = self.reading.asset not in counting and self.reading.total > 0.0
        return replace(self, reading=replace(self.reading, cross_wallet=0.0)) if idle else self


def margin_ratio(account: Row) -> float | None:
    """The venue's own in our polarity, in which 1 is liquidation: 1.05 ÷ uniMMR."""
    level = number_or_none(account, "uniMMR")
    if level is None:
        return None
    if level >= _NOTHING_DUE:
        return 0.0
    return _LIQUIDATED_AT / level if level > 0.0 else inf


def regime(account: Row, coins: Collection[Coin], prices: Mapping[str, float]) -> Regime:
    """That of the whole account, or why no number of ours stands: what is asked for by margin
    loans and taken off for open margin orders is not told apart.
    """
    needed = number(account, "accountMaintMargin")
    loans = (_worth(coin, prices) * _DEAREST_LOAN for coin in coins if coin.borrowed)
    if sum(loans) > needed * _NEGLIGIBLE:
        return _told("a margin loan asks for maintenance that is not told apart")
    lost = number_or_none(account, "totalMarginOpenLoss") or 0.0
    if lost > number(account, "accountEquity") * _NEGLIGIBLE:
        return _told("open margin orders count as a loss that is not told by coin")
    return WHOLE


def _told(unknown: str) -> Regime:
    """The venue's own sums are of all of it."""
    return replace(WHOLE, unknown=unknown, told_whole=True)


def _worth(coin: Coin, prices: Mapping[str, float]) -> float:
    """Of a loan; one that cannot be priced is worth more than can be left out."""
    return coin.borrowed * prices.get(coin.reading.asset, inf)


def index_prices(reply: object) -> dict[str, float]:
    """USD a coin, from `asset-index-price`."""
    listed = rows(reply, "asset-index-price")
    return {text(row, "asset"): positive(row, "assetIndexPrice") for row in listed}


def futures_prices(reply: object) -> dict[str, float]:
    """The same from `assetIndex` of USDⓈ-M, which knows fewer coins."""
    listed = (row for row in rows(reply, "assetIndex") if text(row, "symbol").endswith("USD"))
    return {text(row, "symbol").removesuffix("USD"): positive(row, "index") for row in listed}


def collateral_rates(reply: object) -> dict[str, float]:
    """What of a coin's value counts, from `collateralRate`."""
    rates = {
        text(row, "asset"): number(row, "collateralRate") for row in rows(reply, "collateralRate")
    }
    if any(not 0.0 <= rate <= 1.0 for rate in rates.values()):
        raise OddReplyError("a collateral rate that is no fraction")
    return rates


def priced(
    assets: Collection[str], prices: Mapping[str, float], rates: Mapping[str, float]
) -> Iterator[CollateralReading]:
    """Those of these assets whose price is told. What is owned of one that has no rate counts
    nothing, what is owed counts in full.
    """
    for asset in sorted(assets if rates else ()):
        if asset in prices:
            slices = (CollateralSlice(inf, rates.get(asset, 0.0)),)
            yield CollateralReading(asset=asset, price=prices[asset], slices=slices)
