"""What Bybit's private replies say of positions, coins and collateral; the stream's rows are alike.

Quantities are never signed: `side` is the sign. Of an empty position `side` is empty, and numbers
that mean none are empty texts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from math import inf

from hedgewatch.core.events import (
    BalanceReading,
    CollateralReading,
    PositionReading,
)
from hedgewatch.core.margin.regimes import REGIMES, UNKNOWN, Regime
from hedgewatch.core.model import CollateralSlice, PositionKind
from hedgewatch.venues.fields import (
    OddReplyError,
    Row,
    above_zero_or_none,
    moment,
    number,
    number_or_none,
    positive,
    rows,
    says_yes,
    text,
)

Leg = tuple[str, PositionKind]
Ratios = Mapping[str, tuple[tuple[float, float], ...]]
"""By coin: (up to so many coins, the part of their value that counts)."""

_KINDS: Mapping[str, PositionKind] = {"0": "net", "1": "long", "2": "short"}
_SIGNS = {"Buy": 1.0, "Sell": -1.0}
_UNIFIED, _FIRST_UNIFIED = frozenset({3, 4, 5, 6}), frozenset({3, 4})
_HALF_A_DIGIT = 0.5e-8
"""Amounts and values are told to eight places."""

_FINE, _COARSE = 1e-5, 1e-3
"""How far a price may be off that positions are valued by, and any other."""

_LITTLE_USD = 1.0


@dataclass(frozen=True, slots=True)
class Mode:
    """Margin mode and kind of the account, empty as long as the venue did not tell."""

    margin: str = ""
    status: int = 0

    @property
    def is_classic(self) -> bool:
        """An account with a wallet for each kind of market: another API, which is not spoken."""
        return bool(self.status) and self.status not in _UNIFIED

    @property
    def inverse_is_apart(self) -> bool:
        """Whether inverse contracts stand in another account, as before unified accounts 2.0."""
        return self.status in _FIRST_UNIFIED

    @property
    def is_isolated(self) -> bool:
        """Whether each position has margin of its own: all have, or none."""
        return self.margin == "ISOLATED_MARGIN"

    def regime(self, flaw: str) -> Regime:
        """Of cross positions; `flaw` is what our numbers would leave out, "" where nothing."""
        names = {"REGULAR_MARGIN": "uta-cross", "ISOLATED_MARGIN": "uta-cross"}
        name = names.get(self.margin, "portfolio-margin")
        if self.margin not in {*names, "PORTFOLIO_MARGIN"}:
            return UNKNOWN
        regime = REGIMES[f"bybit-{name}"]
        return replace(regime, unknown=flaw) if flaw and not regime.unknown else regime

    def isolated_regime(self, *, linear: bool) -> Regime:
        """Of isolated positions."""
        if not self.is_isolated:
            return self.regime("")
        return REGIMES["bybit-linear-isolated" if linear else "bybit-inverse-isolated"]


def mode_of(info: Row) -> Mode:
    """From account/info."""
    return Mode(text(info, "marginMode"), int(number(info, "unifiedMarginStatus")))


def leg_of(row: Row, symbol: str) -> Leg:
    """The identity of a position within its account."""
    index = str(row.get("positionIdx"))
    if index not in _KINDS:
        raise OddReplyError(f"positionIdx is {index:.40}, not a position mode")
    return symbol, _KINDS[index]


def contracts_of(row: Row, kind: PositionKind) -> float:
    """Signed. A size without a side, or on the wrong one, is no position."""
    size, side = number(row, "size"), row.get("side")
    if size < 0.0:
        raise OddReplyError(f"size is {size}, below 0")
    if not size:
        return 0.0
    sign = _SIGNS.get(str(side), 0.0)
    if not sign or (kind == "long" and sign < 0.0) or (kind == "short" and sign > 0.0):
        raise OddReplyError(f"side is {side!r:.40} of {size:g} contracts in a {kind} position")
    return sign * size


def position(row: Row, leg: Leg, *, isolated: bool, taker: float | None) -> PositionReading:
    """One position, with what the venue itself says of its margin."""
    symbol, kind = leg
    contracts = contracts_of(row, kind)
    return PositionReading(
        symbol=symbol,
        kind=kind,
        contracts=contracts,
        entry_price=_entry(row) if contracts else 0.0,
        venue_time=moment(row, "updatedTime"),
        isolated_wallet=_wallet(row) if isolated and contracts else None,
        venue_liquidation_price=_liquidated_at(row, contracts) if contracts else None,
        venue_maintenance_margin=number_or_none(row, "positionMM"),
        leverage=above_zero_or_none(row, "leverage"),
        taker_fee=taker,
        adl_rank=_rank(row) if contracts else None,
    )


def _entry(row: Row) -> float:
    """Of USDC contracts that of the session: the profit before it has gone into the wallet."""
    session = above_zero_or_none(row, "sessionAvgPrice")
    name = "avgPrice" if row.get("avgPrice") is not None else "entryPrice"
    return number(row, name) if session is None else session


def _wallet(row: Row) -> float:
    """What was set aside for it, with what was added by hand and the fee to close."""
    return above_zero_or_none(row, "positionBalance") or positive(row, "positionIM")


def _liquidated_at(row: Row, contracts: float) -> float | None:
    """Empty where no price liquidates; on the wrong side of the mark it is none either."""
    price, mark = above_zero_or_none(row, "liqPrice"), above_zero_or_none(row, "markPrice")
    if price is None or mark is None:
        return price
    return price if (price < mark) is (contracts > 0.0) else None


def _rank(row: Row) -> float | None:
    """From 1 (last) to 5 (first) in the queue; 0 of what is empty."""
    told = number_or_none(row, "adlRankIndicator")
    return told - 1.0 if told else None


# coins


def owned(row: Row) -> float:
    """Without unrealised profit, and less what was borrowed of it."""
    return number(row, "walletBalance") - _or_none_of_it(row, "spotBorrow")


def _or_none_of_it(row: Row, name: str) -> float:
    """An amount; 0 where the venue says that there is none, which is an empty text or no field."""
    return 0.0 if row.get(name) in (None, "") else number(row, name)


def balance(row: Row, told: float, *, isolated: bool, staked: float) -> BalanceReading:
    """One coin. What may be no collateral backs nothing, but what is owed always does. Dust backs
    nothing either: it has no price, without which nothing could be said of the rest.
    """
    total = owned(row)
    backs = not isolated and (is_collateral(row) or total < 0.0) and not _is_dust(row)
    return BalanceReading(
        asset=text(row, "coin"),
        total=total + staked,
        cross_wallet=total if backs else 0.0,
        locked=_or_none_of_it(row, "locked") + staked,
        venue_time=told,
    )


def is_collateral(row: Row) -> bool:
    """Whether the venue takes it and its owner gives it."""
    return says_yes(row, "marginCollateral") and says_yes(row, "collateralSwitch")


def _is_dust(row: Row) -> bool:
    """Whether a coin is too little to make a price of, and no position pays in it. Of what is no
    collateral the value is told as 0, and means nothing.
    """
    value = number_or_none(row, "usdValue")
    little = value is not None and abs(value) < _LITTLE_USD and _error(row) > _COARSE
    return little and _is_idle(row) and is_collateral(row)


def _is_idle(row: Row) -> bool:
    """Whether no position pays in the coin, as far as its profit shows."""
    return not number_or_none(row, "unrealisedPnl")


def _error(row: Row) -> float:
    """How far the price may be off that value and amount make, as a part of it."""
    value, equity = number_or_none(row, "usdValue"), number_or_none(row, "equity")
    if not value or not equity or value * equity < 0.0:
        return inf
    return _HALF_A_DIGIT / abs(value) + _HALF_A_DIGIT / abs(equity)


def price_of(row: Row, known: float | None = None) -> float | None:
    """In USD, by the venue's own index: value ÷ amount. `known` is the last one, which is better
    than one made of next to nothing; None where there is neither.
    """
    error = _error(row)
    if error <= _FINE or (error <= _COARSE and (known is None or _is_idle(row))):
        return number(row, "usdValue") / number(row, "equity")
    return known


def collateral(
    coins: Iterable[Row], ratios: Ratios, prices: dict[str, float]
) -> tuple[CollateralReading, ...]:
    """What each coin counts, in USD. `prices` are those known before, and are brought up to date.

    Of a coin that is collateral by tiers which are not known, nothing is said.
    """
    readings = []
    for row in coins:
        coin = text(row, "coin")
        price = price_of(row, prices.get(coin))
        if price is not None:
            prices[coin] = price
        slices = _slices(row, ratios.get(coin), prices.get(coin, 0.0))
        if coin in prices and slices:
            readings.append(CollateralReading(asset=coin, price=prices[coin], slices=slices))
    return tuple(readings)


def _slices(
    row: Row, tiers: tuple[tuple[float, float], ...] | None, price: float
) -> tuple[CollateralSlice, ...]:
    if not is_collateral(row):
        return (CollateralSlice(inf, 0.0),)
    return tuple(CollateralSlice(ceiling * price, ratio) for ceiling, ratio in tiers or ())


def ratios_of(listed: Iterable[Row]) -> Ratios:
    """From the list of tiered collateral ratios: "" means no end."""
    found: dict[str, tuple[tuple[float, float], ...]] = {}
    for row in listed:
        tiers = sorted(
            (
                inf if tier.get("maxQty") in (None, "") else positive(tier, "maxQty"),
                number(tier, "collateralRatio"),
            )
            for tier in rows(row.get("collateralRatioList"), "collateralRatioList")
        )
        found[text(row, "currency")] = tuple(tiers)
    return found


def staked_coins(listed: Iterable[Row]) -> dict[str, float]:
    """What lies in Earn, by coin."""
    amounts: dict[str, float] = {}
    for row in listed:
        coin = text(row, "coin")
        amounts[coin] = amounts.get(coin, 0.0) + number(row, "amount")
    return amounts
