"""Rows of Bybit's about positions, linear and inverse: replies and frames share them."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from hedgewatch.sim import margin_bybit
from hedgewatch.sim.accounts import ZERO, Account, CoinPosition, Position
from hedgewatch.sim.wire.bybit_listings import inverse_name
from hedgewatch.sim.wire.numbers import money, plain
from hedgewatch.sim.world import World

Row = dict[str, Any]

VENUE = "bybit"
_INDICES = {"BOTH": 0, "LONG": 1, "SHORT": 2}


@dataclass(slots=True)
class Sequence:
    """Cross sequences: what a fill and the position after it have in common.

    Both are known by the amount that the fill left, whichever is told first.
    """

    _last: dict[tuple[str, str, str], tuple[Decimal, int]] = field(default_factory=dict)

    def of(self, account: Account, held: Position | CoinPosition) -> int:
        """Of the last change of this position."""
        leg = (account.name, held.symbol, held.side)
        amount, number = self._last.get(leg, (ZERO, 1_000_000))
        now = held.amount if isinstance(held, Position) else held.contracts
        if amount != now:
            number += 1
            self._last[leg] = (now, number)
        return number


def position(
    world: World, account: Account, held: Position, seq: int, status: str = "Normal"
) -> Row:
    """One row of GET /v5/position/list, of a linear contract."""
    venue, open_ = world.venue_of(VENUE), bool(held.amount)
    mark = venue.marks[held.symbol]
    line = margin_bybit.liquidation_price(held, account, venue) if open_ else ZERO
    return _row(
        held,
        account,
        symbol=held.symbol,
        amount=held.amount,
        mark=mark,
        value=abs(held.notional(mark)),
        profit=venue.pnl(held),
        initial=margin_bybit.initial_margin(held, account, venue) if open_ else ZERO,
        needed=margin_bybit.maintenance_of(held, account, venue) if open_ else ZERO,
        line=_shown(line, held.amount, world.markets[held.symbol].tick),
        seq=seq,
        status=status,
    )


def coin_position(
    world: World, account: Account, held: CoinPosition, seq: int, status: str = "Normal"
) -> Row:
    """One row of GET /v5/position/list, of an inverse contract: counted in dollars."""
    venue, open_ = world.venue_of(VENUE), bool(held.contracts)
    leg = margin_bybit.inverse_leg(held)
    mark = leg.mark(venue)
    line = margin_bybit.inverse_liquidation_price(held, account, venue) if open_ else ZERO
    return _row(
        held,
        account,
        symbol=inverse_name(held.symbol),
        amount=leg.dollars,
        mark=mark,
        value=abs(leg.dollars) / mark,
        profit=leg.profit(venue) if open_ else ZERO,
        initial=leg.initial_margin(account, venue) if open_ else ZERO,
        needed=leg.maintenance(account, venue) if open_ else ZERO,
        line=_shown(line, leg.dollars, leg.contract.tick),
        seq=seq,
        status=status,
    )


def _row(  # noqa: PLR0913 - a row has many columns
    held: Position | CoinPosition,
    account: Account,
    *,
    symbol: str,
    amount: Decimal,
    mark: Decimal,
    value: Decimal,
    profit: Decimal,
    initial: Decimal,
    needed: Decimal,
    line: str,
    seq: int,
    status: str,
) -> Row:
    open_ = bool(amount)
    return {
        "positionIdx": _INDICES[held.side],
        "riskId": 1,
        "riskLimitValue": "20000000",
        "symbol": symbol,
        "side": ("Buy" if amount > 0 else "Sell") if open_ else "",
        "size": plain(abs(amount)),
        "avgPrice": plain(held.entry) if open_ else "0",
        "positionValue": plain(value) if open_ else "",
        "autoAddMargin": 0,
        "positionStatus": status,
        "leverage": plain(Decimal(account.leverage)),
        "breakEvenPrice": plain(held.entry) if open_ else "",
        "markPrice": plain(mark),
        "liqPrice": line if open_ else "",
        "positionIM": money(initial),
        "positionIMByMp": money(initial),
        "positionMM": money(needed),
        "positionMMByMp": money(needed),
        "takeProfit": "",
        "stopLoss": "",
        "trailingStop": "0",
        "sessionAvgPrice": "",
        "unrealisedPnl": money(profit) if open_ else "",
        "curRealisedPnl": "0",
        "cumRealisedPnl": "0",
        "adlRankIndicator": 2 if open_ else 0,
        "createdTime": "1677168085779",
        "updatedTime": str(held.updated),
        "openTime": 0,
        "seq": seq,
        "isReduceOnly": False,
        "mmrSysUpdatedTime": "",
        "leverageSysUpdatedTime": "",
        "tpslMode": "Full",
        "bustPrice": "",
        "positionBalance": "0",
        "tradeMode": 0,
    }


def _shown(line: Decimal, amount: Decimal, tick: Decimal) -> str:
    """Empty where no price of the market liquidates."""
    return plain(margin_bybit.shown(line, amount, tick)) if line else ""
