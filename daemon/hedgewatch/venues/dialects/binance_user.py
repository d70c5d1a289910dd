"""Binance's private futures stream: positions and balances as they change, and why they shrank."""

from collections.abc import Iterable, Iterator

from hedgewatch.core.events import (
    BalanceChanged,
    BalanceReading,
    PositionChanged,
    PositionReading,
    VenueWarned,
)
from hedgewatch.core.model import EndReason
from hedgewatch.venues.dialect import AccountNews, ReadAgain, StreamExpired
from hedgewatch.venues.dialects.binance_causes import Causes, Fill, Leg, leg_of, signed
from hedgewatch.venues.dialects.binance_common import Listing
from hedgewatch.venues.fields import (
    Row,
    UnlistedMarketError,
    moment,
    number,
    number_or,
    rows,
    said,
    table,
    text,
)

_HINTS = {
    "ACCOUNT_CONFIG_UPDATE": "leverage or margin mode was changed",
    "balanceUpdate": "coins came or went",
    "outboundAccountPosition": "the margin wallet changed",
    "liabilityChange": "a loan changed",
    "openOrderLoss": "open margin orders changed",
}
_RISKS = {"FORCE_LIQUIDATION": "liquidation", "ACTIVE_LIQUIDATION": "liquidation"}
"""Levels of `riskLevelChange` at which the venue acts; the others (MARGIN_CALL, SUPPLY_MARGIN,
REDUCE_ONLY) are calls.
"""

_TRANSFERS = frozenset(
    {"DEPOSIT", "WITHDRAW", "ADMIN_WITHDRAW", "ASSET_TRANSFER", "COIN_SWAP_WITHDRAW"}
)
"""Reasons of an ACCOUNT_UPDATE for which an amount leaves the wallet for another one."""


class UserFrames:
    """Decodes the private frames of one account."""

    def __init__(self, account: str, listing: Listing, *, tells_wallets: bool = True) -> None:
        """Where a wallet is only a part of what is owned of a coin, `tells_wallets` is false.
        `stream_key` is the listen key that the frames come by, empty while it is not known.
        """
        self._account = account
        self._listing = listing
        self._tells_wallets = tells_wallets
        self.stream_key = ""
        self._causes = Causes()
        self._wallets: dict[str, float] = {}

    def seen(self, positions: Iterable[PositionReading]) -> None:
        """What a whole reading showed: what is told next is compared with it."""
        for position in positions:
            self._causes.seen(position)

    def decode(self, message: Row) -> list[AccountNews]:
        """What a frame tells, in order; nothing for the kinds that do not concern us."""
        match message.get("e"):
            case "ACCOUNT_UPDATE":
                news = list(self._account_update(message))
            case "ORDER_TRADE_UPDATE":
                news = list(self._order_update(message))
            case "MARGIN_CALL":
                news = [*self._margin_call(message), ReadAgain("the venue called for margin")]
            case "riskLevelChange":
                news = [self._risk(message), ReadAgain("the venue told of another risk level")]
            case "listenKeyExpired":
                news = self._expired(message)
            case kind:
                hint = _HINTS.get(str(kind))
                news = [ReadAgain(hint)] if hint else []
        return news

    def _expired(self, message: Row) -> list[AccountNews]:
        """It is told twice at times, also on the next stream: of a former key it is old news."""
        ended = message.get("listenKey")
        former = bool(ended and self.stream_key) and ended != self.stream_key
        return [] if former else [StreamExpired("the listen key expired")]

    def _margin_call(self, message: Row) -> Iterator[AccountNews]:
        """One warning for each position that the venue names, else one for the account."""
        told = moment(message, "E")
        named = rows(message.get("p") or [], "p") or [{}]
        for row in named:
            symbol = self._listing.listed(row)
            text = f"maintenance margin {said(row, 'mm')}, unrealized profit {said(row, 'up')}"
            yield VenueWarned(self._account, "margin_call", symbol, told, text if symbol else "")

    def _risk(self, message: Row) -> VenueWarned:
        """Of a Portfolio Margin account: "when the user's position risk ratio is too high"."""
        level = str(message.get("s"))
        kind = _RISKS.get(level, "margin_call")
        text = f"{level:.30}, uniMMR {said(message, 'u')}"
        return VenueWarned(self._account, kind, "", moment(message, "E"), text)

    def _account_update(self, message: Row) -> Iterator[AccountNews]:
        told, update = moment(message, "T"), table(message.get("a"), "a")
        reason = update.get("m")
        changes = [self._position(row, told, reason) for row in rows(update.get("P") or [], "P")]
        causes = {item.end for item in changes if isinstance(item, PositionChanged) and item.end}
        wallets = rows(update.get("B") or [], "B") if self._tells_wallets else []
        for row in wallets:
            reading = _balance(row, told)
            yield BalanceChanged(self._account, reading, self._lost(reading, row, reason, causes))
        yield from changes
        yield ReadAgain(f"the account changed ({reason!s:.30})")

    def _position(self, row: Row, told: float, reason: object) -> PositionChanged | ReadAgain:
        try:
            symbol = self._listing.symbol(row)
        except UnlistedMarketError as error:
            return ReadAgain(str(error))
        reading = _position_reading(row, leg_of(row, symbol, "ps"), told)
        return PositionChanged(self._account, reading, self._causes.told(reading, reason))

    def _lost(
        self, reading: BalanceReading, row: Row, reason: object, causes: set[EndReason]
    ) -> EndReason | None:
        """Why a wallet holds less than it did: moved away, or lost with what was closed."""
        before = self._wallets.get(reading.asset, reading.total - number_or(row, "bc", 0.0))
        self._wallets[reading.asset] = reading.total
        if reading.total >= before:
            return None
        if str(reason) in _TRANSFERS:
            return EndReason.TRANSFERRED
        if reason == "INSURANCE_CLEAR":
            return EndReason.LIQUIDATED
        if reason != "ORDER":
            return None
        return next(iter(causes)) if len(causes) == 1 else EndReason.CLOSED

    def _order_update(self, message: Row) -> Iterator[AccountNews]:
        """Before what it does to the position, or after: then the reason given is put right."""
        order = table(message.get("o"), "o")
        try:
            symbol = self._listing.symbol(order)
        except UnlistedMarketError as error:
            yield ReadAgain(str(error))
            return
        leg = leg_of(order, symbol, "ps")
        fill = Fill.of(order, moment(message, "T"), self._listing.end(symbol))
        explained = self._causes.filled(leg, fill)
        if explained is not None:
            yield PositionChanged(self._account, explained, fill.cause)


def _balance(row: Row, told: float) -> BalanceReading:
    return BalanceReading(
        asset=text(row, "a"),
        total=number(row, "wb"),
        cross_wallet=number(row, "cw"),
        venue_time=told,
    )


def _position_reading(row: Row, leg: Leg, told: float) -> PositionReading:
    symbol, kind = leg
    return PositionReading(
        symbol=symbol,
        kind=kind,
        contracts=signed(number(row, "pa"), kind),
        entry_price=number(row, "ep"),
        venue_time=told,
        isolated_wallet=number(row, "iw") if row.get("mt") == "isolated" else None,
    )
