"""By which discounts coins count as collateral at OKX: one table of a site, for all accounts there.

OKX allows two of these requests in two seconds from one address (OKX API, "Get discount rate and
interest-free quota"), which three accounts that start together would break.
"""

import asyncio
from collections.abc import Mapping, Sequence

from hedgewatch.venues.dialect import Exchange
from hedgewatch.venues.dialects import okx_terms

Slices = Mapping[str, Sequence[tuple[float, float]]]
"""By coin: up to so many coins, each at this rate."""

_HOLD_SECONDS = 600.0


class Discounts:
    """As whoever needed them read them last."""

    def __init__(self) -> None:
        self._slices: Slices = {}
        self._read_at = 0.0
        self._one_at_a_time = asyncio.Lock()

    async def read(self, exchange: Exchange) -> Slices:
        """Asked for when they are old; who comes meanwhile waits for the same answer."""
        async with self._one_at_a_time:
            now = exchange.milliseconds() / 1000.0
            if not 0.0 <= now - self._read_at <= _HOLD_SECONDS:
                told = await exchange.public_get_public_discount_rate_interest_free_quota()
                self._slices, self._read_at = okx_terms.discounts(told), now
            return self._slices
