"""What ccxt's unified rows of any venue say of positions and balances, and what they do not.

A unified field is taken where its meaning is the same at every venue, or where the raw reply beside
it (`info`) has the very number: ccxt derives what a venue does not tell (`safe_position`), and does
not say so. What is doubtful stays unknown; a row that leaves open how much is held is an error.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from hedgewatch.core.events import BalanceReading, PositionReading
from hedgewatch.core.margin.polarity import price_from_venue
from hedgewatch.core.model import PositionKind
from hedgewatch.venues.dialects.generic_accounts import maintenance_of
from hedgewatch.venues.dialects.generic_units import signed_contracts, told_numbers
from hedgewatch.venues.fields import (
    OddReplyError,
    Row,
    UnlistedMarketError,
    number,
    number_or_none,
    rows,
    table,
    text,
)

_MILLISECONDS = (1e12, 4e12)
"""2001 to 2096: some venues have seconds or nanoseconds where ccxt has milliseconds."""

_OF_DOLLARS = 1e4

_RAW_SIDES: Mapping[str, str] = MappingProxyType({"whitebit": "positionSide"})
"""Fields of raw positions that name their side: in hedge mode, else `BOTH`."""

_ASSUMED_LEVERAGE = frozenset({"apex"})
"""Venues of which ccxt takes the leverage for 20 where none is told."""

_COMPUTED_ENTRIES = frozenset({"nado", "weex"})
"""Venues whose entry price ccxt divides from the value at entry and the size, both told."""


def position_readings(
    venue: str, reply: object, markets: Mapping[str, Row], by_side: set[str]
) -> tuple[PositionReading, ...]:
    """The positions of contracts in a unified reply, flat ones too, by the markets of ccxt.

    `by_side` are the symbols that are known to be held as a long and a short beside each other:
    what this reply shows of that is added. OddReplyError when it cannot be told what is held.
    """
    sided = [_with_side(venue, row) for row in rows(reply, "positions")]
    listed = [row for row in sided if _concerns(row, markets)]
    counted = [(row, _contracts(venue, row, markets[row["symbol"]])) for row in listed]
    open_rows = [row for row, contracts in counted if contracts]
    by_side |= _hedged(open_rows)
    told = (
        (
            row.get("id"),
            _position(venue, row, contracts, markets[row["symbol"]], _kind(row, by_side)),
        )
        for row, contracts in counted
    )
    return _each_once(told)


def _with_side(venue: str, row: Row) -> Row:
    """The side that ccxt leaves in the raw row, where it does."""
    name, info = _RAW_SIDES.get(venue), row.get("info")
    side = str(info.get(name)).lower() if name and isinstance(info, Mapping) else ""
    return {**row, "side": side} if side in {"long", "short"} else row


def _contracts(venue: str, row: Row, market: Row) -> float:
    return 0.0 if _is_empty(row) else signed_contracts(venue, row, market)


def _each_once(told: Iterable[tuple[object, PositionReading]]) -> tuple[PositionReading, ...]:
    """A position that several calls list alike is one; two parts of one (a position isolated beside
    a cross one, or separate ones, which have names of their own) cannot be told apart by whoever
    reads them.
    """
    found: dict[tuple[str, PositionKind], tuple[object, PositionReading]] = {}
    for name, each in told:
        known = found.get((each.symbol, each.kind))
        if known is not None and known[1].contracts and each.contracts and known != (name, each):
            raise OddReplyError(f"{each.symbol} is listed twice, with different positions")
        if known is None or each.contracts:
            found[each.symbol, each.kind] = name, each
    return tuple(each for _, each in found.values())


def _concerns(row: Row, markets: Mapping[str, Row]) -> bool:
    """Whether a row is about a contract. Options and borrowed coins are no part of what is read."""
    symbol = row.get("symbol")
    market = markets.get(symbol) if isinstance(symbol, str) else None
    if market is not None:
        return bool(market.get("swap") or market.get("future") or market.get("contract")) and not (
            market.get("option")
        )
    if _is_flat(row):
        return False
    raise UnlistedMarketError(f"{symbol!s:.40} is no market that the venue lists")


def _is_flat(row: Row) -> bool:
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
    isolated = row.get("marginMode") == "isolated"
    return PositionReading(
        symbol=row["symbol"],
        kind=kind,
        contracts=contracts,
        entry_price=_entry_price(venue, row, numbers),
        venue_time=_moment(row),
        isolated_wallet=_isolated_wallet(row, numbers) if isolated else None,
        venue_liquidation_price=_liquidation_price(row, contracts, market, numbers),
        venue_maintenance_margin=maintenance_of(venue, row) if contracts else None,
        leverage=None if venue in _ASSUMED_LEVERAGE else _positive(row, "leverage", numbers),
    )


def _positive(row: Row, name: str, numbers: frozenset[float]) -> float | None:
    """A number above 0 that the venue itself wrote."""
    value = number_or_none(row, name)
    return value if value is not None and value > 0.0 and value in numbers else None


def _entry_price(venue: str, row: Row, numbers: frozenset[float]) -> float:
    """0 where none is told: what stands on it is unknown then."""
    if venue in _COMPUTED_ENTRIES:
        value = number_or_none(row, "entryPrice")
        return value if value is not None and value > 0.0 else 0.0
    return _positive(row, "entryPrice", numbers) or 0.0


def _isolated_wallet(row: Row, numbers: frozenset[float]) -> float:
    """The margin of an isolated position; 0 where it is not told: its pool is unknown anyway."""
    return _positive(row, "positionMargin", numbers) or 0.0


def _moment(row: Row) -> float:
    """When the venue changed it last. `timestamp` is when it was opened, at some venues: not it."""
    told = number_or_none(row, "lastUpdateTimestamp")
    low, high = _MILLISECONDS
    return told / 1000.0 if told is not None and low < told < high else 0.0


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


@dataclass(frozen=True, slots=True)
class Held:
    """What one unified reply tells of one asset. `used` is what cannot be moved, where told."""

    total: float
    used: float | None


def assets(reply: object) -> Mapping[str, Held]:
    """What a unified balance tells of each asset; one whose total is not told is not in it."""
    whole = table(reply, "balance")
    totals, used = table(whole.get("total"), "the totals"), whole.get("used")
    told, names = used if isinstance(used, Mapping) else {}, _numbered(whole.get("info"))
    held = {
        names.get(asset, asset): Held(number(totals, asset), number_or_none(told, asset))
        for asset in totals
        if totals[asset] is not None and _is_asset(asset)
    }
    return _rescaled(held, whole.get("info"))


def untold(reply: object) -> set[str]:
    """Assets of which a reply has some part, but not how much there is: no total stands for them.

    >>> sorted(untold({"total": {"A": None, "B": 1.0, "C": None}, "free": {"A": 5.0, "C": 0.0}}))
    ['A']
    """
    whole = table(reply, "balance")
    totals = table(whole.get("total"), "the totals")
    parts = [part for name in ("free", "used") if isinstance(part := whole.get(name), Mapping)]
    return {
        asset
        for asset, total in totals.items()
        if total is None and any(number_or_none(part, asset) for part in parts)
    }


def _rescaled(held: Mapping[str, Held], info: object) -> Mapping[str, Held]:
    """Phemex tells amounts as integers with a scale for each currency, eight digits of all but the
    dollar, which has four ("valueScale" of its public/products). ccxt would learn that from a list
    of currencies, which is not asked for, and takes eight.
    """
    data = info.get("data") if isinstance(info, Mapping) else None
    account = data.get("account") if isinstance(data, Mapping) else None
    told = account if isinstance(account, Mapping) else {}
    if "USD" not in held or told.get("currency") != "USD" or "accountBalanceEv" not in told:
        return held
    dollars = held["USD"]
    used = None if dollars.used is None else dollars.used * _OF_DOLLARS
    return {**held, "USD": Held(dollars.total * _OF_DOLLARS, used)}


def _numbered(info: object) -> Mapping[str, str]:
    """Names of assets that ccxt leaves as the numbers of the venue (Delta): it would learn them
    from a list of currencies, which is not asked for.
    """
    result = info.get("result") if isinstance(info, Mapping) else None
    listed = [row for row in result if isinstance(row, Mapping)] if isinstance(result, list) else []
    return {
        str(row["asset_id"]): str(row["asset_symbol"])
        for row in listed
        if row.get("asset_id") and row.get("asset_symbol")
    }


def _is_asset(name: object) -> bool:
    if not isinstance(name, str) or not name:
        raise OddReplyError(f"{name!r:.40} is no name of an asset")
    return True


def balance_reading(asset: str, margin: Held | None, other: Iterable[Held]) -> BalanceReading:
    """One asset of all the accounts of a login: `margin` backs positions, the others do not."""
    elsewhere = tuple(other)
    backing = 0.0 if margin is None else margin.total
    return BalanceReading(
        asset=text({"asset": asset}, "asset"),
        total=backing + sum(held.total for held in elsewhere),
        cross_wallet=backing,
        locked=sum(held.used or 0.0 for held in elsewhere),
        venue_time=0.0,
    )


def margin_in_use(held: Sequence[Held]) -> float | None:
    """What the margin accounts say is used: a sign of positions, None where none of them says."""
    told = [each.used for each in held if each.used is not None]
    return sum(abs(used) for used in told) if told else None
