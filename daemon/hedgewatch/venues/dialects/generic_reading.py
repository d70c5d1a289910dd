"""One whole reading of an account of any venue: every call that it takes, and what they say."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from hedgewatch.core.events import AccountRead, BalanceReading, PositionReading
from hedgewatch.core.margin.regimes import UNKNOWN, PoolOf, Regime
from hedgewatch.venues.dialect import Exchange
from hedgewatch.venues.dialects.generic_absence import Absences, Leg
from hedgewatch.venues.dialects.generic_accounts import NOTHING, Numbers, whole_account
from hedgewatch.venues.dialects.generic_asking import Asking
from hedgewatch.venues.dialects.generic_balances import Held, assets, together_held, untold
from hedgewatch.venues.dialects.generic_beside import beside, tells_ratio
from hedgewatch.venues.dialects.generic_booked import booked
from hedgewatch.venues.dialects.generic_calls import UNSEEN, Parameters, calls_of, money_calls
from hedgewatch.venues.dialects.generic_currencies import by_currency, of_spot
from hedgewatch.venues.dialects.generic_outside import Outside, margin_apart
from hedgewatch.venues.dialects.generic_parts import Modes
from hedgewatch.venues.dialects.generic_purse import Purse
from hedgewatch.venues.dialects.generic_replies import position_readings
from hedgewatch.venues.dialects.generic_several import accounts_of, each_of, named
from hedgewatch.venues.dialects.generic_units import contract_size
from hedgewatch.venues.fields import OddReplyError, Row, number, rows

_READINGS = 2


def untold_regime(venue: str, *, whole: bool) -> Regime:
    """Of a venue whose margin nobody here computes: where it tells its own sums, they are shown."""
    return replace(
        UNKNOWN,
        name=f"{venue}-untold",
        pool=PoolOf.ACCOUNT if whole else PoolOf.CURRENCY,
        unknown=f"how {venue} computes margin is not known here: see its own numbers",
        told_whole=True,
        never_ours=True,
    )


class GenericReader:
    """Reads one account, and remembers what a list leaves out."""

    def __init__(self, account: str, venue: str) -> None:
        self._account = account
        self._venue = venue
        self.by_side: set[str] = set()
        self.modes = Modes()
        self._absences = Absences()
        self._owned: set[str] = set()
        self._asking = Asking(account)
        self._outside = Outside()
        self._in_parts = _READINGS

    async def read(self, exchange: Exchange) -> AccountRead:
        """Positions first: one that opens between the two shows as margin without a position."""
        markets = exchange.markets or {}
        accounts, unseen = await accounts_of(self._venue, exchange, self._asking)
        asked = calls_of(self._venue, markets.values()).positions
        held = await self._positions(exchange, each_of(accounts, asked))
        listed, outside = self._outside.sort(held, markets)
        positions = position_readings(self._venue, listed, markets, self.by_side, self.modes)
        self.modes.note(positions)
        calls = money_calls(self._venue, markets.values(), exchange.options)
        purse = Purse(several=len(accounts) > 1, unseen=(*outside, *unseen))
        await self._margin(exchange, each_of(accounts, calls.margin), purse)
        await self._spot(exchange, each_of(accounts, calls.spot), purse)
        await self._beside(exchange, purse)
        positions = self._without_booked(listed, positions, purse, markets)
        return self._reading(positions, purse, markets)

    async def _positions(self, exchange: Exchange, calls: Sequence[Parameters]) -> list[Row]:
        listed: list[Row] = []
        for parameters in calls:
            reply = await self._asking.ask(
                "positions", parameters, lambda given: exchange.fetch_positions(None, given)
            )
            told = [] if reply is None else rows(reply, "positions")
            listed += [named(row, parameters) for row in told]
        self._asking.require("positions")
        return listed

    async def _margin(self, exchange: Exchange, calls: Sequence[Parameters], purse: Purse) -> None:
        """A venue that answers the same whatever it is asked has told all with the first."""
        for parameters in calls:
            reply = await self._asking.ask("margin", parameters, exchange.fetch_balance)
            if reply is None:
                continue
            held, numbers = self._held(reply, exchange.safe_currency_code)
            if purse.repeats(held) and any(purse.totals):
                break
            info = reply.get("info")
            purse.put(held, numbers, info, whole_account(self._venue, info))
        self._asking.require("margin")

    def _held(
        self, reply: Row, code: Callable[[str], str]
    ) -> tuple[dict[str, Held], Mapping[str, Numbers]]:
        """What one reply tells: the venue's word on what was paid in comes before ccxt's total."""
        info = reply.get("info")
        told = by_currency(self._venue, info, code)
        wallets = {name: each.wallet for name, each in told.items() if each.wallet is not None}
        _refuse(untold(reply) - wallets.keys())
        held = dict(assets(reply))
        for name, wallet in wallets.items():
            held[name] = Held(wallet, held[name].used if name in held else None)
        for name, more in _wallets_beside(info, code) if self._venue == "krakenfutures" else ():
            held[name] = together_held(held.get(name), more)
        return held, told

    async def _spot(self, exchange: Exchange, calls: Sequence[Parameters], purse: Purse) -> None:
        """Coins beside the margin account; of a unified one it is the same reply again."""
        for parameters in calls:
            reply = await self._asking.ask(
                "coins of", parameters, exchange.fetch_balance, needed=False
            )
            if reply is None:
                continue
            code = exchange.safe_currency_code
            held, _ = self._held(reply, code)
            held |= {
                name: Held(each.wallet, None)
                for name, each in of_spot(self._venue, reply.get("info"), code).items()
                if each.wallet is not None
            }
            if held and not purse.repeats(held):
                purse.spot.append(held)

    async def _beside(self, exchange: Exchange, purse: Purse) -> None:
        """What ccxt does not unify."""
        told, unseen = await beside(self._venue, exchange, self._asking)
        purse.unseen += unseen
        purse.margin_ratio = told.margin_ratio
        for name, amount in told.money.items():
            purse.add(exchange.safe_currency_code(name), Held(amount, None))

    def _without_booked(
        self,
        listed: Sequence[Row],
        positions: Sequence[PositionReading],
        purse: Purse,
        markets: Mapping[str, Row],
    ) -> tuple[PositionReading, ...]:
        """Take profit that would count twice off the money. Where it is not told how much that is,
        the entry prices are: what stands on them is unknown then, the total above all.
        """
        money = {asset: held.total for asset, held in purse.margin.items()}
        profits = booked(self._venue, listed, markets, money, purse.infos)
        for settle, profit in profits.items():
            held = purse.margin[settle]
            purse.margin[settle] = replace(held, total=held.total - (profit or 0.0))
        unsure = {settle for settle, profit in profits.items() if profit is None}
        return tuple(
            replace(each, entry_price=0.0) if markets[each.symbol].get("settle") in unsure else each
            for each in positions
        )

    def _reading(
        self, positions: tuple[PositionReading, ...], purse: Purse, markets: Mapping[str, Row]
    ) -> AccountRead:
        in_use = purse.in_use
        worth = dict(_worth(self._venue, positions, markets))
        purse.unseen += margin_apart(self._venue, positions)
        closed = self._absences.closed(positions, worth, in_use)
        regime = untold_regime(self._venue, whole=self._is_whole(purse))
        return AccountRead(
            account=self._account,
            positions=(*positions, *closed),
            balances=tuple(self._balances(purse)),
            margin_in_use=in_use,
            equity=purse.whole.equity,
            maintenance_margin=purse.whole.maintenance_margin,
            margin_ratio=purse.margin_ratio,
            cross_regime=regime,
            isolated_regime=replace(regime, pool=PoolOf.POSITION),
            unseen=(*UNSEEN.get(self._venue, ()), *purse.unseen, *self._asking.unseen),
        )

    def _is_whole(self, purse: Purse) -> bool:
        """Whether the account is one pool. One that was is so until two readings tell no sums of
        the whole: its alerts would end, and begin anew elsewhere, with every odd reply.
        """
        told = purse.whole is not NOTHING or tells_ratio(self._venue)
        self._in_parts = 0 if told else self._in_parts + 1
        return self._in_parts < _READINGS

    def _balances(self, purse: Purse) -> list[BalanceReading]:
        """What is owned, and an explicit 0 of what was; with the venue's numbers of each pool."""
        readings = []
        for asset in purse.assets:
            reading = purse.balance(asset)
            if reading.total or reading.equity or asset in self._owned:
                self._owned.add(asset)
                readings.append(reading)
        return readings


