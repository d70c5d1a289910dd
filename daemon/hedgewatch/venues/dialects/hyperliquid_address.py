"""Whose an address of Hyperliquid is, and what lies in its staking."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import ccxt
import structlog

from hedgewatch.venues.dialects.hyperliquid_listing import STAKED
from hedgewatch.venues.dialects.hyperliquid_pools import Spot
from hedgewatch.venues.fields import Row, number, table
from hedgewatch.venues.permissions import KeyRefusedError

_STAKES = ("delegated", "undelegated", "totalPendingWithdrawal")

Ask = Callable[..., Awaitable[object]]
"""Asks `/info` for a type, with its terms."""

log = structlog.get_logger()


def refuse_wrong_address(address: str, role: Row) -> None:
    """Raise for one that shows nothing. Sources: Hyperliquid documentation, "Query a user's role",
    and "a common pitfall is to use an agent wallet's address which leads to an empty result".
    """
    if role.get("role") == "missing":
        raise KeyRefusedError(
            f"{address} was never used at Hyperliquid, where any address reads as an account, if an"
            " empty one: is it written right?"
        )
    if role.get("role") == "agent":
        owner = table(role.get("data") or {}, "data").get("user")
        raise KeyRefusedError(
            f"{address} is an API wallet, which holds nothing: write the address of the account it"
            f" signs for ({owner!s:.42})"
        )


class Stake:
    """What is staked of an address: asked anew when more or less of it lies outside, and when it is
    to be forgotten.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._known: tuple[float, float] | None = None

    def forget(self) -> None:
        """Rewards are paid into it."""
        self._known = None

    async def added(self, ask: Ask, spot: Spot) -> Spot:
        """The spot wallet, with what is staked beside it."""
        outside = spot.token(STAKED).total
        if self._known is None or self._known[0] != outside:
            self._known = (outside, await self._read(ask))
        return replace(spot, staked=self._known[1])

    async def _read(self, ask: Ask) -> float:
        """Delegated or not, and what is on its way out. Source: Hyperliquid documentation, "Query a
        user's staking summary".
        """
        try:
            reply = await ask("delegatorSummary", user=self._address)
        except ccxt.ExchangeError:
            log.info("the venue does not say what is staked")
            return 0.0
        summary = table(reply, "delegatorSummary")
        return sum(number(summary, name) for name in _STAKES)
