"""What OKX pushes: frames of public channels, and of an account's own.

Sources: OKX API, "WebSocket" of each chapter. A frame repeats the channel that was subscribed to.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from hedgewatch.sim.accounts import Account, Position
from hedgewatch.sim.changes import Filled
from hedgewatch.sim.clock import epoch_milliseconds
from hedgewatch.sim.faults import Faults
from hedgewatch.sim.margin_okx import cash, coins
from hedgewatch.sim.okx_markets import CONTRACTS
from hedgewatch.sim.wire import okx_account, okx_market
from hedgewatch.sim.wire.numbers import plain
from hedgewatch.sim.wire.okx_signature import Refusal
from hedgewatch.sim.world import World

Frame = dict[str, Any]


def _best(world: World, name: str, now: int) -> Frame:
    bid, ask = okx_market.best(world, name)
    return {
        "asks": [[plain(ask), "1000", "0", "1"]],
        "bids": [[plain(bid), "1000", "0", "1"]],
        "ts": str(now),
        "seqId": now,
    }


PUBLIC: Mapping[str, Callable[[World, str, int], Frame]] = {
    "mark-price": okx_market.mark_row,
    "index-tickers": okx_market.index,
    "funding-rate": okx_market.funding,
    "open-interest": okx_market.interest,
    "tickers": okx_market.ticker,
    "bbo-tbt": _best,
    "status": lambda world, name, now: {},  # noqa: ARG005 - nothing is announced
}
PRIVATE = frozenset({"account", "positions", "balance_and_position", "liquidation-warning"})

_FORCED = (
    ("autoclose-", "liquidation"),
    ("adl_autoclose", "adl"),
    ("settlement_autoclose-", "delivered"),
)
_BINANCES_MARK = re.compile(
    rb'^\{"e":"markPriceUpdate","E":(?P<at>@now|\d+),"s":"(?P<s>[^"]*)(?P<rest>.*)$', re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Channel:
    """What was subscribed to: a name, and what it is about (a market, or markets of a type)."""

    name: str
    about: str = ""
    kind: str = ""

    @property
    def argument(self) -> Frame:
        """As acknowledgements and pushes repeat it."""
        named = {"channel": self.name, "instType": self.kind, "instId": self.about}
        return {name: value for name, value in named.items() if value}

    def concerns(self, held: Position) -> bool:
        """Whether a position is of what was asked for."""
        return self.about in {"", CONTRACTS[held.symbol].id}


class FrameMaker:
    """Builds frames from the world as it is now."""

    def __init__(self, world: World, faults: Faults) -> None:
        self._world = world
        self._faults = faults

    def exists(self, channel: Channel) -> bool:
        """Whether there is anything of it."""
        try:
            return channel.name == "status" or bool(_row(self._world, channel, 0))
        except Refusal:
            return False

    def public(self, channel: Channel) -> Frame | None:
        """What a public channel says now."""
        muted = {channel.name, f"{channel.name}:{channel.about}"} & self._faults.muted
        if muted or channel.name == "status":
            return None
        now = epoch_milliseconds() - self._faults.behind_milliseconds
        return {"arg": channel.argument, "data": [_row(self._world, channel, now)]}

    # of an account

    def snapshot(self, channel: Channel, account: Account) -> Frame | None:
        """What a channel says when it is subscribed to, and regularly."""
        pages = {"eventType": "snapshot", "curPage": 1, "lastPage": True}
        match channel.name:
            case "account":
                return _told(channel, account, [self._balance(account)], pages)
            case "positions":
                held = filter(channel.concerns, account.held())
                rows = [self._pushed(account, each) for each in held]
                return _told(channel, account, rows, pages)
            case "balance_and_position":
                return self._both(channel, account, "snapshot", account.held(), coins(account))
            case _:
                return None

    def changed(
        self, channel: Channel, account: Account, positions: Iterable[Position]
    ) -> Frame | None:
        """What changed, soon after it did."""
        event = {"eventType": "event_update"}
        if channel.name == "account":
            return _told(channel, account, [self._balance(account)], event)
        rows = [self._pushed(account, each) for each in positions]
        return (
            _told(channel, account, rows, event) if channel.name == "positions" and rows else None
        )

    def filled(self, channel: Channel, fill: Filled) -> Frame:
        """An order did it, of whoever: balance and position at once."""
        kind = next((kind for mark, kind in _FORCED if fill.client_id.startswith(mark)), "filled")
        return self._both(channel, fill.account, kind, [fill.position], ["USDT"])

    def moved(self, channel: Channel, account: Account, reason: str, coin: str) -> Frame:
        """Money came, went, or was charged."""
        kind = "funding_fee" if reason == "FUNDING_FEE" else "transferred"
        return self._both(channel, account, kind, (), [coin])

    def _both(
        self,
        channel: Channel,
        account: Account,
        kind: str,
        positions: Iterable[Position],
        of_coins: Iterable[str],
    ) -> Frame:
        now = str(epoch_milliseconds())
        row = {
            "pTime": now,
            "eventType": kind,
            "balData": [
                {"ccy": coin, "cashBal": okx_account.exact(cash(account, coin)), "uTime": now}
                for coin in of_coins
            ],
            "posData": [self._brief(account, each, now) for each in positions],
            "trades": [],
        }
        return _told(channel, account, [row])

    def _brief(self, account: Account, held: Position, now: str) -> Frame:
        names = (
            "posId", "tradeId", "instId", "instType", "mgnMode", "posSide", "pos", "ccy",
            "posCcy", "avgPx",
        )  # fmt: skip
        row = okx_account.position(self._world, account, held)
        return {name: row[name] for name in names} | {"uTime": now}

    def _balance(self, account: Account) -> Frame:
        return okx_account.balance(self._world, account)

    def _pushed(self, account: Account, held: Position) -> Frame:
        row = okx_account.position(self._world, account, held)
        return row | {"pTime": str(epoch_milliseconds())}

    def warned(self, channel: Channel, account: Account) -> Frame:
        """Position risk warning, of all that is held."""
        names = (
            "cTime", "ccy", "instId", "instType", "lever", "markPx", "mgnMode", "mgnRatio",
            "pos", "posCcy", "posId", "posSide", "uTime",
        )  # fmt: skip
        rows = [self._pushed(account, each) for each in account.held()]
        told = [{name: row[name] for name in names} | {"pTime": row["pTime"]} for row in rows]
        return _told(channel, account, told)


def _row(world: World, channel: Channel, now: int) -> Frame:
    return PUBLIC[channel.name](world, channel.about, now)


def _told(
    channel: Channel, account: Account, rows: list[Frame], more: Frame | None = None
) -> Frame:
    argument = channel.argument | {"uid": okx_account.uid(account)}
    return {"arg": argument, **(more or {}), "data": rows}


def poison(payload: bytes) -> bytes:
    """A bad mark of Binance's as OKX would send it; any other bytes as they are."""
    found = _BINANCES_MARK.match(payload)
    if found is None:
        return payload
    contract = CONTRACTS.get(found["s"].decode(errors="replace"))
    name = contract.id.encode() if contract else found["s"]
    ending = found["rest"]
    if ending.startswith(b'",'):
        ending = ending.replace(b'"p":', b'"markPx":')
    closing = b"]}" if ending.endswith(b"}") else b""
    return (
        b'{"arg":{"channel":"mark-price","instId":"' + name + b'"},"data":[{"instType":"SWAP",'
        b'"ts":"' + found["at"] + b'","instId":"' + name + ending + closing
    )
