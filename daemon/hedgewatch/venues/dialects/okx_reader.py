"""Whole readings of an account of OKX by REST, and what of it the next ones depend on."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import islice

import ccxt
import structlog

from hedgewatch.core.events import AccountRead, BalanceReading
from hedgewatch.core.model import MarginMode
from hedgewatch.venues.dialect import Exchange
from hedgewatch.venues.dialects import okx_account, okx_terms
from hedgewatch.venues.dialects.okx_account import Elsewhere, Leg
from hedgewatch.venues.dialects.okx_elsewhere import Outside
from hedgewatch.venues.dialects.okx_listing import Listing
from hedgewatch.venues.dialects.okx_prices import first
from hedgewatch.venues.dialects.okx_user import UserFrames
from hedgewatch.venues.fields import Row, rows, text

log = structlog.get_logger()

_NAMED_AT_ONCE = 10
_SAME_MOMENT_SECONDS = 2.0


class AccountReader:
    """`switched_off` are the coins that their owner took out of the collateral, `valued` what OKX
    values the coins at, in dollars. The private stream is told what was read.
    """

    def __init__(self, account: str, listing: Listing, user: UserFrames) -> None:
        self._account = account
        self._listing = listing
        self._user = user
        self._outside = Outside(account)
        self._held: dict[Leg, str] = {}
        self._fees: dict[str, float] = {}
        self._missed: set[str] = set()
        self._configured: tuple[float, object] = (0.0, None)
        self.switched_off: frozenset[str] = frozenset()
        self.valued: Mapping[str, float] = {}

    async def configuration(self, exchange: Exchange, *, anew: bool = False) -> object:
        """`account/config`: what a start asks three times in a moment is asked for once. OKX allows
        five in two seconds.
        """
        now = exchange.milliseconds() / 1000.0
        if anew or not 0.0 <= now - self._configured[0] <= _SAME_MOMENT_SECONDS:
            self._configured = (now, await exchange.private_get_account_config())
        return self._configured[1]

    def modes_of(self, symbol: str) -> set[MarginMode]:
        """The margin modes in which a market is held; cross where it is not."""
        return {mode for held, _, mode in self._held if held == symbol} or {"cross"}

    async def settle_in(self, exchange: Exchange) -> None:
        """Its mode, which is asked anew with each reading, and what it pays to close contracts."""
        self._user.mode = okx_account.mode_in(await self.configuration(exchange))
        contracts = self._listing.contracts()
        found: dict[str, float] = {}
        for kind in sorted({self._listing.kind(symbol) for symbol in contracts}):
            reply = await exchange.private_get_account_trade_fee({"instType": kind})
            of_kind = (each for each in contracts if self._listing.kind(each) == kind)
            found |= okx_terms.fees(reply, self._listing, of_kind)
        self._fees = found
        self._user.fees = found

    async def read(self, exchange: Exchange) -> AccountRead:
        """Positions first: one that opens between the two shows as margin without a position."""
        mode = okx_account.mode_in(await self.configuration(exchange))
        reply = await exchange.private_get_account_positions()
        held = okx_account.data_of(reply, "positions")
        contracts = list(filter(okx_account.is_contract, held))
        listed, unlisted = self._sorted(contracts)
        ours = self._that_concern(okx_account.one_each(listed, self._listing))
        ours |= await self._those_gone(exchange, ours)
        funds = first(await exchange.private_get_account_balance())
        await self._outside.read(exchange)
        self._user.mode, self._user.elsewhere = mode, self._outside.coins
        others = [row for row in held if not okx_account.is_contract(row)]
        foreign = okx_account.foreign_in(others, unlisted)
        reading = self._reading(ours, funds, mode)
        strange = okx_account.unseen_in([*others, *unlisted])
        reading = replace(reading, unseen=(*strange, *self._outside.unseen))
        return okx_account.whole(reading, funds, mode, foreign)

    def _sorted(self, contracts: Iterable[Row]) -> tuple[list[Row], list[Row]]:
        """Rows of listed markets, and what is held in others: which is not to be skipped in silence
        (UnlistedMarketError), but once the list of markets was read anew, and where it is not all
        that is held, no reason to be blind to the rest either.
        """
        listed, unlisted = list[Row](), list[Row]()
        for row in contracts:
            if self._listing.lists(text(row, "instId")):
                self._listing.check_size(row)
                listed.append(row)
            elif okx_account.amount(row, "pos"):
                unlisted.append(row)
        missed, self._missed = self._missed, {text(row, "instId") for row in unlisted}
        known = any(okx_account.amount(row, "pos") for row in listed)
        for row in unlisted:
            if not known or text(row, "instId") not in missed:
                self._listing.symbol(row)  # raises
        return listed, unlisted

    def _that_concern(self, listed: Mapping[Leg, Row]) -> dict[Leg, Row]:
        """Margin that is moved to where nothing is held yet makes a position of 0 there, which says
        nothing about what is held in the other mode.
        """
        standing = {leg[:2] for leg, row in listed.items() if okx_account.amount(row, "pos")}
        return {
            leg: row
            for leg, row in listed.items()
            if okx_account.amount(row, "pos") or leg in self._held or leg[:2] not in standing
        }

    def _reading(self, ours: Mapping[Leg, Row], funds: Row, mode: str) -> AccountRead:
        positions = {
            leg: okx_account.position(row, self._listing, self._fees.get(leg[0]))
            for leg, row in ours.items()
        }
        details = rows(funds.get("details"), "details")
        self._user.seen(positions, details)
        self._note(ours, details)
        return AccountRead(
            account=self._account,
            positions=tuple(positions.values()),
            balances=tuple(self._balances(details, mode)),
        )

    def _note(self, ours: Mapping[Leg, Row], details: Sequence[Row]) -> None:
        """What the next readings depend on."""
        for leg, row in ours.items():
            if not okx_account.amount(row, "pos"):
                self._held.pop(leg, None)
                continue
            self._held[leg] = text(row, "instId")
        self.valued = dict(okx_account.dollars(details))
        self.switched_off = frozenset(
            text(row, "ccy")
            for row in details
            if row.get("collateralEnabled") is False and not okx_account.amount(row, "disEq")
        )

    async def _those_gone(self, exchange: Exchange, listed: Mapping[Leg, Row]) -> Mapping[Leg, Row]:
        """What was held and is not listed: asked for by its name, OKX tells that it is flat. Of a
        market that ended it may know nothing: then absence has to speak for itself.
        """
        gone = {leg: name for leg, name in self._held.items() if leg not in listed}
        if not gone:
            return {}
        named = ",".join(islice(sorted(set(gone.values())), _NAMED_AT_ONCE))
        try:
            reply = await exchange.private_get_account_positions({"instId": named})
        except ccxt.BadRequest as error:
            log.info("what was held is not known by its name", named=named, error=str(error)[:200])
            self._held = {leg: name for leg, name in self._held.items() if leg in listed}
            return {}
        ours = filter(okx_account.is_contract, okx_account.data_of(reply, "positions"))
        known = (row for row in ours if self._listing.lists(text(row, "instId")))
        told = okx_account.one_each(known, self._listing)
        return {leg: row for leg, row in told.items() if leg in gone}

    def _balances(self, details: Iterable[Row], mode: str) -> Iterable[BalanceReading]:
        elsewhere = dict(self._outside.coins)
        for row in details:
            coin = text(row, "ccy")
            there = elsewhere.pop(coin, Elsewhere())
            yield okx_account.balance(row, mode, there)
        for coin, there in elsewhere.items():
            yield BalanceReading(
                asset=coin, total=there.total, venue_time=self._outside.at, locked=there.locked
            )
