"""How much a unified position of ccxt really is: the same field counts contracts at one venue,
coins at another, and dollars at a third.

Of most venues `contracts` × `contractSize` is the size in coins (linear) or in quote currency
(inverse). The exceptions below are read from `parse_position` and `parse_market` of ccxt 4.5.90
(`async_support/<venue>.py`) beside the replies quoted there; a quantity that contradicts the value
of its own row is refused, whatever the venue.
"""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from hedgewatch.venues.fields import OddReplyError, Row, number, number_or_none, table

IN_COINS = frozenset({"apex", "backpack", "bitfinex", "lighter", "weex", "whitebit"})
"""Venues whose positions are in coins: what ccxt has for the size of a contract there is something
else (`minOrderSize` of apex, `contractVal` of weex, `quote_multiplier` of lighter) or is 1.
"""

_SIGNED = frozenset({"backpack", "bitfinex", "whitebit"})
"""Venues whose raw quantity is negative for a short position, and positive for a long one (of
WhiteBIT: docs.whitebit.com, positions of the account streams).
"""

INVERSE_IN_COINS = frozenset({"bitget"})
"""Venues that count an inverse position in coins: its size in dollars is not told."""

_DISAGREEMENT = 5.0
"""Quantity × price may differ so many times from the value that the venue tells: prices of entry,
mark and last lie nearer together, and a unit that is mistaken is wrong by 10 or more.
"""

Raw = Callable[[Row, Row], float]


def _of_deribit(row: Row, market: Row) -> float:
    """`size` is in dollars, `size_currency` in coins; a contract is so many dollars of an inverse
    market, so many coins of a linear one (docs.deribit.com: private/get_positions).
    """
    field = "size_currency" if market.get("linear") else "size"
    return abs(number(_info(row), field)) / contract_size("deribit", market)


def _of_backpack(row: Row, market: Row) -> float:
    """`netExposureQuantity`, which ccxt takes, has open orders in it."""
    del market
    return number(_info(row), "netQuantity")


def _of_bitfinex(row: Row, market: Row) -> float:
    """The amount, in coins, which ccxt keeps under `notional`."""
    del market
    return number(row, "notional")


def _of_whitebit(row: Row, market: Row) -> float:
    """The amount, which ccxt leaves where it is."""
    del market
    return number(_info(row), "amount")


_RAW: Mapping[str, Raw] = MappingProxyType(
    {
        "backpack": _of_backpack,
        "bitfinex": _of_bitfinex,
        "coinbaseinternational": _of_deribit,
        "deribit": _of_deribit,
        "whitebit": _of_whitebit,
    }
)


def contract_size(venue: str, market: Row) -> float:
    """Coins a contract, or quote currency a contract of an inverse market."""
    if venue in IN_COINS:
        return 1.0
    size = number_or_none(market, "contractSize")
    if size is None or size <= 0.0:
        raise OddReplyError(f"the size of a contract of {market.get('symbol')} is not told")
    return size


def signed_contracts(venue: str, row: Row, market: Row) -> float:
    """Contracts of a position: negative when short. OddReplyError where amount or side is not told,
    or where the venue's own value of the position contradicts it.
    """
    raw = _RAW.get(venue, _unified)(row, market)
    if raw == 0.0:
        return 0.0
    if _is_quanto(market):
        raise OddReplyError(f"what {row.get('symbol')} is worth is neither linear nor inverse")
    if market.get("inverse") and venue in INVERSE_IN_COINS:
        raise OddReplyError(f"{venue} counts {row.get('symbol')} in coins, not in contracts")
    _refuse_contradiction(venue, row, market, abs(raw))
    return abs(raw) * _sign(venue, row, raw)


def _is_quanto(market: Row) -> bool:
    """Settled in a coin that is neither its base nor what it is quoted in."""
    if market.get("inverse"):
        return market.get("settle") != market.get("base")
    return market.get("linear") is False


def _unified(row: Row, market: Row) -> float:
    del market
    return number(row, "contracts")


def _sign(venue: str, row: Row, raw: float) -> float:
    """By the side that is told. Without one (one-way mode has `both` or `net` there) a negative
    amount is short; a positive one is long only where shorts are negative, or where the venue would
    liquidate it below the price of now.
    """
    side = row.get("side")
    if side == "short":
        return -1.0
    if raw < 0.0:
        if side == "long":
            raise OddReplyError(f"{row.get('symbol')} is long and negative")
        return -1.0
    if side == "long" or venue in _SIGNED or _is_liquidated_below(row):
        return 1.0
    raise OddReplyError(f"whether {row.get('symbol')} is long or short is not told")


def _is_liquidated_below(row: Row) -> bool:
    """A short whose profit backs others is liquidated below its entry too, but above the mark. The
    entry says something only of a row that knows no side at all: such amounts have signs.
    """
    line, price = number_or_none(row, "liquidationPrice"), number_or_none(row, "markPrice")
    if price is None and row.get("side") is None:
        price = number_or_none(row, "entryPrice")
    return line is not None and price is not None and 0.0 < line < price


def _refuse_contradiction(venue: str, row: Row, market: Row, contracts: float) -> None:
    """Linear contracts: the value that the venue itself tells must be that of so many coins."""
    value, price = _told_value(venue, row), _price(row)
    if value is None or price is None or not market.get("linear"):
        return
    ours = contracts * contract_size(venue, market) * price
    if not 1.0 / _DISAGREEMENT <= ours / value <= _DISAGREEMENT:
        raise OddReplyError(
            f"{contracts:g} contracts of {row.get('symbol')} are worth {ours:,.2f},"
            f" and the venue says {value:,.2f}"
        )


def _told_value(venue: str, row: Row) -> float | None:
    """Only what the venue wrote: what ccxt computed from the quantity proves nothing of it."""
    if venue in _RAW:
        return None
    value = number_or_none(row, "notional")
    return abs(value) if value and abs(value) in told_numbers(row.get("info")) else None


def _price(row: Row) -> float | None:
    for name in ("markPrice", "entryPrice"):
        price = number_or_none(row, name)
        if price is not None and price > 0.0:
            return price
    return None


def told_numbers(info: object) -> frozenset[float]:
    """Every number in a raw reply, without its sign: what is not among them was computed."""
    return frozenset(_numbers(info))


def _numbers(info: object) -> Iterator[float]:
    if isinstance(info, Mapping):
        info = list(info.values())
    if isinstance(info, list | tuple):
        for each in info:
            yield from _numbers(each)
        return
    value = number_or_none({"it": info}, "it")
    if value is not None:
        yield abs(value)


def _info(row: Row) -> Row:
    return table(row.get("info"), "a raw position")
