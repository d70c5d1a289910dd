"""Whose an address of Hyperliquid is, and what lies in its staking and in vaults."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace

from hedgewatch.venues.dialects.hyperliquid_listing import MONEY, STAKED
from hedgewatch.venues.dialects.hyperliquid_pools import Spot
from hedgewatch.venues.dialects.optional import optional
from hedgewatch.venues.fields import Row, number, rows, table, text
from hedgewatch.venues.permissions import KeyRefusedError

_READINGS_UNTIL_AGAIN = 8
"""Some minute, after a refusal: each such request weighs 20."""

_STAKES = ("delegated", "undelegated", "totalPendingWithdrawal")

Ask = Callable[..., Awaitable[object]]
"""Asks `/info` for a type, with its terms."""


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


class Aside:
    """What of an address lies neither in its spot wallet nor on an exchange: its stake, and shares
    in vaults. The stake is asked for anew when more or less lies outside, and both when they are to
    be forgotten; what the venue does not tell blinds nobody, and is said.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._known: tuple[float, float] | None = None
        self._stake_told = True
        self._wait = 0
        self._vaults: tuple[str, ...] | None = None

    def forget(self) -> None:
        """Rewards are paid into the stake, and vaults gain and lose."""
        self._known = self._vaults = None
        self._wait = 0

    async def added(self, ask: Ask, spot: Spot) -> Spot:
        """The spot wallet, with what is staked beside it."""
        outside = spot.token(STAKED).total
        moved = self._known is None or self._known[0] != outside
        self._wait = max(self._wait - 1, 0)
        if moved and not self._wait:
            await self._read(ask, outside)
        return replace(spot, staked=self._known[1] if self._known else 0.0)

    async def _read(self, ask: Ask, outside: float) -> None:
        """Delegated or not, and what is on its way out. Source: Hyperliquid documentation, "Query a
        user's staking summary".
        """
        reply = await optional(ask("delegatorSummary", user=self._address), "what is staked")
        self._stake_told = reply is not None
        if reply is None:
            self._wait = _READINGS_UNTIL_AGAIN
            return
        summary = table(reply, "delegatorSummary")
        self._known = outside, sum(number(summary, name) for name in _STAKES)

    async def unseen(self, ask: Ask) -> tuple[str, ...]:
        """What there is that is not counted, in words."""
        if self._vaults is None:
            reply = await optional(ask("userVaultEquities", user=self._address), "vault shares")
            self._vaults = tuple(_shares(reply))
        stake = (
            () if self._stake_told else (f"what is staked of {STAKED}: the venue does not tell",)
        )
        return (*stake, *self._vaults)


def _shares(reply: object) -> Iterator[str]:
    """What a share is made of changes with every trade of its vault. Source: Hyperliquid
    documentation, "Retrieve a user's vault deposits".
    """
    if not isinstance(reply, list):
        yield "shares in vaults: the venue does not tell"
        return
    for row in rows(reply, "userVaultEquities"):
        worth, where = number(row, "equity"), text(row, "vaultAddress")
        if worth:
            yield f"a share worth {worth:,.2f} {MONEY} in the vault {where:.42}: it is not counted"
