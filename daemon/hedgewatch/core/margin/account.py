"""A pool of several currencies: what it is worth, what it must be, and where it is liquidated.

Made anew at the prices of now. All money is in the currency of the account, into which the
prices of the collateral translate.
"""

from collections.abc import Collection, Sequence
from math import inf

from hedgewatch.core.margin.collateral import Collateral
from hedgewatch.core.margin.edges import EMPTY
from hedgewatch.core.margin.motion import HeldLeg, Mixture, Path
from hedgewatch.core.margin.standing import Standing, Valued, larger_sides


class Account:
    """Legs and the coins behind them. Each leg's settle coin is in `collateral`, if with 0 of it.

    `profit_inside`: the profit of a coin's legs is discounted with the coin (Binance portfolio
    margin), or counts in full beside it (Bybit UTA). `theta` weighs the charges on collateral;
    legs carry their own.
    """

    __slots__ = (
        "_netted", "_profit_inside", "_standing", "_still", "_surpluses", "_theta", "collateral",
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
        self._standing = Standing(legs, self.collateral)
        self._still = {name: (coin.price, 0.0) for name, coin in self.collateral.items()}
        self._surpluses: dict[str, float] = {}
        self._netted: dict[str, float] = {}
        self.equity = self.requirement = self.maintenance = 0.0
        self._sum_up()

    def _sum_up(self) -> None:
        """Coin by coin and group by group, since one market moves few of them."""
        standing = self._standing
        for name, coin in self.collateral.items():
            worth = self._counted(coin)
            asked = (standing.asked[name] + self._theta * coin.charge) * coin.price
            self._surpluses[name] = worth - asked
            self.equity += worth
            self.requirement += asked
            self.maintenance += (standing.maintained[name] + coin.charge) * coin.price
        for name, group in standing.groups.items():
            required, maintained = larger_sides(group, self.collateral)
            self._netted[name] = required
            self.requirement += required
            self.maintenance += maintained

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
        for held, profit, requirement, _ in self._standing.valued:
            if held.beta:
                mixture.add_leg(held, (held.price, held.price * held.beta))
            else:
                mixture.add_standing(held, profit, requirement)
        for coin in self.collateral.values():
            mixture.add_coin(coin, self._theta)
        return mixture.surplus(low, high).interval()

    def price_interval(self, market: str, moving: Collection[str] = ()) -> tuple[float, float]:
        """The prices of one market between which it stands, all else as it is.

        Coins named in `moving` go with the market's price in proportion.
        """
        mine = self._standing.markets.get(market)
        if mine is None:
            raise LookupError(f"no leg of {market}")
        first = mine[0].held
        alone = _moves_alone(first, moving)
        mixture = Mixture(self._coins_along(first.price, moving), self._profit_inside)
        for held, *_ in mine:
            mixture.add_leg(held, None if alone else (0.0, 1.0))
        self._add_groups(mixture, market, moving)
        self._add_coins(mixture, mine, moving)
        found = mixture.surplus(0.0, inf).interval()
        return reciprocal(found) if alone else found

    def _coins_along(self, price: float, moving: Collection[str]) -> dict[str, Path]:
        """The prices of the coins as lines in a market's price, which is `price` now."""
        if not moving:
            return self._still
        return {
            name: (0.0, coin.price / price) if name in moving else self._still[name]
            for name, coin in self.collateral.items()
        }

    def _add_groups(self, mixture: Mixture, market: str, moving: Collection[str]) -> None:
        """What other markets are asked in groups, one by one where the market moves the group."""
        groups = self._standing.groups
        if not groups:
            return
        stirred = self._standing.stirred(market, moving)
        mixture.constant -= sum(self._netted[name] for name in groups if name not in stirred)
        for name in stirred:
            for held, _, requirement, _ in groups[name]:
                if held.market != market:
                    mixture.ask_standing(held, requirement)

    def _add_coins(self, mixture: Mixture, mine: Sequence[Valued], moving: Collection[str]) -> None:
        """The coins, with the other legs that they settle; those that do not change as a sum."""
        changing = {held.settle for held, *_ in mine}.union(moving)
        for name, coin in self.collateral.items():
            if name in changing:
                mixture.add_others(name, *self._standing.besides(name, mine))
                mixture.add_coin(coin, self._theta)
            else:
                mixture.constant += self._surpluses[name]

    def _counted(self, coin: Collateral) -> float:
        """A coin with the profit of its legs, inside the discount or beside it."""
        owned, profit = coin.amount * coin.price, self._standing.profits[coin.coin] * coin.price
        if self._profit_inside:
            return coin.discount.counted(owned + profit)
        return coin.discount.counted(owned) + profit


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
