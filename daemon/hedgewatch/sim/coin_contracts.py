"""Contracts that are margined in coins: of a face value in dollars, paid in what they are about."""

from dataclasses import dataclass
from decimal import Decimal

from hedgewatch.sim.accounts import ZERO
from hedgewatch.sim.markets import Tier, brackets


@dataclass(frozen=True, slots=True)
class CoinContract:
    """An inverse contract of `face` dollars. Its tiers go by the notional in the coin. Its mark is
    that of `follows`, a market of the world, and `premium` of it more. `expiry` is in milliseconds,
    `status` a word of the venue's.
    """

    symbol: str
    base: str
    follows: str
    face: Decimal
    tick: Decimal
    tiers: tuple[Tier, ...]
    premium: Decimal = ZERO
    expiry: int | None = None
    status: str = "TRADING"

    @property
    def pair(self) -> str:
        """What perpetual and dated contracts of one coin share."""
        return f"{self.base}USD"

    def tier_of(self, notional: Decimal) -> Tier:
        """The bracket that a notional (in coins) falls into; the last one has no end."""
        return next((tier for tier in self.tiers if notional <= tier.cap), self.tiers[-1])


_BTC = brackets((5, "0.004", 125), (10, "0.005", 100), (20, "0.01", 50), (50, "0.025", 20))
_ALT = brackets((50_000, "0.02", 25), (250_000, "0.05", 10), (1_000_000, "0.10", 5))

COIN_CONTRACTS = (
    CoinContract("BTCUSD_PERP", "BTC", "BTCUSDT", Decimal(100), Decimal("0.1"), _BTC),
    CoinContract(
        "BTCUSD_301227",
        "BTC",
        "BTCUSDT",
        Decimal(100),
        Decimal("0.1"),
        _BTC,
        premium=Decimal("0.01"),
        expiry=1_924_588_800_000,
    ),
    CoinContract("ALTUSD_PERP", "ALT", "ALTUSDT", Decimal(10), Decimal("0.00001"), _ALT),
)
"""Two of BTC, a perpetual and a dated one, and one of ALT."""
