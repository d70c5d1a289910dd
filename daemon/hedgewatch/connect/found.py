"""What was found in accounts, as far as it decides which hedges there are."""

from dataclasses import dataclass

from hedgewatch.core.model import Known, Unknown

NOT_PRICED = Unknown("not priced here", 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Coins:
    """An amount of one asset, in an account or in a wallet of its owner: one of both is named.

    `amount` is in coins; `value` in the currency that prices them.
    """

    asset: str
    amount: float
    account: str = ""
    wallet: str = ""
    value: Known = NOT_PRICED


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """What is held in one market of an account, long and short legs of hedge mode together.

    `contracts` are signed, long positive. `base` is that of the market, `quantity` in units of it,
    signed; `notional` is its worth in the settle currency (`currency`), never negative.
    """

    account: str
    symbol: str
    base: str
    currency: str
    contracts: float
    quantity: Known
    notional: Known
    liquidation_price: Known = NOT_PRICED
    liquidation_distance: Known = NOT_PRICED


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """What is liquidated together."""

    name: str
    currency: str
    equity: Known
    margin_ratio: Known


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One account. `trouble` is why nothing was found, empty when it was read; `unseen`: what
    else may be there, in words.
    """

    account: str
    venue: str
    coins: tuple[Coins, ...] = ()
    positions: tuple[Position, ...] = ()
    pools: tuple[Pool, ...] = ()
    unseen: tuple[str, ...] = ()
    mode: str = ""
    trouble: str = ""
