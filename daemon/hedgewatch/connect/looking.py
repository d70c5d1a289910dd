"""Watches an account for some seconds, as the daemon would, and tells what is there."""

import asyncio
from collections.abc import Iterable, Iterator
from math import copysign
from random import Random

from hedgewatch.clock import Clock
from hedgewatch.connect.found import NOT_PRICED, Coins, Found, Pool, Position
from hedgewatch.core.book.rows import AccountRow, PositionRow
from hedgewatch.core.engine import Engine
from hedgewatch.core.events import (
    AccountRead,
    AccountRefused,
    ClockAdvanced,
    Event,
    MarkPriceChanged,
    QuoteChanged,
)
from hedgewatch.core.model import AccountPlan, Desk, Known, Unknown
from hedgewatch.tasks import Tasks
from hedgewatch.venues.settings import AccountSettings
from hedgewatch.venues.surroundings import Surroundings

_TICK_SECONDS = 0.25
_FOR_PRICES_SECONDS = 8.0
"""After the first reading: what has no price then is shown without one."""


class Look:
    """One account through the engine, without rules. `prices` are those that came meanwhile."""

    def __init__(self, settings: AccountSettings, symbols: Iterable[str] = ()) -> None:
        self._settings = settings
        self._symbols = frozenset(symbols)
        self._clock = Clock()
        plan = AccountPlan(name=settings.name, venue=settings.venue)
        desk = Desk(instance="connect", accounts=(plan,))
        self._engine = Engine(desk, (), self._clock.now(), lambda: "")
        self.prices: dict[str, float] = {}
        self._read_at: float | None = None
        self._trouble = ""

    async def run(self, patience: float) -> Found:
        """What is found within `patience` seconds. Nothing is raised for what a venue does."""
        from hedgewatch.venues.hub import Hub  # noqa: PLC0415  # imports ccxt, which takes seconds

        until = self._clock.now() + patience
        async with Tasks() as tasks:
            around = Surroundings(self._hear, self._clock.now, tasks.spawn, Random())  # noqa: S311  # jitter, not secrets
            async with Hub(around, tasks.keep) as hub:
                hub.open(self._settings, self._symbols)
                while not self._is_over() and self._clock.now() < until:
                    await asyncio.sleep(_TICK_SECONDS)
                    self._hear(ClockAdvanced())
        return self._found(patience)

    def _hear(self, event: Event) -> None:
        self._engine.handle(event, self._clock.now())
        if isinstance(event, MarkPriceChanged):
            self.prices[event.symbol] = event.price
        if isinstance(event, QuoteChanged):
            self.prices.setdefault(event.symbol, (event.bid + event.ask) / 2.0)
        if isinstance(event, AccountRead) and self._read_at is None:
            self._read_at = self._clock.now()
        if isinstance(event, AccountRefused) and self._read_at is None:
            self._trouble = event.reason

    def _is_over(self) -> bool:
        if self._read_at is None:
            return bool(self._trouble)
        late = self._clock.now() - self._read_at > _FOR_PRICES_SECONDS
        return late or not (any(self._unpriced()) or self._symbols - self.prices.keys())

    def _unpriced(self) -> Iterator[Unknown]:
        for position in _open(self._account):
            if isinstance(position.liquidation_price, Unknown):
                yield position.liquidation_price
        for pool in self._account.pools.values():
            if isinstance(pool.margin_ratio, Unknown):
                yield pool.margin_ratio

    @property
    def _account(self) -> AccountRow:
        return self._engine.book.accounts[self._settings.name]

    def _found(self, patience: float) -> Found:
        name, venue = self._settings.name, self._settings.venue
        if self._read_at is None:
            reason = self._trouble or f"no answer within {patience:g} s"
            return Found(account=name, venue=venue, trouble=reason)
        return found_in(self._account)


def found_in(account: AccountRow) -> Found:
    """What the book knows of an account."""
    return Found(
        account=account.name,
        venue=account.venue,
        mode=_mode(account),
        unseen=account.unseen,
        coins=tuple(
            Coins(asset=balance.asset, amount=balance.total, account=account.name)
            for balance in account.balances.values()
            if balance.total
        ),
        positions=tuple(_positions(account)),
        pools=tuple(
            Pool(
                name=pool.name,
                currency=pool.currency,
                equity=pool.equity,
                margin_ratio=pool.margin_ratio,
            )
            for pool in account.pools.values()
        ),
    )


def _mode(account: AccountRow) -> str:
    """How its venue computes margin in the account's mode; nothing is said where none is used."""
    regime = account.cross_regime
    return (regime.unknown or f"{regime.name} margin") if account.pools else ""


def _open(account: AccountRow) -> Iterator[PositionRow]:
    return (position for position in account.positions.values() if position.contracts)


def _positions(account: AccountRow) -> Iterator[Position]:
    """The legs of a market together: a hedge counts what is left of both."""
    by_symbol: dict[str, list[PositionRow]] = {}
    for position in _open(account):
        by_symbol.setdefault(position.symbol, []).append(position)
    for symbol, legs in by_symbol.items():
        first, alone = legs[0], len(legs) == 1
        market = first.market.market
        yield Position(
            account=account.name,
            symbol=symbol,
            base=symbol.partition("/")[0] if market is None else market.base,
            currency="" if market is None else market.settle,
            contracts=sum(leg.contracts for leg in legs),
            quantity=_total(map(_coins_of, legs)),
            notional=_net(legs),
            liquidation_price=first.liquidation_price if alone else NOT_PRICED,
            liquidation_distance=first.liquidation_distance if alone else NOT_PRICED,
        )


def _coins_of(position: PositionRow) -> Known:
    """Of the base: an inverse contract is so much money's worth of it."""
    market = position.market.market
    if market is None:
        return NOT_PRICED
    if market.linear:
        return position.quantity
    price = position.mark_price
    return price if isinstance(price, Unknown) else position.quantity / price


def _net(legs: Iterable[PositionRow]) -> Known:
    """What is left of a long and a short beside each other, as its contracts are."""
    signed = (
        leg.notional if isinstance(leg.notional, Unknown) else copysign(leg.notional, leg.contracts)
        for leg in legs
    )
    total = _total(signed)
    return total if isinstance(total, Unknown) else abs(total)


def _total(parts: Iterable[Known]) -> Known:
    """Unknown as soon as one is."""
    total = 0.0
    for part in parts:
        if isinstance(part, Unknown):
            return part
        total += part
    return total
