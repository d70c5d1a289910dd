"""Ten accounts over four venues in one daemon, amid faults of each venue: every position is soon
what the venue has, nothing grows, and nothing is asked that could trade.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from time import monotonic  # noqa: TID251 - it measures the outside of a process
from typing import Any

from hedgewatch.sim import PaperExchange
from hedgewatch.sim.accounts import Account
from hedgewatch.sim.faults import POISONS
from tests.campaign.progress import Progress
from tests.campaign.report import Report
from tests.campaign.soak import Sample, hold_the_footprint, sample
from tests.support.daemons import Daemon, Document, Metrics, secret_file

_READY_SECONDS = 90.0
_CONVERGED_SECONDS = 60.0
_LASTS_SECONDS = 2.0
_AIX, _AIX_USDC = "AIX/USDT:USDT", "AIX/USDC:USDC"
_KINDS = (
    *("market", "private", "all", "poison", "silence", "out of service", "limited", "hanging"),
    *("no positions", "odd answers", "listen key"),
)
_STATUSES: Mapping[str, int | str] = {"out of service": 503, "limited": 429, "hanging": "hang"}
_ODD = ("page", "empty", "null", "words", "half-packed", "half")


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """An account as the daemon has it: who it is at which venue of the exchange, and how many coins
    a contract is there.
    """

    name: str
    venue: str
    at: str
    symbol: str = _AIX
    coins: int = 1
    like: str = ""
    """The login of the paper exchange of which it is another one; empty where it is that."""


LOGINS = (
    Login(name="main", venue="binanceusdm", at="binance"),
    Login(name="second", venue="binanceusdm", at="binance"),
    Login(name="third", venue="binanceusdm", at="binance", like="main"),
    Login(name="fourth", venue="binanceusdm", at="binance", like="main"),
    Login(name="bybit-main", venue="bybit", at="bybit"),
    Login(name="bybit-other", venue="bybit", at="bybit", like="bybit-main"),
    Login(name="okx-main", venue="okx", at="okx", coins=100),
    Login(name="okx-other", venue="okx", at="okx", coins=100, like="okx-main"),
    Login(name="hyperliquid-main", venue="hyperliquid", at="hyperliquid", symbol=_AIX_USDC),
    Login(
        name="hyperliquid-other",
        venue="hyperliquid",
        at="hyperliquid",
        symbol=_AIX_USDC,
        like="hyperliquid-main",
    ),
)
VENUES = ("binance", "bybit", "okx", "hyperliquid")


@dataclass(slots=True)
class Desk:
    """The exchange, the daemon, and what was seen of both."""

    exchange: PaperExchange
    daemon: Daemon
    chance: Random
    faults: int = 0
    slowest: float = 0.0
    samples: list[Sample] = field(default_factory=list)

    async def run(self, seconds: float, progress: Progress) -> Report:
        await self.daemon.start()
        await self.daemon.until_ready(_READY_SECONDS)
        began = monotonic()
        while (passed := monotonic() - began) < seconds:
            progress(int(passed), int(seconds))
            await self._round()
            assert self.daemon.process is not None
            self.samples.append(sample(self.daemon.process.pid, monotonic() - began))
        progress(int(seconds), int(seconds))
        return self._report(seconds, await self.daemon.metrics())

    async def _round(self) -> None:
        """Something goes wrong at a venue while things happen at all; then it is over."""
        venue = self.chance.choice(VENUES)
        self._strike(venue, self.chance.choice(_KINDS))
        self._trade()
        await asyncio.sleep(self.chance.uniform(0.5, 1.5) * _LASTS_SECONDS)
        for each in VENUES:
            self.exchange.faults_of(each).restore()
        began = monotonic()
        await self.daemon.until(self._is_the_truth, _CONVERGED_SECONDS, "every position is true")
        self.slowest = max(self.slowest, monotonic() - began)

    def _strike(self, venue: str, kind: str) -> None:
        faults = self.exchange.faults_of(venue)
        self.faults += 1
        if kind in _STATUSES:
            faults.rest_outage(_STATUSES[kind], retry_after=1)
            return
        match kind:
            case "poison":
                faults.poison(self.chance.choice(sorted(POISONS)))
            case "silence":
                faults.silence(_LASTS_SECONDS)
            case "listen key":
                self.exchange.faults.expire_listen_key(announce=self.chance.random() < 0.5)
            case "no positions":
                faults.positions_empty(1)
            case "odd answers":
                faults.odd_answer = self.chance.choice(_ODD)
            case _:
                faults.cut_sockets(kind)

    def _trade(self) -> None:
        """Another quantity in every account, in contracts of every venue."""
        world = self.exchange.world
        world.set_mark("AIXUSDT", self.chance.randint(950, 1050))
        for login in LOGINS:
            short = -100 * self.chance.randint(1, 3)
            world.set_position("AIXUSDT", short, 1000, account=login.name)

    def _is_the_truth(self, seen: Metrics) -> bool:
        return all(
            seen.value("position_contracts", account=login.name, symbol=login.symbol)
            == self._held(login)
            for login in LOGINS
        )

    def _held(self, login: Login) -> float:
        held = self.exchange.world.accounts[login.name].positions["AIXUSDT", "BOTH"]
        return float(held.amount / login.coins)

    def _report(self, seconds: float, metrics: Metrics) -> Report:
        opened = sum(value for _, value in metrics.series("reconnects_total"))
        held_back = sum(value for _, value in metrics.series("refused_requests_total"))
        report = Report(f"ten accounts over four venues, {seconds / 60.0:g} min")
        report.count("faults", self.faults)
        report.count("connections made anew", opened)
        hold_the_footprint(report, self.samples, seconds)
        report.at_most(
            "slowest way of every position to the truth, s", round(self.slowest, 1), 60.0
        )
        report.must_be("requests and frames that could trade", len(self.exchange.violations), 0)
        report.must_be("requests and frames that the fence held back", int(held_back), 0)
        return report


async def venues(folder: Path, seed: int, minutes: float, progress: Progress) -> Report:
    """A daemon and the four venues of the paper exchange, for so many minutes."""
    async with PaperExchange("manual", tick_seconds=0.1) as exchange:
        for login in LOGINS:
            if login.like:
                exchange.world.add_account(_another(exchange, login))
        document = _document(folder, exchange)
        async with _daemon(folder, document) as daemon:
            return await Desk(exchange, daemon, Random(seed)).run(60.0 * minutes, progress)


@asynccontextmanager
async def _daemon(folder: Path, document: Document) -> AsyncIterator[Daemon]:
    daemon = Daemon(folder, document)
    try:
        yield daemon
    finally:
        if daemon.process is not None:
            await daemon.stop()


def _another(exchange: PaperExchange, login: Login) -> Account:
    """Of the same owner, with a key or an address of its own."""
    known = exchange.world.accounts[login.like]
    number = f"{len(exchange.world.accounts):02x}"
    return replace(known, name=login.name, key=known.key[:-2] + number, positions={})


def _document(folder: Path, exchange: PaperExchange) -> Document:
    return {
        "instance": "estate",
        "accounts": list(_accounts(folder, exchange)),
        "log": {"level": "warning"},
        "store": "state.db",
    }


def _accounts(folder: Path, exchange: PaperExchange) -> Iterator[dict[str, Any]]:
    for login in LOGINS:
        account = exchange.world.accounts[login.name]
        there = {"rest": exchange.url_of(login.at), "ws": exchange.ws_url_of(login.at)}
        told: dict[str, Any] = {"name": login.name, "venue": login.venue, "endpoint": there}
        if login.venue == "hyperliquid":
            yield {**told, "address": account.key}
            continue
        parts = {"api_key": account.key, "secret": account.secret, "password": account.passphrase}
        credentials = {
            part: secret_file(folder, f"{login.name}.{part}", text)
            for part, text in parts.items()
            if text
        }
        yield {**told, "credentials": credentials}
