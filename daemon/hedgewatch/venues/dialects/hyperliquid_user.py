"""What Hyperliquid streams of one address: states, fills, liquidations.

A state is whole: it lists every position, again and again. Only what changed is told on. What is
missing in it is gone when the state says so by its own totals (decision 28); else it is a hint to
read. Sources: Hyperliquid documentation, "Websocket, Subscriptions"; `userEvents` come on the
channel `user`, as the venue's own SDK has it.
"""

from collections.abc import Callable, Iterator, Mapping

from hedgewatch.core.events import (
    BalanceChanged,
    BalanceReading,
    PositionChanged,
    PositionReading,
    VenueWarned,
)
from hedgewatch.core.model import EndReason
from hedgewatch.venues.dialect import AccountNews, ReadAgain
from hedgewatch.venues.dialects.hyperliquid_causes import Causes, Fill, fill_of
from hedgewatch.venues.dialects.hyperliquid_listing import MAIN, Listing, dex_of
from hedgewatch.venues.dialects.hyperliquid_pools import (
    Spot,
    balances_of,
    moved_on,
    positions_of,
    spot_of,
)
from hedgewatch.venues.dialects.hyperliquid_states import Clearinghouse, clearinghouse
from hedgewatch.venues.fields import OddReplyError, Row, UnlistedMarketError, rows, table, text

_WARNINGS: Mapping[EndReason, str] = {
    EndReason.LIQUIDATED: "liquidation",
    EndReason.AUTO_DELEVERAGED: "auto_deleveraging",
}


