"""A scenario as factors of the prices of markets, kept because they never change."""

from dataclasses import replace

from hedgewatch.core.book.underlying import Assets
from hedgewatch.core.model import Desk, Market
from hedgewatch.core.scenarios import MONEY, Scenario


class Moves:
    """What a scenario does to each market and coin; `pays` says whether positions pay funding."""

    __slots__ = ("_assets", "_marks", "_prices", "pays", "scenario")

    def __init__(self, scenario: Scenario, assets: Assets | None = None) -> None:
        self.scenario = scenario
        self.pays = scenario.funding is not None
        self._assets = assets or Assets()
        self._marks: dict[str, float] = {}
        self._prices: dict[tuple[str, str], float] = {}

    def mark(self, market: Market) -> float:
        """The factor of a contract's mark price."""
        factor = self._marks.get(market.symbol)
        if factor is None:
            pair = self._asset(market.base), self._asset(market.quote)
            factor = self._marks[market.symbol] = self.scenario.mark(*pair)
        return factor

    def price(self, coin: str, currency: str) -> float:
        """The factor of a coin's price in a currency."""
        key = coin, currency
        factor = self._prices.get(key)
        if factor is None:
            factor = self._prices[key] = self.scenario.price(
                self._asset(coin), self._asset(currency)
            )
        return factor

    def worth(self, coin: str) -> float:
        """The factor of what a coin is worth in dollars."""
        return self.scenario.worth(self._asset(coin))

    def haircut(self, coin: str) -> float:
        """Points by which less of the coin counts; money is cut only where it is named."""
        asset = self._asset(coin)
        if asset in MONEY and asset not in self.scenario.haircuts:
            return 0.0
        return self.scenario.haircut(asset)

    def _asset(self, name: str) -> str:
        """The underlying of an asset, as scenarios name it."""
        return self._assets.underlying_of(name)[0].upper()

    def funding(self, market: Market, signed_notional: float) -> float:
        """What a position pays; dated contracts have no funding."""
        terms = self.scenario.funding
        if terms is None or market.dated:
            return 0.0
        return terms.paid(signed_notional)


def moves_of(desk: Desk) -> list[Moves]:
    """The scenarios of a desk, with its betas where they name none of their own."""
    assets = Assets(desk.assets)
    return [
        Moves(scenario if scenario.betas else replace(scenario, betas=desk.betas), assets)
        for scenario in desk.scenarios
    ]
