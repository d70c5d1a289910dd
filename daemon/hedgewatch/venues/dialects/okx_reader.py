"""Whole readings of an account of OKX by REST, and what of it the next ones depend on."""

from collections.abc import Iterable, Sequence
from itertools import islice

from hedgewatch.core.events import AccountRead, BalanceReading
from hedgewatch.venues.dialect import Exchange
from hedgewatch.venues.dialects import okx_account, okx_terms
from hedgewatch.venues.dialects.okx_account import Elsewhere, Leg
from hedgewatch.venues.dialects.okx_elsewhere import Outside
from hedgewatch.venues.dialects.okx_listing import Listing
from hedgewatch.venues.dialects.okx_prices import first
from hedgewatch.venues.dialects.okx_user import UserFrames
from hedgewatch.venues.fields import Row, rows, text

_NAMED_AT_ONCE = 10


class AccountReader:
    """`isolated` are the markets in which that is held, `switched_off` the coins that their owner
    took out of the collateral. The private stream is told what was read.
    """

    def __init__(self, account: str, listing: Listing, user: UserFrames) -> None:
        self._account = account
        self._listing = listing
        self._user = user
        self._outside = Outside(account)
        self._held: dict[Leg, str] = {}
        self._fees: dict[str, float] = {}
        self.isolated: set[str] = set()
        self.switched_off: frozenset[str] = frozenset()

    async def settle_in(self, exchange: Exchange) -> None:
        """Its mode, which is asked anew with each reading, and what it pays to close contracts."""
        self._user.mode = okx_account.mode_in(await exchange.private_get_account_config())
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
        mode = okx_account.mode_in(await exchange.private_get_account_config())
        reply = await exchange.private_get_account_positions()
        held = okx_account.data_of(reply, "positions")
        held += await self._those_gone(exchange, held)
        funds = first(await exchange.private_get_account_balance())
        await self._outside.read(exchange)
        self._user.mode, self._user.elsewhere = mode, self._outside.coins
        return self._reading(held, funds, mode)

    def _reading(self, held: Sequence[Row], funds: Row, mode: str) -> AccountRead:
        ours = [row for row in held if okx_account.is_contract(row)]
        foreign = any(
            okx_account.amount(row, "pos") and row.get("mgnMode") != "isolated"
            for row in held
            if not okx_account.is_contract(row)
        )
        positions = tuple(
            okx_account.position(row, self._listing, self._fees.get(self._listing.symbol(row)))
            for row in ours
        )
        okx_account.refuse_doubles(positions)
        details = rows(funds.get("details"), "details")
        self._user.seen(positions, details)
        self._note(ours, details)
        reading = AccountRead(
            account=self._account,
            positions=positions,
            balances=tuple(self._balances(details, mode)),
        )
        return okx_account.whole(reading, funds, mode, foreign=foreign)

    def _note(self, ours: Iterable[Row], details: Iterable[Row]) -> None:
        """What the next readings depend on."""
        for row in ours:
            symbol = self._listing.symbol(row)
            leg = okx_account.leg_of(row, symbol)
            if okx_account.amount(row, "pos"):
                self._held[leg] = text(row, "instId")
            else:
                self._held.pop(leg, None)
            if row.get("mgnMode") == "isolated":
                self.isolated.add(symbol)
            else:
                self.isolated.discard(symbol)
        self.switched_off = frozenset(
            text(row, "ccy")
            for row in details
            if row.get("collateralEnabled") is False and not okx_account.amount(row, "disEq")
        )

    async def _those_gone(self, exchange: Exchange, held: Sequence[Row]) -> Sequence[Row]:
        """What was held and is not listed: asked for by its name, OKX tells that it is flat."""
        listed = {row.get("instId") for row in held}
        gone = sorted({name for name in self._held.values() if name not in listed})
        if not gone:
            return ()
        named = ",".join(islice(gone, _NAMED_AT_ONCE))
        reply = await exchange.private_get_account_positions({"instId": named})
        return okx_account.data_of(reply, "positions")

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
