"""Profit that is in the money of an account already, though its position is open.

What is owned is the money and the profit of open positions, counted from their entry prices. Some
venues settle profit into the money from day to day and keep the entry price; others tell equity
only. There some of that profit, or all of it, would count twice: it is taken off the money.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import isclose
from types import MappingProxyType

from hedgewatch.venues.dialects.generic_accounts import of_gate, path, raw_rows
from hedgewatch.venues.dialects.generic_replies import is_flat
from hedgewatch.venues.fields import Row, number_or_none

_HUNDREDTH = 0.01
"""Two replies are not of one moment: profit moves between them."""

_SIGNS: Mapping[str, float] = MappingProxyType(
    {"LONG": 1.0, "BUY": 1.0, "SHORT": -1.0, "SELL": -1.0}
)

Booked = Callable[[Sequence[Row], Sequence[object]], float | None]
"""Of the raw open positions in one currency and the raw replies about the money: how much of their
profit is in it, in that currency; None where it is not told.
"""


def _each(of_one: Callable[[Row], float | None]) -> Booked:
    """A rule by what single positions tell."""
    return lambda held, _: _all(of_one(row) for row in held)


def _all(told: Iterable[float | None]) -> float | None:
    listed = list(told)
    known = [each for each in listed if each is not None]
    return sum(known) if len(known) == len(listed) else None


def _sums(rows: Sequence[Row], *names: str) -> list[float | None]:
    return [_all(number_or_none(row, name) for row in rows) for name in names]


def _numbers(row: Row, *names: str) -> list[float] | None:
    """Fields that are told, every one of them."""
    told = [each for name in names if (each := number_or_none(row, name)) is not None]
    return told if len(told) == len(names) else None


def _apex(held: Sequence[Row], infos: Sequence[object]) -> float | None:
    """ApeX, risk control: the value of an account is its money and the profit of its positions at
    the price of the oracle, which it tells beside it.
    """
    prices = path(infos[0], "symbolToOraclePrice")
    return _all(_at_oracle(row, path(prices, str(row.get("symbol")))) for row in held)


def _at_oracle(row: Row, oracle: object) -> float | None:
    price = number_or_none(oracle, "oraclePrice") if isinstance(oracle, Mapping) else None
    told, sign = _numbers(row, "size", "entryPrice"), _sign(row)
    if price is None or told is None or sign is None:
        return None
    size, entry = told
    return abs(size) * (price - entry) * sign


def _sign(row: Row) -> float | None:
    """Of a side that is told; one that is not is no short."""
    return _SIGNS.get(str(row.get("side")).upper())


def _bullish(row: Row) -> float | None:
    """DerivativesPositionResponse: `mtmPnl` is what came since the last settlement."""
    told, sign = _numbers(row, "notional", "entryNotional", "mtmPnl"), _sign(row)
    return None if told is None or sign is None else (told[0] - told[1]) * sign - told[2]


def _deribit(row: Row) -> float | None:
    """All of it: the money that is read is the equity. `total_profit_loss` is since the entry,
    `floating_profit_loss` since the settlement of the day.
    """
    return number_or_none(row, "total_profit_loss")


def _gate(held: Sequence[Row], infos: Sequence[object]) -> float | None:
    """Of a unified account, whose equity has the profit in it."""
    if not path(of_gate(infos[0]), "balances"):
        return 0.0
    return _all(number_or_none(row, "unrealised_pnl") for row in held)


def _hibachi(held: Sequence[Row], infos: Sequence[object]) -> float | None:
    """`balance` has the profit in it, or not: the money itself is among the assets."""
    del held
    info = infos[0]
    cash = next((row for row in raw_rows(path(info, "assets")) if row.get("symbol") == "USDT"), {})
    quantity = number_or_none(cash, "quantity")
    told = _numbers(info, "balance", "totalUnrealizedPnl") if isinstance(info, Mapping) else None
    if quantity is None or told is None:
        return None
    balance, profit = told
    close = (isclose(balance, quantity + each, abs_tol=0.01) for each in (0.0, profit))
    return balance - quantity if any(close) else None


def _htx(row: Row) -> float | None:
    """`profit` is from the price of opening, `profit_unreal` from that of the last settlement
    (`cost_hold`). Where only the latter is told, it is from the opening.
    """
    if "cost_hold" not in row:
        return 0.0
    told = _numbers(row, "profit", "profit_unreal")
    return None if told is None else told[0] - told[1]


def _lighter(held: Sequence[Row], infos: Sequence[object]) -> float | None:
    """`total_asset_value` is all the money with all profit: whether the collateral has the margin
    of isolated positions in it follows.
    """
    accounts = [row for info in infos for row in raw_rows(path(info, "accounts"))]
    money, value = _sums(accounts, "collateral", "total_asset_value")
    profit, margin = _sums(held, "unrealized_pnl", "allocated_margin")
    if money is None or value is None or profit is None or margin is None:
        return None
    beside = value - profit - money
    nearest = min((0.0, margin), key=lambda each: abs(each - beside))
    return -nearest if isclose(beside, nearest, abs_tol=_HUNDREDTH * abs(value)) else None


def _orderly(row: Row) -> float | None:
    """Orderly, positions: `unsettled_pnl` = quantity × mark − `cost_position`, and is what is not
    in the holding yet.
    """
    told = _numbers(row, "cost_position", "position_qty", "average_open_price")
    return None if told is None else told[0] - told[1] * told[2]


def _woo(row: Row) -> float | None:
    """WOO X, as Orderly, which is of its making: settled up to the settle price."""
    told = _numbers(row, "holding", "settlePrice", "averageOpenPrice")
    return None if told is None else told[0] * (told[1] - told[2])


_RULES: Mapping[str, Booked] = MappingProxyType(
    {
        "apex": _apex,
        "bullish": _each(_bullish),
        "coinbaseinternational": _each(_deribit),
        "deribit": _each(_deribit),
        "gate": _gate,
        "hibachi": _hibachi,
        "htx": _each(_htx),
        "lighter": _lighter,
        "modetrade": _each(_orderly),
        "woo": _each(_woo),
        "woofipro": _each(_orderly),
    }
)


def booked(
    venue: str,
    listed: Iterable[Row],
    markets: Mapping[str, Row],
    money: Mapping[str, float],
    replies: Sequence[object],
) -> Mapping[str, float | None]:
    """By currency: what of the profit of these unified positions is in the money, of which the raw
    `replies` tell; None where it cannot be told. Where there is no money there is nothing in it; a
    row of what was closed has no profit that is open, and that of options is not counted besides.
    """
    rule = _RULES.get(venue)
    if rule is None:
        return {}
    held: dict[str, list[Row]] = {}
    for row in listed:
        info, market = row.get("info"), markets.get(str(row.get("symbol")), {})
        settle = market.get("settle")
        if not isinstance(settle, str) or not money.get(settle) or not isinstance(info, Mapping):
            continue
        if is_flat(row) or market.get("option"):
            continue
        rows = held.setdefault(settle, [])
        if info not in rows:  # two calls may list the same
            rows.append(info)
    return {settle: rule(rows, replies) for settle, rows in held.items()}
