"""What Bybit's private replies say of margin mode and positions; the stream's rows are alike.

Quantities are never signed: `side` is the sign. Of an empty position `side` is empty, and numbers
that mean none are empty texts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from hedgewatch.core.events import (
    PositionReading,
)
from hedgewatch.core.margin.regimes import REGIMES, UNKNOWN, Regime
from hedgewatch.core.model import PositionKind
from hedgewatch.venues.fields import (
    OddReplyError,
    Row,
    above_zero_or_none,
    moment,
    number,
    number_or_none,
    positive,
    text,
)

Leg = tuple[str, PositionKind]

APART = "inverse contracts are held, which stand in another account before unified accounts 2.0"
"""Of which what the venue says of the unified account tells nothing."""

_KINDS: Mapping[str, PositionKind] = {"0": "net", "1": "long", "2": "short"}
_SIGNS = {"Buy": 1.0, "Sell": -1.0}
_CLASSIC, _FIRST_UNIFIED, _SECOND_UNIFIED = frozenset({1, 2}), frozenset({3, 4}), frozenset({5, 6})
_UNIFIED = _FIRST_UNIFIED | _SECOND_UNIFIED


@dataclass(frozen=True, slots=True)
class Mode:
    """Margin mode and kind of the account, empty as long as the venue did not tell."""

    margin: str = ""
    status: int = 0

    @property
    def is_classic(self) -> bool:
        """An account with a wallet for each kind of market: another API, which is not spoken."""
        return self.status in _CLASSIC

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
        if not flaw or (regime.unknown and flaw != APART):
            return regime
        return replace(regime, unknown=flaw, told_whole=flaw != APART)

    def isolated_regime(self, *, linear: bool) -> Regime:
        """Of isolated positions."""
        if not self.is_isolated:
            return self.regime("")
        return REGIMES["bybit-linear-isolated" if linear else "bybit-inverse-isolated"]


def mode_of(info: Row) -> Mode:
    """From account/info."""
    status = int(number(info, "unifiedMarginStatus"))
    if status not in _CLASSIC | _UNIFIED:
        raise OddReplyError(f"unifiedMarginStatus is {status}, which is no kind of account we know")
    return Mode(text(info, "marginMode"), status)


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
