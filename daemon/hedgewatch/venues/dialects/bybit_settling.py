"""What Bybit's margins depend on beside positions and coins: fees, collateral ratios, loans.

Each is asked for on its own: one that is refused makes unknown what needs it, and nothing else.
"""

from collections.abc import Mapping
from functools import partial

from hedgewatch.venues.dialect import Exchange
from hedgewatch.venues.dialects import bybit_terms as terms
from hedgewatch.venues.dialects.bybit_coins import Terms, loans_of, ratios_of
from hedgewatch.venues.dialects.bybit_common import CONTRACTS, listed
from hedgewatch.venues.dialects.optional import Ask, not_told, refusals

_AGAIN_SECONDS = 60.0


class Settling:
    """`fees` is what the account pays as a taker, by id; `coins` what its coins count."""

    def __init__(self) -> None:
        self.fees: dict[str, float] = {}
        self.coins = Terms()
        self._untold: list[str] | None = None
        self._asked_at = float("-inf")

    async def read(self, exchange: Exchange) -> None:
        """All of it. What was refused is raised together, once the rest is known."""
        if refused := await self._read(exchange, self._asks(exchange)):
            raise not_told(refused)

    async def mend(self, exchange: Exchange) -> None:
        """Ask again for what was refused, a minute after it was; nothing is raised for it."""
        recently = exchange.nonce() / 1000.0 - self._asked_at < _AGAIN_SECONDS
        asks = self._asks(exchange)
        missing = asks if self._untold is None else {name: asks[name] for name in self._untold}
        if missing and not recently:
            await self._read(exchange, missing)

    def _asks(self, exchange: Exchange) -> Mapping[str, Ask]:
        fees = {
            f"fees of {category}": partial(self._read_fees, exchange, category)
            for category in CONTRACTS
        }
        return {
            **fees,
            "collateral ratios": partial(self._read_ratios, exchange),
            "loans": partial(self._read_loans, exchange),
        }

    async def _read(self, exchange: Exchange, asks: Mapping[str, Ask]) -> Mapping[str, Exception]:
        self._asked_at = exchange.nonce() / 1000.0
        refused = await refusals(asks)
        self._untold = list(refused)
        return refused

    async def _read_fees(self, exchange: Exchange, category: str) -> None:
        reply = await exchange.private_get_v5_account_fee_rate({"category": category})
        self.fees.update(terms.taker_fees(reply))

    async def _read_ratios(self, exchange: Exchange) -> None:
        reply = await exchange.public_get_v5_spot_margin_trade_collateral()
        self.coins.ratios = ratios_of(listed(reply, "collateral"))

    async def _read_loans(self, exchange: Exchange) -> None:
        reply = await exchange.private_get_v5_spot_margin_trade_position_tiers()
        self.coins.loans = loans_of(listed(reply, "position-tiers"))
