"""What OKX's private replies say of an account: its mode, positions and balances.

Sources: OKX API, "Get account configuration", "Get balance", "Get positions"; the formulas behind
the fields are in its help, 6997123251341 (futures mode) and 360054690531 (multi-currency mode).
Fields that do not apply in the account's mode are empty texts.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from hedgewatch.core.events import AccountRead, BalanceReading, PositionReading
from hedgewatch.core.margin.polarity import VENUE_RATIOS, from_venue
from hedgewatch.core.margin.regimes import REGIMES, UNKNOWN, Regime
from hedgewatch.core.model import MarginMode, PositionKind
from hedgewatch.venues.dialects.okx_listing import CONTRACTS, Listing
from hedgewatch.venues.dialects.okx_prices import first
from hedgewatch.venues.fields import (
    OddReplyError,
    Row,
    above_zero_or_none,
    moment,
    number,
    number_or_none,
    rows,
    table,
    text,
)
from hedgewatch.venues.permissions import KeyRights

Leg = tuple[str, PositionKind, MarginMode]
"""One market and side is held cross and isolated at once: each is a position (`mgnMode`)."""

SPOT, FUTURES, MULTI_CURRENCY, PORTFOLIO = "1", "2", "3", "4"
"""The modes of an account, as `acctLv` tells them."""

IN_ONE_POOL = frozenset({MULTI_CURRENCY, PORTFOLIO})
"""In these all coins back all cross positions, by what each counts in dollars."""

_REGIMES: Mapping[str, Regime] = MappingProxyType(
    {
        FUTURES: REGIMES["okx-single-currency-cross"],
        MULTI_CURRENCY: REGIMES["okx-multi-currency-cross"],
        PORTFOLIO: REGIMES["okx-portfolio-margin"],
    }
)
_ISOLATED = REGIMES["okx-isolated"]
_KINDS: Mapping[object, PositionKind] = MappingProxyType(
    {"net": "net", "long": "long", "short": "short"}
)
_MODES: Mapping[object, MarginMode] = MappingProxyType({"cross": "cross", "isolated": "isolated"})
_RATIO = VENUE_RATIOS["okx"]
_NEXT_TO_NOTHING = 1e-9
"""Dollars. A price that is 0 would be none."""

_LIGHTS_UNLIT = 1.0
"""OKX's `adl` is lights, 1 to 5 (0: the very last); ours are places in the queue, 0 to 4."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What is owned of a coin outside the trading account: funding account, savings."""

    total: float = 0.0
    locked: float = 0.0


def rights_in(reply: object) -> KeyRights:
    """What `account/config` says of the key that asks."""
    told = first(table(reply, "account/config"))
    listed = [each.strip() for each in text(told, "perm").split(",")]
    return KeyRights(
        powers=tuple(each for each in listed if each and each != "read_only"),
        may_read="read_only" in listed,
        bound_to_address=bool(told.get("ip")),
        account=str(told.get("uid") or ""),
    )


def mode_in(reply: object) -> str:
    """The account's mode: how margin is computed."""
    mode = text(first(table(reply, "account/config")), "acctLv")
    if mode not in {SPOT, *_REGIMES}:
        raise OddReplyError(f"acctLv is {mode!r:.20}, which is no account mode that we know")
    return mode


def data_of(reply: object, what: str) -> list[Row]:
    """The rows of a reply."""
    return rows(table(reply, what).get("data"), what)


# positions


def leg_of(row: Row, symbol: str) -> Leg:
    """The identity of a position within its account."""
    kind = _KINDS.get(row.get("posSide"))
    if kind is None:
        raise OddReplyError(f"posSide is {row.get('posSide')!r:.40}, not a position side")
    return symbol, kind, _mode_of(row)


def is_contract(row: Row) -> bool:
    """Whether a row is of what we compute: not of margin, options or events."""
    return row.get("instType") in CONTRACTS


def position(row: Row, listing: Listing, taker_fee: float | None) -> PositionReading:
    """One position: `pos` is in contracts, signed where long and short are one."""
    symbol, kind, mode = leg_of(row, listing.symbol(row))
    contracts, isolated = number(row, "pos"), mode == "isolated"
    if kind != "net":
        contracts = -abs(contracts) if kind == "short" else abs(contracts)
    return PositionReading(
        symbol=symbol,
        kind=kind,
        contracts=contracts,
        entry_price=number(row, "avgPx") if contracts else 0.0,
        venue_time=moment(row, "uTime"),
        isolated_wallet=number(row, "margin") if isolated and contracts else None,
        venue_liquidation_price=above_zero_or_none(row, "liqPx"),
        venue_maintenance_margin=number_or_none(row, "mmr"),
        venue_margin_ratio=from_venue(_RATIO, row.get("mgnRatio")) if isolated else None,
        leverage=above_zero_or_none(row, "lever"),
        taker_fee=taker_fee,
        adl_rank=_rank(row),
        margin_mode=mode,
    )


def _mode_of(row: Row) -> MarginMode:
    mode = _MODES.get(row.get("mgnMode"))
    if mode is None:
        raise OddReplyError(f"mgnMode is {row.get('mgnMode')!r:.40}, neither cross nor isolated")
    return mode


def _rank(row: Row) -> float | None:
    lights = number_or_none(row, "adl")
    return None if lights is None else max(lights - _LIGHTS_UNLIT, 0.0)


