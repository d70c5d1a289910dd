"""The accounts that the paper exchange opens with, one or more a venue."""

from decimal import Decimal

from hedgewatch.sim.accounts import Account
from hedgewatch.sim.keys import (
    BYBIT_KEY,
    BYBIT_SECRET,
    DEMO_KEY,
    DEMO_SECRET,
    HYPERLIQUID_ADDRESS,
    SECOND_KEY,
    SECOND_SECRET,
)


def logins(now: int) -> dict[str, Account]:
    """By their names; `now` is when they were last changed, in milliseconds."""
    return {
        "main": Account("main", DEMO_KEY, DEMO_SECRET, Decimal(100_000), updated=now),
        "second": Account("second", SECOND_KEY, SECOND_SECRET, Decimal(5_000), updated=now),
        "hyperliquid-main": Account(
            "hyperliquid-main",
            HYPERLIQUID_ADDRESS,
            "",
            Decimal(100_000),
            venue="hyperliquid",
            updated=now,
        ),
        "bybit-main": Account(
            "bybit-main",
            BYBIT_KEY,
            BYBIT_SECRET,
            Decimal(100_000),
            venue="bybit",
            updated=now,
        ),
    }
