"""What Binance's private futures replies say of positions, balances and tiers."""

from collections.abc import Iterable, Mapping

from hedgewatch.core.events import BalanceReading, PositionReading
from hedgewatch.core.model import Tier
from hedgewatch.venues.dialects.binance_causes import Leg, signed
from hedgewatch.venues.fields import (
    OddReplyError,
    Row,
    above_zero_or_none,
    number,
    number_or,
    number_or_none,
    rows,
    text,
)


def _isolated_wallet(row: Row) -> float | None:
    """v3 dropped `marginType`: a position that has a wallet of its own is isolated."""
    wallet = number_or(row, "isolatedWallet", 0.0)
    isolated = wallet or number_or(row, "isolatedMargin", 0.0)
    return wallet if isolated or row.get("marginType") == "isolated" else None


def isolated_maintenance(held: Iterable[Row]) -> Mapping[str, float]:
    """What the isolated positions need, by asset: the venue counts it into the asset's total."""
    needed: dict[str, float] = {}
    for row in held:
        if _isolated_wallet(row) is not None:
            asset = str(row.get("marginAsset", ""))
            needed[asset] = needed.get(asset, 0.0) + number_or(row, "maintMargin", 0.0)
    return needed


def position(row: Row, leg: Leg, amount: float) -> PositionReading:
    """One position, with what the venue itself says of its margin."""
    symbol, kind = leg
    return PositionReading(
        symbol=symbol,
        kind=kind,
        contracts=signed(amount, kind),
        entry_price=number(row, "entryPrice"),
        venue_time=number_or(row, "updateTime", 0.0) / 1000.0,
        isolated_wallet=_isolated_wallet(row),
        venue_liquidation_price=above_zero_or_none(row, "liquidationPrice"),
        venue_maintenance_margin=number_or_none(row, "maintMargin"),
        venue_notional=_notional(row),
        leverage=above_zero_or_none(row, "leverage"),
        adl_rank=number_or_none(row, "adl"),
    )


def _notional(row: Row) -> float | None:
    """In the settle currency: COIN-M has it in coins, by another name."""
    name = "notional" if "notional" in row else "notionalValue"
    told = number_or_none(row, name)
    return None if told is None else abs(told)


def balance(row: Row, isolated_maintenance: float) -> BalanceReading:
    """Equity and maintenance are those of the cross pool, which is what is liquidated together."""
    cross_wallet = number(row, "crossWalletBalance")
    needed = number(row, "maintMargin") - isolated_maintenance
    return BalanceReading(
        asset=text(row, "asset"),
        total=number(row, "walletBalance"),
        cross_wallet=cross_wallet,
        equity=cross_wallet + number(row, "crossUnPnl"),
        maintenance_margin=max(needed, 0.0),
        venue_time=number_or(row, "updateTime", 0.0) / 1000.0,
    )


def tiers(row: Row) -> tuple[Tier, ...]:
    """The brackets of one market. Those of COIN-M go by quantities of the base asset, in which
    they also have their deductions: "qtylFloor: lower edge of base asset quantity".
    """
    brackets = (_tier(bracket) for bracket in rows(row.get("brackets"), "brackets"))
    found = tuple(sorted(brackets, key=lambda tier: tier.floor))
    if not found:
        raise OddReplyError("a market without brackets")
    return found


_FLOORS = ("notionalFloor", "qtylFloor", "qtyFloor")
"""USDⓈ-M; COIN-M, as it is really spelt; COIN-M under Portfolio Margin."""


def _tier(bracket: Row) -> Tier:
    floor = next((name for name in _FLOORS if name in bracket), _FLOORS[0])
    return Tier(
        floor=number(bracket, floor),
        rate=number(bracket, "maintMarginRatio"),
        deduction=number(bracket, "cum"),
    )
