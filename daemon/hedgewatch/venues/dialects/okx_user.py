"""OKX's private channels: positions and balances as they change, why they shrank, and warnings.

`positions` and `account` tell what is; `balance_and_position` tells why ("eventType").
"""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from hedgewatch.core.events import (
    BalanceChanged,
    BalanceReading,
    PositionChanged,
    PositionReading,
    VenueWarned,
)
from hedgewatch.core.model import EndReason
from hedgewatch.venues.dialect import AccountNews, ReadAgain
from hedgewatch.venues.dialects.okx_account import (
    Elsewhere,
    Leg,
    balance,
    is_contract,
    leg_of,
    position,
)
from hedgewatch.venues.dialects.okx_causes import Causes
from hedgewatch.venues.dialects.okx_listing import Listing
from hedgewatch.venues.dialects.okx_prices import first
from hedgewatch.venues.fields import (
    Row,
    UnlistedMarketError,
    moment,
    number,
    rows,
    said,
    table,
    text,
)

_ENDS: Mapping[object, EndReason] = MappingProxyType(
    {
        "filled": EndReason.CLOSED,
        "liquidation": EndReason.LIQUIDATED,
        "adl": EndReason.AUTO_DELEVERAGED,
        "delivered": EndReason.SETTLED,
        "exercised": EndReason.EXPIRED,
        "transferred": EndReason.TRANSFERRED,
    }
)
_WARNINGS: Mapping[object, str] = MappingProxyType(
    {"liquidation": "liquidation", "adl": "auto_deleveraging"}
)


class UserFrames:
    """Decodes the private frames of one account. `fees` are by symbol; `elsewhere` is what it owns
    outside the trading account, by coin.
    """

    def __init__(self, account: str, listing: Listing) -> None:
        self._account = account
        self._listing = listing
        self._positions: Causes[Leg, PositionReading] = Causes()
        self._balances: Causes[str, BalanceReading] = Causes()
        self._held: set[Leg] = set()
        self.fees: Mapping[str, float] = {}
        self.elsewhere: Mapping[str, Elsewhere] = {}
        self.mode = ""

    def seen(self, positions: Mapping[Leg, PositionReading], details: Iterable[Row]) -> None:
        """What a whole reading showed: what is told next is compared with it."""
        for leg, each in positions.items():
            self._note_held(leg, each)
            self._positions.seen(leg, each.contracts, each.venue_time)
        for row in details:
            self._balances.seen(text(row, "ccy"), number(row, "cashBal"), moment(row, "uTime"))

    def decode(self, message: Row) -> list[AccountNews]:
        """What a frame tells, in order; nothing for channels that do not concern us."""
        channel = table(message.get("arg"), "arg").get("channel")
        if channel == "positions":
            return list(self._of_positions(rows(message.get("data"), "data")))
        if channel == "account":
            return list(self._of_account(first(message)))
        if channel == "balance_and_position":
            return list(self._of_both(first(message)))
        if channel == "liquidation-warning":
            return list(self._warnings(rows(message.get("data"), "data")))
        return []

    def _note_held(self, leg: Leg, reading: PositionReading) -> None:
        if reading.contracts:
            self._held.add(leg)

    # what is

    def _of_positions(self, told: Iterable[Row]) -> Iterator[AccountNews]:
        """Those that are pushed, which need not be all: what is not listed is not gone."""
        changed = False
        for row in told:
            if not is_contract(row):
                continue
            try:
                symbol = self._listing.symbol(row)
            except UnlistedMarketError as error:
                yield ReadAgain(str(error))
                continue
            resized = self._listing.resized(row)
            if resized:
                yield ReadAgain(resized)
                continue
            reading = position(row, self._listing, self.fees.get(symbol))
            leg = leg_of(row, symbol)
            if not reading.contracts and self._is_of_another_mode(leg):
                continue
            self._note_held(leg, reading)
            changed |= self._positions.seen(leg, reading.contracts, reading.venue_time)
            end = self._positions.told(leg, reading.contracts, reading.venue_time, reading)
            yield PositionChanged(self._account, reading, end)
        if changed:
            yield ReadAgain("a position changed")

    def _is_of_another_mode(self, leg: Leg) -> bool:
        """Margin that is moved to where nothing is held yet makes a position of 0 there, which says
        nothing about what is held in the other mode.
        """
        return leg not in self._held and any(leg[:2] == held[:2] for held in self._held)

    def _of_account(self, funds: Row) -> Iterator[AccountNews]:
        """Coins that are also owned elsewhere are read: what moves in between would count twice."""
        changed = False
        for row in rows(funds.get("details"), "details"):
            coin, cash, at = text(row, "ccy"), number(row, "cashBal"), moment(row, "uTime")
            changed |= self._balances.seen(coin, cash, at)
            if self.mode and coin not in self.elsewhere:
                reading = balance(row, self.mode, Elsewhere())
                end = self._balances.told(coin, cash, at, reading)
                yield BalanceChanged(self._account, reading, end)
        if changed:
            yield ReadAgain("a balance changed")

    # why

    def _of_both(self, row: Row) -> Iterator[AccountNews]:
        kind, at = row.get("eventType"), moment(row, "pTime")
        end = _ENDS.get(kind)
        if end is None:
            return
        for each in rows(row.get("balData") or [], "balData"):
            yield from self._why_less(each, end)
        for each in rows(row.get("posData") or [], "posData"):
            if is_contract(each):
                yield from self._why_smaller(each, end, _WARNINGS.get(kind, ""), at)

    def _why_less(self, row: Row, end: EndReason) -> Iterator[AccountNews]:
        coin, cash, at = text(row, "ccy"), number(row, "cashBal"), moment(row, "uTime")
        found = self._balances.explained(coin, cash, at, end)
        if found is not None:
            yield BalanceChanged(self._account, *found)

    def _why_smaller(
        self, row: Row, end: EndReason, warning: str, at: float
    ) -> Iterator[AccountNews]:
        try:
            symbol = self._listing.symbol(row)
        except UnlistedMarketError as error:
            yield ReadAgain(str(error))
            return
        if warning:
            yield VenueWarned(self._account, warning, symbol, at, f"OKX: {row.get('instId')}")
        if end is EndReason.SETTLED and self._listing.is_dated(symbol):
            end = EndReason.EXPIRED
        leg, held = leg_of(row, symbol), number(row, "pos")
        signed = -abs(held) if leg[1] == "short" else held
        found = self._positions.explained(leg, signed, moment(row, "uTime"), end)
        if found is not None:
            yield PositionChanged(self._account, *found)

    def _warnings(self, told: Iterable[Row]) -> Iterator[AccountNews]:
        """OKX's hourly word that a margin ratio fell to 300 % of its own."""
        for row in told:
            try:
                symbol = self._listing.symbol(row)
            except UnlistedMarketError:
                symbol = ""
            text = f"OKX warns of liquidation: margin ratio {said(row, 'mgnRatio')} (at 1)"
            yield VenueWarned(self._account, "margin_call", symbol, moment(row, "pTime"), text)
        yield ReadAgain("the venue warned of liquidation")