def _wallets_beside(info: object, code: Callable[[str], str]) -> Iterator[tuple[str, Held]]:
    """Kraken Futures, accounts: the wallet of each inverse market and the cash, which ccxt leaves
    out for the multi-collateral one. Their `balances` are without profit; contracts in them have
    names with an underscore.
    """
    accounts = info.get("accounts") if isinstance(info, Mapping) else None
    for wallet in accounts.values() if isinstance(accounts, Mapping) else ():
        held = wallet.get("balances") if isinstance(wallet, Mapping) else None
        coins = held if isinstance(held, Mapping) else {}
        for name in coins:
            if "_" not in name and (total := number(coins, name)):
                yield code(name), Held(total, None)


def _refuse(assets_: set[str]) -> None:
    """What is there and has no amount would be missing in every total, in silence."""
    if assets_:
        raise OddReplyError(f"how much {', '.join(sorted(assets_))} is owned is not told")


def _worth(
    venue: str, positions: Sequence[PositionReading], markets: Mapping[str, Row]
) -> list[tuple[Leg, float]]:
    """Roughly, at the price of entry: to tell which share of the margin is whose."""
    found = []
    for each in (each for each in positions if each.contracts):
        market = markets[each.symbol]
        size = abs(each.contracts) * contract_size(venue, market)
        price = 1.0 if market.get("inverse") else each.entry_price
        found.append(((each.symbol, each.kind, each.margin_mode), size * price))
    return found
