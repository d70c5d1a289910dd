"""Frames of Bybit's public topics: a ticker whole at first, and then what changed of it."""

from typing import Any

from hedgewatch.sim.clock import epoch_milliseconds
from hedgewatch.sim.faults import Faults
from hedgewatch.sim.wire import bybit_market
from hedgewatch.sim.wire.bybit_listings import contracts
from hedgewatch.sim.wire.sockets import Socket
from hedgewatch.sim.world import World

Frame = dict[str, Any]

PUBLIC = ("linear", "inverse", "spot")
_ALWAYS = ("symbol", "markPrice", "indexPrice")
_MUTED_AS = {"tickers": "markPrice", "orderbook": "bookTicker"}
"""Faults name channels as Binance does."""


def channel_of(topic: str) -> str:
    """`tickers` of `tickers.BTCUSDT`."""
    return topic.partition(".")[0]


def symbol_of(topic: str) -> str:
    """The market that a topic is about."""
    return topic.rpartition(".")[2]


class PublicFrames:
    """Builds the frames of a socket from the world as it is now."""

    def __init__(self, world: World, faults: Faults) -> None:
        self._world = world
        self._faults = faults
        self._told: dict[tuple[Socket, str], Frame] = {}

    def forget(self, socket: Socket) -> None:
        """A socket is gone."""
        self._told = {key: row for key, row in self._told.items() if key[0] is not socket}

    def frame(self, socket: Socket, topic: str) -> Frame | None:
        """What a topic says now; nothing of a market that its category does not list."""
        channel = channel_of(topic)
        if {channel, _MUTED_AS[channel]} & self._faults.muted:
            return None
        now = epoch_milliseconds() - self._faults.behind_milliseconds
        if channel == "orderbook":
            found = bybit_market.book(self._world, socket.category, symbol_of(topic), 1)
            return found and {
                "topic": topic, "ts": now, "type": "snapshot", "data": found, "cts": now,
            }  # fmt: skip
        row = self._ticker(socket.category, symbol_of(topic), now)
        return None if row is None else self._changed(socket, topic, row, now)

    def _ticker(self, category: str, symbol: str, now: int) -> Frame | None:
        if category == "spot":
            listed = symbol in self._world.spot_pairs
            return bybit_market.pair_ticker(self._world, symbol) if listed else None
        named = (each for each in contracts(self._world, category) if each.name == symbol)
        found = next(named, None)
        return None if found is None else bybit_market.ticker(self._world, found, now)

    def _changed(self, socket: Socket, topic: str, row: Frame, now: int) -> Frame:
        """Spot tickers are always whole."""
        before = None if socket.category == "spot" else self._told.get((socket, topic))
        self._told[socket, topic] = row
        data, kind = row, "snapshot"
        if before is not None:
            news = {name: value for name, value in row.items() if before[name] != value}
            data, kind = {name: row[name] for name in _ALWAYS} | news, "delta"
        return {"topic": topic, "type": kind, "data": data, "cs": now, "ts": now}
