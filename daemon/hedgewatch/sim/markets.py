"""What is listed: perpetuals with their maintenance tiers, and spot pairs."""

from dataclasses import dataclass
from decimal import Decimal

QUOTE = "USDT"


@dataclass(frozen=True, slots=True)
class Tier:
    """One maintenance bracket: above `floor` the requirement is rate * notional - deduction."""

    floor: Decimal
    cap: Decimal
    rate: Decimal
    deduction: Decimal
    leverage: int


@dataclass(frozen=True, slots=True)
class Perpetual:
    """A USDT-margined contract, of one unit of its base. One with an `expiry` (milliseconds) is
    dated, whatever the name of this class.
    """

    symbol: str
    base: str
    tick: Decimal
    step: Decimal
    tiers: tuple[Tier, ...]
    funding_hours: int = 8
    expiry: int | None = None
    delisted: int | None = None
    status: str = "TRADING"

    def tier_of(self, notional: Decimal) -> Tier:
        """The bracket that a notional falls into; the last one has no end."""
        return next((tier for tier in self.tiers if notional <= tier.cap), self.tiers[-1])


@dataclass(frozen=True, slots=True)
class AssetIndex:
    """What multi-assets mode makes of an asset, in USD."""

    index: Decimal
    bid_buffer: Decimal
    ask_buffer: Decimal

    @property
    def bid_rate(self) -> Decimal:
        """What a unit that is owned counts."""
        return self.index * (1 - self.bid_buffer)

    @property
    def ask_rate(self) -> Decimal:
        """What a unit that is owed counts."""
        return self.index * (1 + self.ask_buffer)


@dataclass(frozen=True, slots=True)
class SpotPair:
    """A pair of the spot market."""

    symbol: str
    base: str
    tick: Decimal
    step: Decimal


def brackets(*rows: tuple[int, str, int]) -> tuple[Tier, ...]:
    """Tiers from (cap, rate, leverage), with the deductions that make maintenance continuous."""
    tiers: list[Tier] = []
    floor, before, deduction = Decimal(0), Decimal(0), Decimal(0)
    for cap, rate_text, leverage in rows:
        rate = Decimal(rate_text)
        deduction += floor * (rate - before)
        tiers.append(Tier(floor, Decimal(cap), rate, deduction, leverage))
        floor, before = Decimal(cap), rate
    return tuple(tiers)


PERPETUALS = (
    Perpetual(
        "ALTUSDT",
        "ALT",
        tick=Decimal("0.00001"),
        step=Decimal(1),
        tiers=brackets(
            (25_000, "0.02", 25),
            (150_000, "0.05", 10),
            (900_000, "0.10", 5),
            (3_000_000, "0.25", 2),
        ),
    ),
    Perpetual(
        "AIXUSDT",
        "AIX",
        tick=Decimal("0.01"),
        step=Decimal(1),
        tiers=brackets(
            (50_000, "0.02", 25),
            (250_000, "0.05", 10),
            (1_000_000, "0.10", 5),
            (5_000_000, "0.25", 2),
        ),
    ),
    Perpetual(
        "BTCUSDT",
        "BTC",
        tick=Decimal("0.10"),
        step=Decimal("0.001"),
        tiers=brackets(
            (50_000, "0.004", 125),
            (250_000, "0.005", 100),
            (3_000_000, "0.01", 50),
            (20_000_000, "0.025", 20),
        ),
    ),
)

SPOT_PAIRS = (
    SpotPair("ALTUSDT", "ALT", tick=Decimal("0.00001"), step=Decimal("0.1")),
    SpotPair("BTCUSDT", "BTC", tick=Decimal("0.01"), step=Decimal("0.00001")),
)

OPENING_MARKS = {"ALTUSDT": Decimal("0.40"), "AIXUSDT": Decimal(1000), "BTCUSDT": Decimal(60_000)}

ASSET_INDICES = {
    "USDT": AssetIndex(Decimal(1), Decimal("0.0001"), Decimal("0.0001")),
    "USDC": AssetIndex(Decimal(1), Decimal("0.0001"), Decimal("0.0001")),
    "BTC": AssetIndex(Decimal(60_000), Decimal("0.05"), Decimal("0.05")),
}
