"""Hyperliquid's `POST /info`: one address, and a `type` that says what is asked.

Weights: Hyperliquid documentation, "Rate limits and user limits".
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hedgewatch.sim.accounts import Account
from hedgewatch.sim.clock import epoch_milliseconds
from hedgewatch.sim.wire import hyperliquid_account as accounts
from hedgewatch.sim.wire import hyperliquid_market as market
from hedgewatch.sim.wire.numbers import plain
from hedgewatch.sim.wire.service import Service

Asked = Mapping[str, Any]

USUAL_WEIGHT = 20
WEIGHTS: Mapping[str, int] = {
    "l2Book": 2,
    "allMids": 2,
    "clearinghouseState": 2,
    "orderStatus": 2,
    "spotClearinghouseState": 2,
    "exchangeStatus": 2,
    "userRole": 60,
}


class OddQuestionError(Exception):
    """A body that the venue cannot make sense of."""


@dataclass(frozen=True, slots=True)
class Call:
    """One question."""

    service: Service
    asked: Asked

    @property
    def account(self) -> Account | None:
        """Whose address is named, None of one that was never used."""
        return account_at(self.service, self.asked.get("user"))

    @property
    def since(self) -> int:
        """From when on."""
        start = self.asked.get("startTime")
        if not isinstance(start, int):
            raise OddQuestionError
        return start


def account_at(service: Service, user: object) -> Account | None:
    """The account of an address, which may be written in capitals."""
    if not (isinstance(user, str) and len(user) == len("0x") + 40 and user[:2] == "0x"):
        raise OddQuestionError
    return service.world.account_at(market.VENUE, user.lower())


def weight_of(asked: Asked) -> int:
    """What a question costs of 1,200 a minute."""
    return WEIGHTS.get(str(asked.get("type")), USUAL_WEIGHT)


def answer(service: Service, asked: Asked) -> Any:
    """The reply to a question."""
    reply = TYPES.get(str(asked.get("type")))
    if reply is None:
        raise OddQuestionError
    return reply(Call(service, asked))


def _state(call: Call) -> Any:
    empty = call.service.faults.take_empty_positions()
    return accounts.state(call.service.world, call.account, listed=not empty)


def _of_a_dex(reply: Callable[[Call], Any]) -> Callable[[Call], Any]:
    """There is no builder's dex here: an unknown one has no reply."""
    return lambda call: None if call.asked.get("dex") else reply(call)


def _book(call: Call) -> Any:
    coin, world = str(call.asked.get("coin")), call.service.world
    if coin not in market.mids(world):
        return None
    behind = call.service.faults.behind_milliseconds
    return market.book(world, coin, call.asked.get("nSigFigs"), behind=behind)


def _candles(call: Call) -> Any:
    wanted = call.asked.get("req")
    if not isinstance(wanted, dict) or wanted.get("interval") != "1m":
        raise OddQuestionError
    if str(wanted.get("coin")) not in market.mids(call.service.world):
        return []
    start, end = int(wanted["startTime"]), int(wanted["endTime"])
    return market.candles(call.service.world, str(wanted["coin"]), start, end)


def _funding(call: Call) -> Any:
    hour = call.since // market.HOUR * market.HOUR
    rate = plain(call.service.world.funding_rate)
    hours = range(hour, epoch_milliseconds(), market.HOUR)
    coin = str(call.asked.get("coin"))
    return [{"coin": coin, "fundingRate": rate, "premium": "0.0", "time": at} for at in hours]


def _ledger(call: Call) -> Any:
    owner, since = call.account, call.since
    if owner is None:
        return []
    moved = [one for one in owner.moved if one.how != "sell" and one.at >= since]
    return [accounts.ledger(one, owner) for one in moved]


def _sales(call: Call) -> Any:
    owner, since = call.account, call.since
    names = {pair.base: name for name, pair in market.pairs(call.service.world).items()}
    sold = [one for one in owner.moved if one.how == "sell"] if owner is not None else []
    return [accounts.sale(one, names[one.asset]) for one in sold if one.at >= since]


def _mode(account: Account | None) -> str:
    if account is None:
        return "default"
    return "unifiedAccount" if account.unified else "disabled"


def _staked(_: Call) -> Any:
    names = ("delegated", "undelegated", "totalPendingWithdrawal")
    return dict.fromkeys(names, "0.0") | {"nPendingWithdrawals": 0}


TYPES: Mapping[str, Callable[[Call], Any]] = {
    "exchangeStatus": lambda _: {"specialStatuses": None, "time": epoch_milliseconds()},
    "meta": _of_a_dex(lambda call: market.meta(call.service.world)),
    "metaAndAssetCtxs": _of_a_dex(
        lambda call: [market.meta(call.service.world), market.contexts(call.service.world)]
    ),
    "perpDexs": lambda _: [None],
    "spotMeta": lambda call: market.spot_meta(call.service.world),
    "spotMetaAndAssetCtxs": lambda call: [
        market.spot_meta(call.service.world),
        market.spot_contexts(call.service.world),
    ],
    "allMids": lambda call: market.mids(call.service.world),
    "l2Book": _book,
    "candleSnapshot": _candles,
    "fundingHistory": _funding,
    "clearinghouseState": _of_a_dex(_state),
    "spotClearinghouseState": lambda call: accounts.spot_state(call.service.world, call.account),
    "userAbstraction": lambda call: _mode(call.account),
    "userRole": lambda call: accounts.role(call.account),
    "userFillsByTime": _sales,
    "userNonFundingLedgerUpdates": _ledger,
    "delegatorSummary": _staked,
    "userVaultEquities": lambda _: [],
    "openOrders": lambda _: [],
    "frontendOpenOrders": lambda _: [],
}
