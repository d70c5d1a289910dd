"""What an account of OKX owns outside its trading account: in the funding account and in savings.

It backs nothing, and a key that may not read it is no reason to be blind.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping

import ccxt
import structlog

from hedgewatch.venues.dialect import Exchange
from hedgewatch.venues.dialects.okx_account import Elsewhere, amount, data_of
from hedgewatch.venues.fields import OddReplyError, Row, number, text

_ASK_AGAIN_SECONDS = 3600.0
"""After a refusal."""

_PLACES = {"funding": "the funding account", "savings": "savings"}

log = structlog.get_logger()


class Outside:
    """As it was last read."""

    def __init__(self, account: str) -> None:
        self._account = account
        self._parts: dict[str, Mapping[str, Elsewhere]] = {}
        self._not_before: dict[str, float] = {}
        self._untold: set[str] = set()
        self.at = 0.0

    @property
    def coins(self) -> Mapping[str, Elsewhere]:
        """All of it, by coin."""
        found: dict[str, Elsewhere] = {}
        for part in self._parts.values():
            for coin, there in part.items():
                known = found.get(coin, Elsewhere())
                found[coin] = Elsewhere(known.total + there.total, known.locked + there.locked)
        return found

    @property
    def unseen(self) -> Iterator[str]:
        """What of it OKX did not tell, in words."""
        for part in sorted(self._untold):
            known = "is as it was told last" if part in self._parts else "is not counted"
            yield f"what lies in {_PLACES[part]} {known}: the venue does not tell"

    async def read(self, exchange: Exchange) -> None:
        """What cannot be read stays as it was known."""
        await self._part("funding", exchange, exchange.private_get_asset_balances, _funding)
        await self._part("savings", exchange, exchange.private_get_finance_savings_balance, _saved)

    async def _part(
        self,
        name: str,
        exchange: Exchange,
        ask: Callable[[], Awaitable[object]],
        amounts: Callable[[Row], tuple[str, Elsewhere]],
    ) -> None:
        now = exchange.nonce() / 1000.0  # by the venue's clock
        if now < self._not_before.get(name, 0.0):
            return
        try:
            told = [amounts(row) for row in data_of(await ask(), name)]
        except (ccxt.BaseError, OddReplyError) as error:
            if isinstance(error, ccxt.ExchangeError):
                self._not_before[name] = now + _ASK_AGAIN_SECONDS
            if name not in self._untold:
                log.info("not read", account=self._account, what=name, error=type(error).__name__)
            self._untold.add(name)
            return
        self._untold.discard(name)
        self._parts[name] = {coin: there for coin, there in told if there.total}
        self.at = now


def _funding(row: Row) -> tuple[str, Elsewhere]:
    """A row of `asset/balances`."""
    return text(row, "ccy"), Elsewhere(number(row, "bal"), amount(row, "frozenBal"))


def _saved(row: Row) -> tuple[str, Elsewhere]:
    """A row of `finance/savings/balance`: it has to be redeemed first."""
    owned = number(row, "amt")
    return text(row, "ccy"), Elsewhere(owned, owned)
