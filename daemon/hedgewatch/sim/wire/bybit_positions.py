"""Rows of Bybit's about positions, linear and inverse: replies and frames share them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Figures:
    """What a row tells of an amount: in dollars, of inverse contracts in their coin."""

    amount: Decimal
    mark: Decimal
    value: Decimal
    profit: Decimal
    initial: Decimal
    needed: Decimal
    line: str


def position(
    world: World, account: Account, held: Position, seq: int, status: str = "Normal"
) -> Row:
    """One row of GET /v5/position/list, of a linear contract."""
    venue, open_ = world.venue_of(VENUE), bool(held.amount)
    mark = venue.marks[held.symbol]
    line = margin_bybit.liquidation_price(held, account, venue) if open_ else ZERO
    figures = _Figures(
        amount=held.amount,
        mark=mark,
        value=abs(held.notional(mark)),
        profit=venue.pnl(held),
        initial=margin_bybit.initial_margin(held, account, venue) if open_ else ZERO,
        needed=margin_bybit.maintenance_of(held, account, venue) if open_ else ZERO,
        line=_shown(line, held.amount, world.markets[held.symbol].tick),
    )
    return _row(held, held.symbol, account, figures) | {"seq": seq, "positionStatus": status}


def coin_position(
    world: World, account: Account, held: CoinPosition, seq: int, status: str = "Normal"
) -> Row:
    """One row of GET /v5/position/list, of an inverse contract: counted in dollars."""
    venue, open_ = world.venue_of(VENUE), bool(held.contracts)
    leg = margin_bybit.inverse_leg(held)
    mark = leg.mark(venue)
    line = margin_bybit.inverse_liquidation_price(held, account, venue) if open_ else ZERO
    figures = _Figures(
        amount=leg.dollars,
        mark=mark,
        value=abs(leg.dollars) / mark,
        profit=leg.profit(venue) if open_ else ZERO,
        initial=leg.initial_margin(account, venue) if open_ else ZERO,
        needed=leg.maintenance(account, venue) if open_ else ZERO,
        line=_shown(line, leg.dollars, leg.contract.tick),
    )
    name = inverse_name(held.symbol)
    return _row(held, name, account, figures) | {"seq": seq, "positionStatus": status}


def _row(held: Position | CoinPosition, symbol: str, account: Account, figures: _Figures) -> Row:
    return {
        "positionIdx": _INDICES[held.side],
        "riskId": 1,
        "riskLimitValue": "20000000",
        "symbol": symbol,
        "autoAddMargin": 0,
        "leverage": plain(Decimal(account.leverage)),
        "markPrice": plain(figures.mark),
        "positionIM": money(figures.initial),
        "positionIMByMp": money(figures.initial),
        "positionMM": money(figures.needed),
        "positionMMByMp": money(figures.needed),
        "updatedTime": str(held.updated),
        **(_open(held, figures) if figures.amount else _EMPTY),
        **_SAME_OF_ALL,
    }


def _open(held: Position | CoinPosition, figures: _Figures) -> Row:
    """What only a position that is open has."""
    return {
        "side": "Buy" if figures.amount > 0 else "Sell",
        "size": plain(abs(figures.amount)),
        "avgPrice": plain(held.entry),
        "positionValue": plain(figures.value),
        "breakEvenPrice": plain(held.entry),
        "liqPrice": figures.line,
        "unrealisedPnl": money(figures.profit),
        "adlRankIndicator": 2,
    }


_EMPTY: Mapping[str, str | int] = MappingProxyType(
    {
        "side": "",
        "size": "0",
        "avgPrice": "0",
        "positionValue": "",
        "breakEvenPrice": "",
        "liqPrice": "",
        "unrealisedPnl": "",
        "adlRankIndicator": 0,
    }
)

_SAME_OF_ALL: Mapping[str, str | int | bool] = MappingProxyType(
    {
        "takeProfit": "",
        "stopLoss": "",
        "trailingStop": "0",
        "sessionAvgPrice": "",
        "curRealisedPnl": "0",
        "cumRealisedPnl": "0",
        "createdTime": "1677168085779",
        "openTime": 0,
        "isReduceOnly": False,
        "mmrSysUpdatedTime": "",
        "leverageSysUpdatedTime": "",
        "tpslMode": "Full",
        "bustPrice": "",
        "positionBalance": "0",
        "tradeMode": 0,
    }
)


def _shown(line: Decimal, amount: Decimal, tick: Decimal) -> str:
    """Empty where no price of the market liquidates."""
    return plain(margin_bybit.shown(line, amount, tick)) if line else ""
