"""Frames of Hyperliquid's subscriptions: what each says at first, now, and of a fill."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from hedgewatch.sim.accounts import Account
from hedgewatch.sim.changes import Filled
from hedgewatch.sim.clock import epoch_milliseconds
from hedgewatch.sim.wire import hyperliquid_account as accounts
from hedgewatch.sim.wire import hyperliquid_market as market
from hedgewatch.sim.wire.hyperliquid_info import OddQuestionError, account_at
from hedgewatch.sim.wire.service import Service

Frame = dict[str, Any]

_OF_A_COIN = frozenset({"activeAssetCtx", "bbo", "l2Book"})
_OF_A_USER = frozenset(
    {
        "clearinghouseState",
        "allDexsClearinghouseState",
        "spotState",
        "userFills",
        "userEvents",
        "userFundings",
        "userNonFundingLedgerUpdates",
        "orderUpdates",
    }
)
_DEFAULTS: dict[str, Frame] = {
    "l2Book": {"nSigFigs": None, "mantissa": None},
    "userFills": {"aggregateByTime": False},
    "clearinghouseState": {"dex": ""},
    "allMids": {"dex": ""},
}
_SNAPSHOTS = {"userFills": "fills", "userFundings": "fundings"}


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a socket listens to: a coin's, an address's, or everybody's."""

    type: str
    coin: str = ""
    user: str = ""
    figures: int | None = None

    @property
    def is_market(self) -> bool:
        """True of prices."""
        return not self.user

    @property
    def on_change(self) -> bool:
        """True of what is told only when it is another than before."""
        return self.type in {"bbo", "spotState"}

    def told(self) -> Frame:
        """As the venue repeats it."""
        named: Frame = {"type": self.type}
        named |= {"coin": self.coin} if self.coin else {}
        named |= {"user": self.user} if self.user else {}
        return named | _DEFAULTS.get(self.type, {}) | self._as_asked()

    def _as_asked(self) -> Frame:
        return {} if self.figures is None else {"nSigFigs": self.figures}


class FrameMaker:
    """Builds frames from the world as it is now."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._world = service.world

    def subscription(self, wanted: object) -> Subscription | None:
        """What a client asks for, None when there is no such thing."""
        asked = wanted if isinstance(wanted, dict) else {}
        kind, coin, figures = str(asked.get("type")), asked.get("coin"), asked.get("nSigFigs")
        if kind == "allMids":
            return Subscription(kind)
        if kind in _OF_A_COIN:
            listed = coin in market.mids(self._world)
            return Subscription(kind, coin=str(coin), figures=figures) if listed else None
        return self._of_a_user(kind, asked)

    def _of_a_user(self, kind: str, asked: Frame) -> Subscription | None:
        try:
            account_at(self._service, asked.get("user"))
        except OddQuestionError:
            return None
        if kind not in _OF_A_USER or asked.get("dex"):
            return None
        return Subscription(kind, user=asked["user"].lower())

    def is_held_back(self, wanted: Subscription) -> bool:
        """By a fault: prices fall silent, or one kind of frame."""
        faults = self._service.faults
        return (wanted.is_market and faults.silent) or wanted.type in faults.muted

    def concerns(self, wanted: Subscription, symbol: str) -> bool:
        """Whether a price is of this market."""
        listed = market.coins(self._world).get(wanted.coin)
        return wanted.type == "allMids" or (listed is not None and listed.symbol == symbol)

    def same(self, before: bytes, now: bytes) -> bool:
        """Whether two frames say the same, whenever they do."""
        return bool(before) and _without_time(before) == _without_time(now)

    def snapshot(self, wanted: Subscription) -> Frame | None:
        """What comes first."""
        if wanted.type in _SNAPSHOTS:
            none: Frame = {"isSnapshot": True, "user": wanted.user, _SNAPSHOTS[wanted.type]: []}
            return {"channel": wanted.type, "data": none}
        return self.now(wanted)

    def now(self, wanted: Subscription) -> Frame | None:
        """What it says at this moment; nothing of what only happens."""
        world = self._world
        match wanted.type:
            case "activeAssetCtx":
                return self._context(wanted.coin)
            case "bbo":
                return {"channel": "bbo", "data": self._best(wanted.coin)}
            case "l2Book":
                told = market.book(world, wanted.coin, wanted.figures, behind=self._behind)
                return {"channel": "l2Book", "data": told}
            case "allMids":
                return {"channel": "allMids", "data": {"mids": market.mids(world)}}
            case _:
                return self._account(wanted)

    @property
    def _behind(self) -> int:
        return self._service.faults.behind_milliseconds

    def _context(self, coin: str) -> Frame:
        if coin in market.coins(self._world):
            told = {"coin": coin, "ctx": market.context(self._world, coin)}
            return {"channel": "activeAssetCtx", "data": told}
        told = {"coin": coin, "ctx": market.spot_context(self._world, coin)}
        return {"channel": "activeSpotAssetCtx", "data": told}

    def _best(self, coin: str) -> Frame:
        bid, ask = market.best(*market.price_of(self._world, coin))
        both = [market.level(price, self._world.level_amount) for price in (bid, ask)]
        return {"coin": coin, "time": epoch_milliseconds() - self._behind, "bbo": both}

    def _account(self, wanted: Subscription) -> Frame | None:
        user, owner = wanted.user, self._owner(wanted)
        told: Frame
        match wanted.type:
            case "clearinghouseState":
                state = accounts.state(self._world, owner)
                told = {"dex": "", "user": user, "clearinghouseState": state}
            case "allDexsClearinghouseState":
                state = accounts.state(self._world, owner)
                states: list[list[object]] = [["", state]]
                told = {"user": user, "clearinghouseStates": states}
            case "spotState":
                told = {"user": user, "spotState": accounts.spot_state(self._world, owner)}
            case _:
                return None
        return {"channel": wanted.type, "data": told}

    def _owner(self, wanted: Subscription) -> Account | None:
        return self._world.account_at(market.VENUE, wanted.user)

    def fill(self, wanted: Subscription, told: Filled) -> Iterator[Frame]:
        """What a fill says; `userEvents` come on a channel of another name."""
        row = accounts.fill(told, self._world)
        if wanted.type == "userFills":
            yield {"channel": "userFills", "data": {"user": wanted.user, "fills": [row]}}
        if wanted.type == "userEvents":
            yield {"channel": "user", "data": {"fills": [row]}}
            if told.client_id.startswith("autoclose-"):
                mine = accounts.liquidation(told, self._world)
                yield {"channel": "user", "data": {"liquidation": mine}}


def _without_time(frame: bytes) -> Frame:
    read: Frame = orjson.loads(frame)
    return {**read["data"], "time": None}