class UserFrames:
    """Decodes the frames of one address."""

    def __init__(self, account: str, address: str, listing: Listing) -> None:
        self._account = account
        self._address = address
        self._listing = listing
        self._causes = Causes()
        self._states: dict[str, Clearinghouse] = {}
        self._spot = Spot({})
        self._was_read = False
        self._positions: dict[str, PositionReading] = {}
        self._balances: dict[str, BalanceReading] = {}
        self.used: set[str] = {MAIN}
        self.tells_all = False
        self._channels: Mapping[str, Callable[[Row], Iterator[AccountNews]]] = {
            "clearinghouseState": self._one,
            "allDexsClearinghouseState": self._all,
            "spotState": self._wallet,
            "userFills": self._fills,
            "user": self._event,
        }

    def begin(self) -> None:
        """A new socket tells all of it anew."""
        self._positions.clear()
        self._balances.clear()
        self.tells_all = False

    def seen(self, states: Mapping[str, Clearinghouse], spot: Spot) -> None:
        """What a whole reading showed; what was streamed since counts more."""
        self._spot, self._was_read = spot, True
        for dex, state in states.items():
            known = self._states.get(dex)
            if known is None or state.at >= known.at:
                self._states[dex] = state

    def decode(self, message: Row) -> list[AccountNews]:
        """What a frame tells, in order; nothing for the channels that do not concern us."""
        read = self._channels.get(str(message.get("channel")))
        return [] if read is None else list(read(table(message.get("data"), "data")))

    # states

    def _one(self, data: Row) -> Iterator[AccountNews]:
        dex = data.get("dex") or MAIN
        yield from self._state(dex, data.get("clearinghouseState"))

    def _all(self, data: Row) -> Iterator[AccountNews]:
        """Of exchanges where nothing is held, nothing is said."""
        listed = data.get("clearinghouseStates")
        if not isinstance(listed, list) or not all(_is_pair(each) for each in listed):
            raise OddReplyError("clearinghouseStates is no list of pairs")
        self.tells_all = True
        for dex, state in listed:
            if dex in self.used:
                yield from self._state(dex, state)
            elif table(state, "a state").get("assetPositions"):
                self.used.add(dex)
                yield ReadAgain(f"something is held on {dex!s:.20}")

    def _state(self, dex: str, told: object) -> Iterator[AccountNews]:
        try:
            state = clearinghouse(told, dex, self._listing)
        except UnlistedMarketError as error:
            yield ReadAgain(str(error))
            return
        before = self._states.get(dex)
        if not self._was_read or (before is not None and state.at < before.at):
            return
        known = self._spot.is_known or not state.is_blank
        if before is not None and before.holdings and not known:
            yield ReadAgain("the venue says that there is nothing at all")
            return
        if not state.adds_up:
            yield ReadAgain("the positions that were told do not add up to the venue's total")
            return
        yield from self._changes(dex, state, before)

    def _changes(
        self, dex: str, state: Clearinghouse, before: Clearinghouse | None
    ) -> Iterator[AccountNews]:
        """Balances before positions: a loss is paid before it is no longer unrealised."""
        held = self._held(dex, before)
        since = before.at if before else 0.0
        self._states[dex] = state
        self._spot = moved_on(self._spot, before or state, state)
        every = list(self._states.values())
        told = [e for e in positions_of(every, self._spot) if self._dex(e.symbol) == dex]
        gone = state.gone(held, known=self._spot.is_known)
        changed = [each for each in (*told, *gone) if self._is_news(each)]
        moved = [self._told(each, held.get(each.symbol, 0.0), since) for each in changed]
        ends = {item.end for item in moved if item.end is not None}
        yield from self._balance_news(every, next(iter(ends)) if len(ends) == 1 else None)
        yield from moved
        if moved:
            yield ReadAgain("positions changed")

    def _held(self, dex: str, before: Clearinghouse | None) -> dict[str, float]:
        """How much there was of each, by the stream or else by a reading."""
        read = {each.symbol: each.contracts for each in before.holdings} if before else {}
        told = {symbol: each.contracts for symbol, each in self._positions.items()}
        return read | {symbol: each for symbol, each in told.items() if self._dex(symbol) == dex}

    def _dex(self, symbol: str) -> str:
        return dex_of(self._listing.coin(symbol))

    def _is_news(self, reading: PositionReading) -> bool:
        known = self._positions.get(reading.symbol)
        return known is None or _claim(known) != _claim(reading)

    def _told(self, reading: PositionReading, was: float, since: float) -> PositionChanged:
        self._positions[reading.symbol] = reading
        shrank = _shrank(was, reading.contracts)
        end = self._causes.shrank(reading, since) if shrank else None
        return PositionChanged(self._account, reading, end)

    def _balance_news(
        self, every: list[Clearinghouse], end: EndReason | None
    ) -> Iterator[BalanceChanged]:
        for balance in balances_of(every, self._spot):
            known = self._balances.get(balance.asset)
            if known is not None and _amounts(known) == _amounts(balance):
                continue
            self._balances[balance.asset] = balance
            less = known is not None and balance.total < known.total
            yield BalanceChanged(self._account, _without_sums(balance), end if less else None)

    def _wallet(self, data: Row) -> Iterator[AccountNews]:
        """It has no time: a reading tells what changed. What backs positions in a shared wallet
        changes with every mark, and says nothing by that.
        """
        spot = spot_of(data.get("spotState"), self._listing, "")
        backing = {state.currency for state in self._states.values()} if spot.shared else set()
        told = {asset: each for asset, each in spot.tokens.items() if asset not in backing}
        known = {a: each for a, each in self._spot.tokens.items() if a not in backing}
        if self._was_read and told != known:
            yield ReadAgain("the spot wallet changed")

    # fills and warnings

    def _fills(self, data: Row) -> Iterator[AccountNews]:
        """Those that come first are of the past."""
        if data.get("isSnapshot") is True:
            return
        for row in rows(data.get("fills"), "fills"):
            try:
                symbol = self._listing.symbol(row)
            except UnlistedMarketError as error:
                yield ReadAgain(str(error))
                continue
            yield from self._fill(fill_of(row, symbol, self._address))

    def _fill(self, fill: Fill) -> Iterator[AccountNews]:
        kind = _WARNINGS.get(fill.cause)
        if kind is not None:
            yield VenueWarned(self._account, kind, fill.symbol, fill.at)
        explained = self._causes.filled(fill)
        if explained is not None:
            yield PositionChanged(self._account, explained, fill.cause)
        yield ReadAgain("an order was filled")

    def _event(self, data: Row) -> Iterator[AccountNews]:
        told = data.get("liquidation")
        if told is None:
            return
        terms = table(told, "liquidation")
        if text(terms, "liquidated_user").lower() != self._address:
            return
        at = max((state.at for state in self._states.values()), default=0.0)
        what = f"positions worth {terms.get('liquidated_ntl_pos')!s:.20}"
        yield VenueWarned(self._account, "liquidation", "", at, what)
        yield ReadAgain("the venue liquidates")


def _is_pair(told: object) -> bool:
    return isinstance(told, list) and len(told) == 2 and isinstance(told[0], str)  # noqa: PLR2004


def _claim(reading: PositionReading) -> tuple[float, float, float | None]:
    return reading.contracts, reading.entry_price, reading.isolated_wallet


def _amounts(balance: BalanceReading) -> tuple[float, float]:
    """To the digits that the venue writes: sums of floats are no closer than that."""
    return round(balance.total, 6), round(balance.cross_wallet, 6)


def _without_sums(balance: BalanceReading) -> BalanceReading:
    return BalanceReading(
        asset=balance.asset,
        total=balance.total,
        cross_wallet=balance.cross_wallet,
        locked=balance.locked,
        venue_time=balance.venue_time,
    )


def _shrank(before: float, after: float) -> bool:
    return abs(after) < abs(before) or before * after < 0