def one_each(held: Iterable[Row], listing: Listing) -> Mapping[Leg, Row]:
    """The row of each position. Of what is flat there may be several: the last one is true. Two
    that are held and differ in nothing else cannot be told apart: OddReplyError.
    """
    found: dict[Leg, Row] = {}
    for row in held:
        leg = leg_of(row, listing.symbol(row))
        other = found.get(leg)
        if other is None:
            found[leg] = row
        elif not amount(row, "pos"):
            found[leg] = other if amount(other, "pos") else max(other, row, key=_told_at)
        elif not amount(other, "pos"):
            found[leg] = row
        else:
            raise OddReplyError(f"{leg[0]} is listed twice with the same side and margin mode")
    return found


def _told_at(row: Row) -> float:
    return moment(row, "uTime")


# balances


def balance(row: Row, mode: str, elsewhere: Elsewhere) -> BalanceReading:
    """One coin. `cashBal` backs cross positions, without profit and without what isolated ones
    took ("equity = balance + PnL of cross positions + margin of isolated ones + their PnL").
    """
    cash = number(row, "cashBal") - amount(row, "interest")
    alone, in_bots = amount(row, "isoEq"), amount(row, "stgyEq")
    by_coin = mode == FUTURES
    locked = amount(row, "ordFrozen") + amount(row, "fixedBal") + in_bots
    return BalanceReading(
        asset=text(row, "ccy"),
        total=cash + alone - amount(row, "isoUpl") + in_bots + elsewhere.total,
        venue_time=moment(row, "uTime"),
        cross_wallet=0.0 if mode == SPOT else cash,
        locked=locked + elsewhere.locked,
        equity=number(row, "eq") - alone - in_bots if by_coin else None,
        maintenance_margin=number_or_none(row, "mmr") if by_coin else None,
        margin_ratio=from_venue(_RATIO, row.get("mgnRatio")) if by_coin else None,
    )


def dollars(details: Iterable[Row]) -> Iterator[tuple[str, float]]:
    """What OKX makes of each coin that is there: coins without an index have a value all the same,
    if only that they are worth nothing.
    """
    for row in details:
        equity, value = amount(row, "eq"), amount(row, "eqUsd")
        if equity:
            yield text(row, "ccy"), max(value / equity, _NEXT_TO_NOTHING)


def amount(row: Row, name: str) -> float:
    """A number, 0 where it does not apply."""
    return 0.0 if row.get(name) in (None, "") else number(row, name)


@dataclass(frozen=True, slots=True)
class Foreign:
    """Why what is held beside cross or isolated positions of ours cannot be computed, else empty.

    Options and margin positions of their own margin concern nobody else; a contract that the venue
    does not list (any more) is said wherever it stands, for nothing else of it is seen.
    """

    cross: str = ""
    isolated: str = ""


def foreign_in(others: Iterable[Row], unlisted: Iterable[Row]) -> Foreign:
    """Of positions that are no contracts, and of contracts that are not listed."""
    shared = any(amount(row, "pos") and row.get("mgnMode") != "isolated" for row in others)
    modes: dict[bool, list[str]] = {True: [], False: []}
    for row in unlisted:
        modes[_mode_of(row) == "isolated"].append(text(row, "instId"))
    cross = _not_listed(modes[False])
    if shared:
        cross = "options or margin positions share the margin of contracts"
    return Foreign(cross, _not_listed(modes[True]))


def unseen_in(strange: Iterable[Row]) -> Iterator[str]:
    """What is held of which no position of ours tells: options, margin, what is not listed."""
    for row in strange:
        if held := amount(row, "pos"):
            kind = text(row, "instType")
            yield f"{held:,.8g} of {text(row, 'instId')} ({kind}): it is not counted"


def _not_listed(names: Sequence[str]) -> str:
    named = ", ".join(sorted(set(names)))
    return named and f"{named} is held, which the venue does not list: look at it there"


def whole(reading: AccountRead, funds: Row, mode: str, foreign: Foreign) -> AccountRead:
    """What concerns all of the account: its regimes, and the venue's own numbers in dollars."""
    details = rows(funds.get("details"), "details")
    in_use = amount(funds, "imr") + amount(funds, "isoEq")
    in_use += sum(amount(row, "imr") + amount(row, "isoEq") for row in details)
    one_pool = funds if mode in IN_ONE_POOL else {}
    return replace(
        reading,
        margin_in_use=in_use,
        equity=number_or_none(one_pool, "adjEq"),
        maintenance_margin=number_or_none(one_pool, "mmr"),
        margin_ratio=from_venue(_RATIO, one_pool.get("mgnRatio")),
        cross_regime=_cross(mode, details, foreign.cross),
        isolated_regime=UNKNOWN if mode == SPOT else _unless(foreign.isolated, _ISOLATED),
    )


def _cross(mode: str, details: Iterable[Row], foreign: str) -> Regime:
    if mode == SPOT:
        return UNKNOWN
    if not foreign and mode == MULTI_CURRENCY and any(amount(row, "liab") for row in details):
        foreign = "borrowed coins ask for margin of their own"
    regime = _REGIMES[mode]
    return replace(regime, unknown=foreign, told_whole=True) if foreign else regime


def _unless(foreign: str, regime: Regime) -> Regime:
    return replace(regime, unknown=foreign) if foreign else regime
