"""What ccxt's unified rows of any venue say of positions, and what they do not.

A unified field is taken where its meaning is the same at every venue, or where the raw reply beside
it (`info`) has the very number: ccxt derives what a venue does not tell (`safe_position`), and does
not say so. What is doubtful stays unknown; a row that leaves open how much is held is an error.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from hedgewatch.core.events import PositionReading
from hedgewatch.core.margin.polarity import price_from_venue
from hedgewatch.core.model import MarginMode, PositionKind
from hedgewatch.venues.dialects.generic_accounts import maintenance_of
from hedgewatch.venues.dialects.generic_parts import Modes, each_once
from hedgewatch.venues.dialects.generic_units import signed_contracts, told_numbers
from hedgewatch.venues.fields import (
    OddReplyError,
    Row,
    UnlistedMarketError,
    number_or_none,
    rows,
)

_MILLISECONDS = (1e12, 4e12)
"""2001 to 2096: some venues have seconds or nanoseconds where ccxt has milliseconds."""

_RAW_SIDES: Mapping[str, str] = MappingProxyType({"whitebit": "positionSide"})
"""Fields of raw positions that name their side: in hedge mode, else `BOTH`."""

_MODE_TOLD_BY: Mapping[str, str] = MappingProxyType({"woo": "positionSide"})
"""Raw fields without which ccxt takes a position for one of two sides."""

_SET_LEVERAGE: Mapping[str, str] = MappingProxyType(
    {"apex": "", "bitfinex": "", "btse": "", "kucoin": "leverage", "kucoinfutures": "leverage"}
)
"""Where ccxt's leverage is not the one that is set: the raw field that is, empty where none is. It
has the real leverage of KuCoin (`realLeverage`), BTSE (`currentLeverage`) and Bitfinex, which moves
with every price, and 20 where ApeX tells none.
"""

_APART_WHEN_INVERSE = frozenset({"htx", "krakenfutures"})
"""Venues whose coin-margined contracts have margin accounts of their own beside the one of all
linear contracts, whose sums say nothing of them.
"""

_CROSS_BELOW_ZERO: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"phemex": ("leverageRr", "leverageEr")}
)
"""Leverages whose sign is the margin mode: "leverage <= 0 means cross-margin-mode" (Phemex API)."""

RAW_LINES: Mapping[str, str] = MappingProxyType({"toobit": "flp"})
"""Raw liquidation prices that ccxt leaves out (Toobit, positions: forced liquidation price)."""

_COMPUTED_ENTRIES = frozenset({"nado", "weex"})
"""Venues whose entry price ccxt divides from the value at entry and the size, both told."""

_ENTRY_VALUES: Mapping[str, str] = MappingProxyType(
    {"bullish": "entryNotional", "hibachi": "entryNotional"}
)
"""The raw value at entry of a `quantity`, where ccxt divides nothing."""


def position_readings(
    venue: str,
    reply: object,
    markets: Mapping[str, Row],
    by_side: set[str],
    modes: Modes | None = None,
) -> tuple[PositionReading, ...]:
    """The positions of contracts in a unified reply, flat ones too, by the markets of ccxt.

    `by_side` are the symbols that are known to be held as a long and a short beside each other:
    what this reply shows of that is added, and so to `modes`. OddReplyError when it cannot be told
    what is held.
    """
    sided = [_with_side(venue, row) for row in rows(reply, "positions")]
    listed = [row for row in sided if _concerns(row, markets)]
    counted = [(row, _contracts(venue, row, markets[row["symbol"]])) for row in listed]
    open_rows = [row for row, contracts in counted if contracts]
    by_side |= _hedged(open_rows)
    told = [
        (
            row.get("id"),
            _position(venue, row, contracts, markets[row["symbol"]], _kind(row, by_side)),
        )
        for row, contracts in counted
    ]
    told = (modes or Modes()).told(told)
    return each_once(told, {symbol for symbol in markets if markets[symbol].get("inverse")})


def _with_side(venue: str, row: Row) -> Row:
    """The side that ccxt leaves in the raw row, where it does."""
    name, mode, info = _RAW_SIDES.get(venue), _MODE_TOLD_BY.get(venue), row.get("info")
    if not isinstance(info, Mapping):
        return row
    if mode and mode not in info:
        row = {**row, "hedged": None}
    side = str(info.get(name)).lower() if name else ""
    return {**row, "side": side} if side in {"long", "short"} else row


def _contracts(venue: str, row: Row, market: Row) -> float:
    return 0.0 if _is_empty(row) else signed_contracts(venue, row, market)


def _concerns(row: Row, markets: Mapping[str, Row]) -> bool:
    """Whether a row is about a contract. Options and borrowed coins are no part of what is read."""
    symbol = row.get("symbol")
    market = markets.get(symbol) if isinstance(symbol, str) else None
    if market is not None:
        if market.get("spot") and not is_flat(row) and _has_contract_of(market, markets):
            raise OddReplyError(f"whether {symbol} is a pair or a contract is not told")
        return bool(market.get("swap") or market.get("future") or market.get("contract")) and not (
            market.get("option")
        )
    if is_flat(row):
        return False
    raise UnlistedMarketError(f"{symbol!s:.40} is no market that the venue lists")


def _has_contract_of(pair: Row, markets: Mapping[str, Row]) -> bool:
    """Whether a contract has the very name at the venue that a pair has."""
    name = pair.get("id")
    return any(each.get("contract") and each.get("id") == name for each in markets.values())


def is_flat(row: Row) -> bool:
    """Whether it says in so many words that nothing is held, in whatever market."""
    return _is_empty(row) or number_or_none(row, "contracts") == 0.0


def _is_empty(row: Row) -> bool:
    """A margin account without a position in it (HitBTC)."""
    info = row.get("info") if row.get("contracts") is None else None
    return isinstance(info, Mapping) and "positions" in info and not info["positions"]


def _hedged(listed: Iterable[Row]) -> set[str]:
    """The symbols of which two sides are open, or of which the venue says that they could be."""
    sides: dict[str, set[str]] = {}
    for row in listed:
        sides.setdefault(row["symbol"], set()).add(str(row.get("side")))
    said = {row["symbol"] for row in listed if row.get("hedged") is True}
    return said | {symbol for symbol, told in sides.items() if {"long", "short"} <= told}


def _kind(row: Row, by_side: set[str]) -> PositionKind:
    side = row.get("side")
    if row["symbol"] not in by_side or row.get("hedged") is False:
        return "net"
    if side == "long":
        return "long"
    return "short" if side == "short" else "net"


def _position(
    venue: str, row: Row, contracts: float, market: Row, kind: PositionKind
) -> PositionReading:
    numbers = told_numbers(row.get("info"))
    apart = venue in _APART_WHEN_INVERSE and bool(market.get("inverse"))
    mode = _mode(venue, row)
    isolated = apart or mode == "isolated"
    return PositionReading(
        symbol=row["symbol"],
        kind=kind,
        contracts=contracts,
        entry_price=_entry_price(venue, row, numbers),
        venue_time=_moment(row),
        isolated_wallet=_isolated_wallet(row, numbers) if isolated else None,
        venue_liquidation_price=_liquidation_price(
            _with_line(venue, row), contracts, market, numbers
        ),
        venue_maintenance_margin=maintenance_of(venue, row) if contracts else None,
        leverage=_leverage(venue, row, numbers),
        margin_mode=mode,
    )


def _mode(venue: str, row: Row) -> MarginMode | None:
    """That of the position, None where it is not told."""
    told = row.get("marginMode")
    if told == "isolated" and not _is_cross_by_sign(venue, row):
        return "isolated"
    return "cross" if told in {"cross", "isolated"} else None


def _is_cross_by_sign(venue: str, row: Row) -> bool:
    info = row.get("info")
    raw = info if isinstance(info, Mapping) else {}
    told = (number_or_none(raw, name) for name in _CROSS_BELOW_ZERO.get(venue, ()))
    return any(each is not None and each <= 0.0 for each in told)


def _leverage(venue: str, row: Row, numbers: frozenset[float]) -> float | None:
    """The one that is set at the venue."""
    if venue not in _SET_LEVERAGE:
        return _positive(row, "leverage", numbers)
    info, name = row.get("info"), _SET_LEVERAGE[venue]
    return _positive(info, name, numbers) if name and isinstance(info, Mapping) else None


def _positive(row: Row, name: str, numbers: frozenset[float]) -> float | None:
    """A number above 0 that the venue itself wrote."""
    value = number_or_none(row, name)
    return value if value is not None and value > 0.0 and value in numbers else None


def _entry_price(venue: str, row: Row, numbers: frozenset[float]) -> float:
    """0 where none is told: what stands on it is unknown then."""
    if venue in _ENTRY_VALUES:
        return _divided(row.get("info"), _ENTRY_VALUES[venue])
    if venue in _COMPUTED_ENTRIES and not _is_no_cost(row.get("info")):
        value = number_or_none(row, "entryPrice")
        return value if value is not None and value > 0.0 else 0.0
    return _positive(row, "entryPrice", numbers) or 0.0


def _is_no_cost(info: object) -> bool:
    """Nado keeps what was realised in the quote balance of a perpetual: one of the sign of its
    amount is no cost.
    """
    balance = info.get("balance") if isinstance(info, Mapping) else None
    told = balance if isinstance(balance, Mapping) else {}
    amount, quote = number_or_none(told, "amount"), number_or_none(told, "v_quote_balance")
    return amount is not None and quote is not None and (amount > 0.0) == (quote > 0.0)


def _divided(info: object, name: str) -> float:
    value = number_or_none(info, name) if isinstance(info, Mapping) else None
    size = number_or_none(info, "quantity") if isinstance(info, Mapping) else None
    return abs(value / size) if value and size else 0.0


def _isolated_wallet(row: Row, numbers: frozenset[float]) -> float:
    """The margin of an isolated position; 0 where it is not told: its pool is unknown anyway."""
    return _positive(row, "positionMargin", numbers) or 0.0


def _moment(row: Row) -> float:
    """When the venue changed it last. `timestamp` is when it was opened, at some venues: not it."""
    told = number_or_none(row, "lastUpdateTimestamp")
    low, high = _MILLISECONDS
    return told / 1000.0 if told is not None and low < told < high else 0.0


def _with_line(venue: str, row: Row) -> Row:
    """The raw line, where ccxt has none."""
    info, name = row.get("info"), RAW_LINES.get(venue)
    if name is None or not isinstance(info, Mapping):
        return row
    return {**row, "liquidationPrice": info.get(name)}


def _liquidation_price(
    row: Row, contracts: float, market: Row, numbers: frozenset[float]
) -> float | None:
    """The venue's own. 0, a tick, or a price on the far side of the mark is how venues say none."""
    told = _positive(row, "liquidationPrice", numbers)
    mark = number_or_none(row, "markPrice") or number_or_none(row, "entryPrice")
    if told is None or mark is None or mark <= 0.0 or not contracts:
        return None
    if told <= _tick(market) or (told - mark) * contracts >= 0.0:
        return None
    return price_from_venue(told, mark)


def _tick(market: Row) -> float:
    precision = market.get("precision")
    tick = number_or_none(precision, "price") if isinstance(precision, Mapping) else None
    return tick or 0.0
