"""A pool of several currencies: what it is worth, what it must be, and where it is liquidated.

Made anew at the prices of now. All money is in the currency of the account, into which the
prices of the collateral translate.
"""

from collections.abc import Collection, Sequence
from math import inf

from hedgewatch.core.margin.collateral import Collateral
from hedgewatch.core.margin.edges import EMPTY
from hedgewatch.core.margin.motion import HeldLeg, Mixture


class Account:
    """Legs and the coins behind them. Each leg's settle coin is in `collateral`, if with 0 of it.

    `profit_inside`: the profit of a coin's legs is discounted with the coin (Binance portfolio
    margin), or counts in full beside it (Bybit UTA). `theta` weighs the charges on collateral;
    legs carry their own.
    """

    __slots__ = (
        "_asked", "_netting", "_profit_inside", "_profits", "_theta", "_valued", "collateral",
        "equity", "legs", "maintenance", "requirement",
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
        self._valued = [_valued(held) for held in legs]
        self._netting = any(held.netting for held in legs)
        self._profits = dict.fromkeys(self.collateral, 0.0)
        for held, profit, _, _ in self._valued:
            self._profits[held.settle] += profit
        charge = sum(coin.charge * coin.price for coin in collateral)
        self.equity = self._counted()
        self._asked = self._netted(required=True)
        self.requirement = self._asked + theta * charge
        self.maintenance = self._netted(required=False) + charge

    @property
    def headroom(self) -> float:
        """Equity less requirement, which includes θ and liquidation fees."""
        return self.equity - self.requirement

    def shock(self) -> tuple[float, float]:
        """The common moves x between which it stands, every price going by its beta · x.

        ValueError when a linear leg's settle coin has a beta, or an inverse leg's another than
        its own: their product is no line. Value such a move by an account at the moved prices.
        """
        betas = [held.beta for held in self.legs]
        betas += [coin.beta for coin in self.collateral.values()]
        low = max((-1.0 / beta for beta in betas if beta > 0.0), default=-inf)
        high = min((-1.0 / beta for beta in betas if beta < 0.0), default=inf)
        coins = {
            name: (coin.price, coin.price * coin.beta) for name, coin in self.collateral.items()
        }
        mixture = Mixture(coins, self._profit_inside)
        for held, profit, requirement, _ in self._valued:
            if held.beta:
                mixture.add_leg(held, (held.price, held.price * held.beta))
            else:
                mixture.add_standing(held, profit, requirement)
        return self._solved(mixture, low, high)

    def price_interval(self, market: str, moving: Collection[str] = ()) -> tuple[float, float]:
        """The prices of one market between which it stands, all else as it is.

        Coins named in `moving` go with the market's price in proportion.
        """
        mine = [entry for entry in self._valued if entry[0].market == market]
        if not mine:
            raise LookupError(f"no leg of {market}")
        first, *_ = mine[0]
        alone = _moves_alone(first, moving)
        mixture = Mixture(self._coins_along(first.price, moving), self._profit_inside)
        for held, _, _, _ in mine:
            mixture.add_leg(held, None if alone else (0.0, 1.0))
        self._add_others(mixture, mine, apart=bool(moving))
        found = self._solved(mixture, 0.0, inf)
        return reciprocal(found) if alone else found

    def _coins_along(self, price: float, moving: Collection[str]) -> dict[str, tuple[float, float]]:
        """The prices of the coins as lines in a market's price, which is `price` now."""
        return {
            name: (0.0, coin.price / price) if name in moving else (coin.price, 0.0)
            for name, coin in self.collateral.items()
        }

    def _add_others(self, mixture: Mixture, mine: "list[_Valued]", *, apart: bool) -> None:
        """The legs of all other markets: one by one, or as their sum when only that matters."""
        if apart or self._netting:
            for entry in self._valued:
                if entry not in mine:
                    mixture.add_standing(*entry[:3])
            return
        for coin, profit in self._profits.items():
            mixture.gain(coin, profit * self.collateral[coin].price, 0.0)
        mixture.constant -= self._asked
        for held, profit, requirement, _ in mine:
            mixture.add_standing(held, -profit, -requirement)

    def _solved(self, mixture: Mixture, low: float, high: float) -> tuple[float, float]:
        for coin in self.collateral.values():
            mixture.add_coin(coin, self._theta)
        return mixture.surplus(low, high).interval()

    def _counted(self) -> float:
        """Equity: each coin with the profit of its legs, inside the discount or beside it."""
        equity = 0.0
        for name, coin in self.collateral.items():
            owned, profit = coin.amount * coin.price, self._profits[name] * coin.price
            if self._profit_inside:
                equity += coin.discount.counted(owned + profit)
            else:
                equity += coin.discount.counted(owned) + profit
        return equity

    def _netted(self, *, required: bool) -> float:
        """What all legs are asked together: of each netting name the larger side."""
        total = 0.0
        sides: dict[str, list[float]] = {}
        for held, _, requirement, maintenance in self._valued:
            asked = requirement if required else maintenance
            asked *= self.collateral[held.settle].price
            if held.netting:
                sides.setdefault(held.netting, [0.0, 0.0])[held.leg.quantity > 0.0] += asked
            else:
                total += asked
        return total + sum(map(max, sides.values()))


_Valued = tuple[HeldLeg, float, float, float]


def _valued(held: HeldLeg) -> _Valued:
    """A leg with its profit, requirement and maintenance, in its settle coin."""
    leg, price = held.leg, held.price
    piece = leg.piece_at(price)
    return held, *leg.value(price, piece), leg.maintenance(price, piece)


def _moves_alone(held: HeldLeg, moving: Collection[str]) -> bool:
    """Whether the market is inverse and its coin stands still: then its line is one in 1/price."""
    alone = held.leg.inverse and held.settle not in moving
    if alone and moving:
        raise ValueError(f"{held.market} is inverse: it moves with {held.settle}, or alone")
    return alone


def reciprocal(interval: tuple[float, float]) -> tuple[float, float]:
    """The prices of an interval of 1/price, open sides kept open."""
    low, high = interval
    if interval == EMPTY:
        return EMPTY
    return (1.0 / high if high < inf else -inf), (1.0 / low if low > 0.0 else inf)
