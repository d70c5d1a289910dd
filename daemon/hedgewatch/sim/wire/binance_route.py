"""What a route of Binance's is: who may ask, what it weighs, how replies are made."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from hedgewatch.sim.accounts import Account
from hedgewatch.sim.wire.service import Service
from hedgewatch.sim.wire.signature import Refusal
from hedgewatch.sim.world import World

UNKNOWN_SYMBOL = (400, -1121, "Invalid symbol.")
DEPTH_WEIGHTS = {5: 2, 10: 2, 20: 2, 50: 2, 100: 5, 500: 10, 1000: 20}
NO_LISTEN_KEY = (400, -1125, "This listenKey does not exist.")


@dataclass(frozen=True, slots=True)
class Call:
    """One request as its reply needs it."""

    service: Service
    query: Mapping[str, str]
    caller: Account | None = None

    @property
    def world(self) -> World:
        """The truth."""
        return self.service.world

    @property
    def account(self) -> Account:
        """Who asks; only routes with security read it."""
        if self.caller is None:
            raise LookupError("a public route asked for its caller")
        return self.caller


@dataclass(frozen=True, slots=True)
class Route:
    """How one address is answered."""

    reply: Callable[[Call], Any]
    security: str = "none"
    weight: int | Callable[[Mapping[str, str]], int] = 1

    def weight_of(self, query: Mapping[str, str]) -> int:
        """What a request with these parameters weighs."""
        return self.weight if isinstance(self.weight, int) else self.weight(query)


def one_or_all(
    reply: Callable[[World, str], Any], listed: Callable[[World], Iterable[str]]
) -> Callable[[Call], Any]:
    """The market that the query names, those that it lists, or all of them."""

    def answer(call: Call) -> Any:
        symbol, known = call.query.get("symbol"), list(listed(call.world))
        named = [symbol] if symbol else _named(call.query.get("symbols")) or known
        if not set(named) <= set(known):
            raise Refusal(*UNKNOWN_SYMBOL)
        replies = [reply(call.world, name) for name in named]
        return replies[0] if symbol else replies

    return answer


def _named(symbols: str | None) -> list[str]:
    """The query's `symbols`, a JSON list."""
    try:
        return [str(symbol) for symbol in orjson.loads(symbols or "[]")]
    except (orjson.JSONDecodeError, TypeError) as error:
        raise Refusal(400, -1100, "Illegal characters found in parameter 'symbols'.") from error


def signed(reply: Callable[[World, Account], Any], weight: int = 5) -> Route:
    """What only the account itself is told."""
    return Route(lambda call: reply(call.world, call.account), "signed", weight)


def positions(reply: Callable[[World, Account], Any]) -> Route:
    """Rows of positions, all or those of one market; none while a fault says so."""

    def answer(call: Call) -> Any:
        empty = call.service.faults.take_empty_positions()
        rows = [] if empty else reply(call.world, call.account)
        symbol, lacking = call.query.get("symbol"), call.service.faults.lacking
        rows = [row for row in rows if row["symbol"] != lacking]
        return [row for row in rows if symbol in {None, row["symbol"]}]

    return Route(answer, "signed", 5)


def since_then(reply: Callable[[Call, int], Any], weight: int = 1) -> Route:
    """A record of the account since a moment."""
    return Route(lambda call: reply(call, int(call.query.get("startTime", "0"))), "signed", weight)


def one_of(call: Call, listed: Iterable[str]) -> str:
    """The market that the query names; raises as the venue does when it names none."""
    symbol = call.query.get("symbol", "")
    if symbol not in listed:
        raise Refusal(*UNKNOWN_SYMBOL)
    return symbol


def issue(venue: str) -> Route:
    """Give a listen key, the living one or a new one."""
    return Route(
        lambda call: {"listenKey": call.service.listen_keys.issue(call.account, venue)}, "key"
    )


def prolong(venue: str) -> Route:
    """Keep the listen key alive; -1125 when there is none."""

    def answer(call: Call) -> Any:
        if not call.service.listen_keys.prolong(call.account, venue):
            raise Refusal(*NO_LISTEN_KEY)
        return {"listenKey": call.service.listen_keys.issue(call.account, venue)}

    return Route(answer, "key")


def end(venue: str) -> Route:
    """End the listen key."""

    def answer(call: Call) -> Any:
        call.service.listen_keys.end(call.account.name, venue)
        return {}

    return Route(answer, "key")


def weight_of_depth(query: Mapping[str, str]) -> int:
    """By how many levels are asked for."""
    return DEPTH_WEIGHTS.get(limit_of(query), 1)


def limit_of(query: Mapping[str, str]) -> int:
    """How many rows are asked for, 0 where that is no number."""
    text = query.get("limit", "500")
    return int(text) if text.isdigit() else 0
