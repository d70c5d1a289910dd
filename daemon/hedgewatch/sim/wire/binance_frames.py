"""Frames of the public streams; each is built once a tick, however many sockets listen."""

from typing import Any

import orjson

from hedgewatch.sim.clock import epoch_milliseconds
from hedgewatch.sim.faults import Faults
from hedgewatch.sim.wire import binance_coin_market
from hedgewatch.sim.wire.binance_market import QUANTITY, next_funding, quote
from hedgewatch.sim.wire.numbers import money, plain
from hedgewatch.sim.world import World

Frame = dict[str, Any]
FUTURES_CATEGORIES = {
    "bookTicker": "public",
    "depth": "public",
    "rpiDepth": "public",
    "trade": "public",
    "aggTrade": "market",
    "markPrice": "market",
    "ticker": "market",
    "miniTicker": "market",
    "kline": "market",
    "forceOrder": "market",
}


def channel_of(stream: str) -> str:
    """`altusdt@markPrice@1s` and `!markPrice@arr` are both of the channel `markPrice`."""
    head, _, tail = stream.partition("@")
    name = head[1:] if head.startswith("!") else tail.partition("@")[0]
    return "kline" if name.startswith("kline") else name.rstrip("0123456789")


def symbol_of(stream: str) -> str:
    """The market that a stream is about."""
    return stream.partition("@")[0].upper()


def well_formed(stream: object) -> bool:
    """True for what Binance would accept as the name of a stream."""
    return isinstance(stream, str) and channel_of(stream) in FUTURES_CATEGORIES


class FrameMaker:
    """Builds the frame of a stream from the world as it is now."""

    def __init__(self, world: World, faults: Faults) -> None:
        self._world = world
        self._faults = faults
        self._updates = 0

    def frame(self, stream: str, category: str) -> bytes | None:
        """What a stream says now; a channel of another category is accepted and mute."""
        channel = channel_of(stream)
        if self._is_mute(channel, category):
            return None
        listed = self._world.spot_pairs if category == "spot" else self._world.markets
        if stream.startswith("!"):
            frames = [self._one(channel, symbol, category) for symbol in listed]
            return orjson.dumps(frames) if all(frames) else None
        symbol = symbol_of(stream)
        if symbol in self._world.coins.contracts:
            found = self._coin(channel, symbol)
        else:
            found = self._one(channel, symbol, category) if symbol in listed else None
        return orjson.dumps(found) if found else None

    def _is_mute(self, channel: str, category: str) -> bool:
        """By a fault, or because a futures channel is asked for on another one's socket."""
        if channel in self._faults.muted:
            return True
        return category != "spot" and FUTURES_CATEGORIES[channel] != category

    def _now(self) -> int:
        return epoch_milliseconds() - self._faults.behind_milliseconds

    def _one(self, channel: str, symbol: str, category: str) -> Frame | None:
        if channel == "markPrice" and category == "market":
            return self._mark(symbol)
        if channel == "bookTicker":
            return self._book(symbol, category)
        if channel in {"ticker", "miniTicker"}:
            return self._day(symbol, channel, category)
        return None

    def _coin(self, channel: str, symbol: str) -> Frame | None:
        """COIN-M has its streams on one address, which is that of spot here, as its paths are."""
        if channel == "markPrice":
            return binance_coin_market.mark_frame(self._world, symbol, self._now())
        if channel == "bookTicker":
            self._updates += 1
            return binance_coin_market.book_frame(self._world, symbol, self._updates, self._now())
        return None

    def _mark(self, symbol: str) -> Frame:
        now, mark = self._now(), money(self._world.marks[symbol])
        dated = self._world.markets[symbol].expiry is not None
        return {
            "e": "markPriceUpdate",
            "E": now,
            "s": symbol,
            "p": mark,
            "ap": mark,
            "P": mark,
            "i": mark,
            "r": "" if dated else money(self._world.funding_rate),
            "T": 0 if dated else next_funding(now),
        }

    def _book(self, symbol: str, category: str) -> Frame:
        self._updates += 1
        now = self._now()
        spot = category == "spot"
        price = self._world.spot_price(symbol) if spot else self._world.marks[symbol]
        tick = (self._world.spot_pairs if spot else self._world.markets)[symbol].tick
        bid, ask = quote(price, tick)
        best = {"u": self._updates, "s": symbol, "b": bid, "B": QUANTITY, "a": ask, "A": QUANTITY}
        return best if spot else {"e": "bookTicker", **best, "T": now, "E": now}

    def _day(self, symbol: str, channel: str, category: str) -> Frame:
        now = self._now()
        price = self._world.spot_price(symbol) if category == "spot" else self._world.marks[symbol]
        last = plain(price)
        mini = {
            "E": now,
            "s": symbol,
            "c": last,
            "o": last,
            "h": last,
            "l": last,
            "v": QUANTITY,
            "q": QUANTITY,
        }
        if channel == "miniTicker":
            return {"e": "24hrMiniTicker", **mini}
        full = {
            "p": "0",
            "P": "0.000",
            "w": last,
            "Q": "1",
            "O": now - 86_400_000,
            "C": now,
            "F": 1,
            "L": 2,
            "n": 2,
        }
        return {"e": "24hrTicker", **mini, **full}
