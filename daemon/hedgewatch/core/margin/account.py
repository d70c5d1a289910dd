"""A pool of several currencies: what it is worth, what it must be, and where it is liquidated.

Made anew at the prices of now. All money is in the currency of the account, into which the
prices of the collateral translate.
"""

from collections.abc import Callable, Collection, Sequence
from math import inf

from hedgewatch.core.margin.collateral import Collateral
from hedgewatch.core.margin.edges import EMPTY
from hedgewatch.core.margin.motion import HeldLeg, Mixture, Path


class Account:
    """Legs and the coins behind them. Each leg's settle coin is in `collateral`, if with 0 of it.

    `profit_inside`: the profit of a coin's legs is discounted with the coin (Binance portfolio
    margin), or counts in full beside it (Bybit UTA). `theta` weighs the charges on collateral;
    legs carry their own.
    """

    __slots__ = (
        "_profit_inside", "_theta", "collateral", "equity", "legs", "maintenance", "requirement",
    )  # fmt: skip

    def __init__(
        self,
        legs: Sequence[HeldLeg],
        collateral: Sequence[Collateral],
        *,
        profit_inside: bool = True,
        theta: float = 1.0,
    ) -> None:
        self.legs = legs
        self.collateral = {coin.coin: coin for coin in collateral}
        self._profit_inside = profit_inside
        self._theta = theta
        profits, required, maintained = self._valued()
        charge = sum(coin.charge * coin.price for coin in collateral)
        self.equity = self._counted(profits)
        self.requirement = _netted(required) + theta * charge
        self.maintenance = _netted(maintained) + charge

    @property
    def headroom(self) -> float:
        """Equity less requirement, which includes θ and liquidation fees."""
        return self.equity - self.requirement

    def shock(self) -> tuple[float, float]:
        """The common moves x between which it stands, every price going by its beta · x."""
        betas = [held.beta for held in self.legs]
        betas += [coin.beta for coin in self.collateral.values()]
        low = max((-1.0 / beta for beta in betas if beta > 0.0), default=-inf)
        high = min((-1.0 / beta for beta in betas if beta < 0.0), default=inf)
        coins = {
            name: (coin.price, coin.price * coin.beta) for name, coin in self.collateral.items()
        }
        return self._interval(lambda held: (held.price, held.price * held.beta), coins, (low, high))

    def price_interval(self, market: str, moving: Collection[str] = ()) -> tuple[float, float]:
        """The prices of one market between which it stands, all else as it is.

        Coins named in `moving` go with the market's price in proportion.
        """
        first = next(held for held in self.legs if held.market == market)
        alone = first.leg.inverse and first.settle not in moving
        if alone and moving:
            raise ValueError(f"{market} is inverse: it moves with {first.settle}, or alone")

        def path(held: HeldLeg) -> Path | None:
            if held.market != market:
                return held.price, 0.0
            return None if alone else (0.0, 1.0)

        coins = {
            name: (0.0, coin.price / first.price) if name in moving else (coin.price, 0.0)
            for name, coin in self.collateral.items()
        }
        found = self._interval(path, coins, (0.0, inf))
        return reciprocal(found) if alone else found

    def _interval(
        self,
        path: Callable[[HeldLeg], Path | None],
        coins: dict[str, Path],
        asked: tuple[float, float],
    ) -> tuple[float, float]:
        mixture = Mixture(coins, self._profit_inside)
        for held in self.legs:
            mixture.add_leg(held, path(held))
        for coin in self.collateral.values():
            mixture.add_coin(coin, self._theta)
        return mixture.surplus(*asked).interval()

    def _counted(self, profits: dict[str, float]) -> float:
        equity = 0.0
        for name, coin in self.collateral.items():
            profit = profits.get(name, 0.0) * coin.price
            owned = coin.amount * coin.price
            if self._profit_inside:
                equity += coin.discount.counted(owned + profit)
            else:
                equity += coin.discount.counted(owned) + profit
        return equity

    def _valued(self) -> tuple[dict[str, float], "_Asked", "_Asked"]:
        """Profits by coin, in coins; requirement and maintenance of each leg."""
        profits: dict[str, float] = {}
        required: _Asked = []
        maintained: _Asked = []
        for held in self.legs:
            leg, price, coin = held.leg, held.price, self.collateral[held.settle].price
            piece = leg.piece_at(price)
            profit, requirement = leg.value(price, piece)
            profits[held.settle] = profits.get(held.settle, 0.0) + profit
            required.append((held, requirement * coin))
            maintained.append((held, leg.maintenance(price, piece) * coin))
        return profits, required, maintained


_Asked = list[tuple[HeldLeg, float]]


def _netted(asked: _Asked) -> float:
    """What all legs are asked together: of each netting name the larger side."""
    total = 0.0
    sides: dict[str, list[float]] = {}
    for held, amount in asked:
        if held.netting:
            sides.setdefault(held.netting, [0.0, 0.0])[held.leg.quantity > 0.0] += amount
        else:
            total += amount
    return total + sum(map(max, sides.values()))


def reciprocal(interval: tuple[float, float]) -> tuple[float, float]:
    """The prices of an interval of 1/price, open sides kept open."""
    low, high = interval
    if interval == EMPTY:
        return EMPTY
    return (1.0 / high if high < inf else -inf), (1.0 / low if low > 0.0 else inf)
