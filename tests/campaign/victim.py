"""A process to be killed: engine, store and delivery as the daemon composes them, on a wild market.

    python -m tests.campaign.victim PLAN LIFE

`PLAN` is the JSON file that `tests.campaign.kills` writes. Each life watches accounts of its own,
so that the alerts of the life before end, and prints what is on the disk as soon as it is there:
one key a line. The last life takes up the accounts of the one before, delivers what is left, and
ends.
"""

import asyncio
import json
import sys
import uuid
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from hedgewatch.clock import Clock
from hedgewatch.core.alert_model import AlertRecord, Severity
from hedgewatch.core.engine import Engine
from hedgewatch.core.events import ClockAdvanced, Event
from hedgewatch.core.model import Scope
from hedgewatch.core.rules import Rule
from hedgewatch.monitor import Monitor
from hedgewatch.notify.delivery import DeliveryMeans, Dispatcher
from hedgewatch.notify.outgoing import Delivery
from hedgewatch.notify.routing import everywhere
from hedgewatch.notify.settings import ReceiverPlace, ReceiverSettings, build
from hedgewatch.notify.worker import DeliveryPatience
from hedgewatch.outputs import Dispatch
from hedgewatch.store import Store
from hedgewatch.tasks import Tasks
from hedgewatch.telemetry import logs
from hedgewatch.telemetry.redaction import Redactor
from tests.support.builders import desk, held, mark, market, read, rule, tiered

ACCOUNTS = 8
CALM, DANGER = 100.0, 149.0
RULES: tuple[Rule, ...] = (
    rule("Danger", Scope.POOL, "margin_ratio > 80%", "margin_ratio < 70%", settle=0.0),
    rule(
        "Near",
        Scope.POSITION,
        "liquidation_distance < 10%",
        "liquidation_distance > 15%",
        settle=0.0,
    ),
    rule("Thin", Scope.POOL, "equity < 450", "equity > 480", severity=Severity.WARNING, settle=0.0),
)
_STEP_SECONDS = 0.002
_DRAIN_SECONDS = 60.0
_LAST_SECONDS = 1500.0
"""What the last life has for all that five hundred short ones left undelivered."""


@dataclass(slots=True)
class Witnessed:
    """The store, with somebody beside it who calls out what is on the disk."""

    store: Store

    async def commit(
        self, records: Collection[AlertRecord], deliveries: Collection[Delivery]
    ) -> None:
        await self.store.commit(records, deliveries)
        for delivery in deliveries:
            print(delivery.key, flush=True)

    async def mark_sent(self, keys: Collection[str]) -> None:
        await self.store.mark_sent(keys)

    async def mark_retry(self, key: str, next_at: float) -> None:
        await self.store.mark_retry(key, next_at)

    async def mark_dead(self, key: str, reason: str) -> None:
        await self.store.mark_dead(key, reason)


async def main(plan: dict[str, Any], life: int) -> None:
    chance = Random(f"{plan['seed']}/{life}")
    clock, tasks = Clock(), Tasks()
    store = await Store.open(Path(plan["store"]))
    is_last = life == plan["last"]
    names = tuple(f"life{life - is_last}-{number}" for number in range(ACCOUNTS))
    engine = Engine(
        desk(holdings={}, prices={}, accounts=names), RULES, clock.now(), lambda: uuid.uuid4().hex
    )
    place = ReceiverPlace(instance="campaign", output=sys.stderr, clock=clock.now, jitter=chance)
    receivers = [build(ReceiverSettings.model_validate(each), place) for each in plan["receivers"]]
    means = DeliveryMeans(
        outbox=Witnessed(store),
        clock=clock.now,
        patience=DeliveryPatience(jitter=chance, first_wait=0.2, longest_wait=1.0),
        on_result=lambda _receiver, _result: None,
        told_again=engine.told_again,
    )
    dispatcher = Dispatcher(receivers, everywhere(each.name for each in receivers), means)
    monitor = Monitor(engine.handle, clock.now, lambda _seconds: None)
    monitor.attach(Dispatch(dispatcher))
    records, waiting = await store.load()
    async with tasks:
        dispatcher.restore(records, waiting, clock.now())
        dispatcher.start(tasks.spawn)
        monitor.tell(ClockAdvanced(), engine.restore(records, clock.now()))
        tasks.spawn("monitor", monitor.run())
        if is_last:
            await _delivered(dispatcher)
        else:
            await _trade(monitor, clock, names, chance)
        await dispatcher.drain(_DRAIN_SECONDS)
    await store.close()


async def _trade(monitor: Monitor, clock: Clock, names: tuple[str, ...], chance: Random) -> None:
    """A market of each account's own, which falls out of calm and back until somebody kills us."""
    for event in _opening(names, clock.now()):
        monitor.publish(event)
    while True:
        number = chance.randrange(ACCOUNTS)
        price = chance.choice((CALM, DANGER)) + chance.random()
        monitor.publish(mark(_symbol(number), price)(clock.now()))
        monitor.publish(ClockAdvanced())
        await asyncio.sleep(_STEP_SECONDS * chance.random())


def _opening(names: tuple[str, ...], now: float) -> Iterator[Event]:
    for number, name in enumerate(names):
        symbol = _symbol(number)
        yield market(symbol)
        yield tiered(symbol, account=name)
        yield read(held(symbol, -10.0, CALM), wallet=500.0, account=name)(now)
        yield mark(symbol, CALM)(now)


def _symbol(number: int) -> str:
    return f"C{number}/USDT:USDT"


async def _delivered(dispatcher: Dispatcher) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(_LAST_SECONDS):
            while dispatcher.waiting:  # noqa: ASYNC110 - nothing tells when the last has gone
                await asyncio.sleep(0.05)


if __name__ == "__main__":
    logs.configure(sys.stderr, Redactor())
    asyncio.run(main(json.loads(Path(sys.argv[1]).read_text()), int(sys.argv[2])))
