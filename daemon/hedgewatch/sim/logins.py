"""The accounts that the paper exchange opens with, one or more a venue."""

from dataclasses import replace
from decimal import Decimal

from hedgewatch.sim.accounts import Account
from hedgewatch.sim.keys import (
    BYBIT_KEY,
    BYBIT_SECRET,
    DEMO_KEY,
    DEMO_SECRET,
    HYPERLIQUID_ADDRESS,
    OKX_KEY,
    OKX_MULTI_KEY,
    OKX_PASSPHRASE,
    OKX_SECRET,
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
        "okx-main": _at_okx("okx-main", OKX_KEY, Decimal(100_000), now),
        "okx-multi": replace(
            _at_okx("okx-multi", OKX_MULTI_KEY, Decimal(20_000), now),
            collateral={"BTC": Decimal(2)},
            multi_assets=True,
        ),
    }


def _at_okx(name: str, key: str, wallet: Decimal, now: int) -> Account:
    """Futures mode (OKX's acctLv 2), until told otherwise."""
    return Account(
        name, key, OKX_SECRET, wallet, venue="okx", passphrase=OKX_PASSPHRASE, updated=now
    )
