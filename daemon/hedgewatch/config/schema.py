"""The shape of the configuration where no other part owns it: wallets, prices, hedges."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainValidator,
    TypeAdapter,
    model_validator,
)

from hedgewatch.config.symbols import checked_symbol
from hedgewatch.core.scenarios import MONEY
from hedgewatch.settings import LocalPath, Name, Settings, WebAddress

Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Positive = Annotated[Number, Field(gt=0)]
MINIMUM_VARIANCE: Final = "minimum_variance"


_POSITIVE = TypeAdapter(Positive)


def _target(value: object) -> object:
    if not isinstance(value, str):
        return _POSITIVE.validate_python(value)
    if value != MINIMUM_VARIANCE:
        raise ValueError(f"must be a number without quotes, or {MINIMUM_VARIANCE}")
    return value


Target = Annotated[float | Literal["minimum_variance"], PlainValidator(_target)]
Asset = Annotated[str, Field(pattern=r"^[^\s/:]+$")]
Symbol = Annotated[str, AfterValidator(checked_symbol)]


def _moves_with_the_market(asset: str) -> str:
    if asset.upper() in MONEY:
        raise ValueError(
            f"{asset} is money and does not move with the market: leave it out; a lost peg is a "
            "scenario: depeg"
        )
    return asset


Moving = Annotated[Asset, AfterValidator(_moves_with_the_market)]


def _amount(value: object) -> object:
    return value if isinstance(value, dict) else {"amount": value}


class HoldingSettings(Settings):
    """An amount of coins, and what one of them cost where that is known."""

    amount: Annotated[Number, Field(ge=0)]
    entry_price: Positive | None = None


class WalletSettings(Settings):
    """Coins held outside the accounts; a plain number is an amount."""

    name: Name
    holdings: Annotated[
        Mapping[Asset, Annotated[HoldingSettings, BeforeValidator(_amount)]], Field(min_length=1)
    ]


class PriceSettings(Settings):
    """Where an asset gets its price."""

    account: str
    symbol: Symbol


class LegSettings(Settings):
    """One leg: `{wallet, asset}`, `{account, asset}` or `{account, symbol}`."""

    wallet: str = ""
    account: str = ""
    asset: str = ""
    symbol: Symbol = ""
    share: Annotated[Positive, Field(le=1)] = 1.0
    beta: Positive = 1.0

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if bool(self.wallet) == bool(self.account) or bool(self.asset) == bool(self.symbol):
            raise ValueError(
                "a leg is {wallet, asset}, {account, asset} or {account, symbol}: name one of them"
            )
        if self.wallet and self.symbol:
            raise ValueError("a wallet holds assets, not positions: name its asset")
        return self

    @property
    def held(self) -> str:
        """What the leg is a part of, as a message names it."""
        return f"{self.asset or self.symbol} of {self.wallet or self.account}"


class HedgeSettings(Settings):
    """What is owned, what offsets it, and the ratio that its owner wants."""

    name: Name
    exposure: Annotated[tuple[LegSettings, ...], Field(min_length=1)]
    cover: Annotated[tuple[LegSettings, ...], Field(min_length=1)]
    target: Target = 1.0
    basis_of_drift: Literal["coins", "value"] | None = None


def _where_systemd_keeps_it() -> Path:
    """In the folder of the unit's state, which differs from instance to instance."""
    return Path(os.environ.get("STATE_DIRECTORY", "/var/lib/hedgewatch")) / "state.db"


def _alias(text: str) -> str:
    units, _, asset = text.rpartition(" ")
    if not re.fullmatch(r"\S+", asset) or not re.fullmatch(r"\d+(\.\d+)?|", units):
        raise ValueError("must be an asset, BTC, or an amount of one: 1000 SHIB")
    if units and not float(units):
        raise ValueError("must be more than none of an asset")
    return text


Alias = Annotated[str, AfterValidator(_alias)]


def aliases_of(assets: Mapping[str, str]) -> dict[str, tuple[str, float]]:
    """By asset: what it is, and how many of that one of it is."""
    parts = {asset: text.rpartition(" ") for asset, text in assets.items()}
    return {asset: (name, float(units or 1.0)) for asset, (units, _, name) in parts.items()}


class TopSettings(Settings):
    """What stands alone at the top of the file. `assets` are names of assets that are others:
    `UBTC: BTC`, `SHIB1000: 1000 SHIB`; totals are told in `currency`. `betas` are the parts of a
    common move that assets make, where it is not all of it; money makes none. What `runbook_url` of
    a rule is relative to is `runbooks`; empty, it is the daemon's own page.
    """

    instance: Name = "hedgewatch"
    store: LocalPath = Field(default_factory=_where_systemd_keeps_it)
    replica: Name | None = None
    runbooks: WebAddress = ""
    currency: Asset = "USD"
    assets: Mapping[Asset, Alias] = Field(default_factory=dict)
    betas: Mapping[Moving, Annotated[Number, Field(ge=0, le=10)]] = Field(default_factory=dict)
