"""What lies in Bybit's Earn: coins that are owned and cannot be moved at once.

It can be done without: a key or a site that refuses it leaves what was read last, and is asked
again a minute later. What was never told is said to be unseen.
"""

import asyncio
from collections.abc import Iterator, Mapping

from hedgewatch.venues.dialect import Exchange
from hedgewatch.venues.dialects.bybit_coins import staked_coins
from hedgewatch.venues.dialects.bybit_common import listed
from hedgewatch.venues.dialects.optional import optional, unheard
from hedgewatch.venues.fields import OddReplyError

_CATEGORIES = ("FlexibleSaving", "OnChain")
_AGAIN_SECONDS = 60.0
_PATIENCE_SECONDS = 4.0
"""What hangs holds a reading of the account up for no longer."""


class Earn:
    """`allowed`: the key has the permission; without it the venue refuses, as if all of the key
    were wrong, and is not asked.
    """

    def __init__(self) -> None:
        self.allowed = False
        self._held: dict[str, Mapping[str, float]] = {}
        self._refused_at: dict[str, float] = {}

    async def read(self, exchange: Exchange) -> None:
        """Each category on its own; one that was refused is left alone for a minute."""
        now = exchange.nonce() / 1000.0
        for category in _CATEGORIES if self.allowed else ():
            if now - self._refused_at.get(category, float("-inf")) >= _AGAIN_SECONDS:
                await self._ask(exchange, category, now)

    async def _ask(self, exchange: Exchange, category: str, now: float) -> None:
        asked = exchange.private_get_v5_earn_position({"category": category})
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                reply = await optional(asked, f"earn/position of {category}")
            self._held[category] = staked_coins(listed(reply, "earn/position"))
        except (OddReplyError, TimeoutError):
            self._refused_at[category] = now
        else:
            self._refused_at.pop(category, None)

    def amounts(self) -> dict[str, float]:
        """By coin, over all of it that was ever told."""
        found: dict[str, float] = {}
        for held in self._held.values():
            for coin, amount in held.items():
                found[coin] = found.get(coin, 0.0) + amount
        return found

    def unseen(self) -> Iterator[str]:
        """What of it the venue does not tell, in words."""
        if not self.allowed:
            yield "what lies in Earn: the key has no permission Earn"
        for category in self._refused_at:
            yield unheard(f"what lies in Earn ({category})", was_told=category in self._held)
