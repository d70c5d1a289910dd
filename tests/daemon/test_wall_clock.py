"""The wall clock of a whole daemon steps by an hour, forth and back; the venue's clock does not."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hedgewatch.sim import PaperExchange
from hedgewatch.sim.clock import epoch_milliseconds
from tests.support.daemons import Daemon, Document, worked_example
from tests.support.wall_clock import WallClock

pytestmark = [pytest.mark.live, pytest.mark.slow]

HOUR = 3600
FOR_SECONDS = 5.0
SOCKETS = ("mark", "quote", "user")
RULES = """
groups:
  - name: of the test
    settle: 0s
    rules:
      - alert: Held
        on: position
        expr: mark_price > 1050
        for: 5s
        labels: {severity: warning}
        annotations: {summary: "{symbol} is at {mark_price}"}
      - alert: Stands
        on: position
        expr: mark_price > 500
        labels: {severity: warning}
        annotations: {summary: "{symbol} is at {mark_price}"}
"""
SHIPPED = str(Path(__file__).parents[2] / "rules" / "*.yaml")


class Stepped:
    """A daemon on the paper exchange, and its wall clock."""

    def __init__(self, exchange: PaperExchange, daemon: Daemon, clock: WallClock) -> None:
        self.exchange, self.daemon, self.clock = exchange, daemon, clock

    async def alert(self, name: str) -> Document:
        (found,) = [
            alert
            for alert in (await self.daemon.json("/api/v1/alerts"))["alerts"]
            if alert["alertname"] == name
        ]
        return dict(found)

    def told(self, event: str, **fields: object) -> list[Document]:
        """What was logged of a kind."""
        wanted = {"event": event, **fields}.items()
        return [line for line in self.daemon.events() if wanted <= line.items()]

    async def step(self, ahead: int) -> None:
        """Set the clock; every socket is a new one then, with fresh prices. That they come within
        2 s is held by test_watch_faults, within one loop.
        """
        before, logged = await self.daemon.metrics(), len(self.told("clock_stepped"))
        had = {feed: before.value("reconnects_total", feed=feed) or 0 for feed in SOCKETS}
        self.clock.show(ahead)
        await self.daemon.until(
            lambda seen: all(
                seen.value("reconnects_total", feed=feed) == had[feed] + 1
                and seen.value("feed_up", feed=feed) == 1
                for feed in SOCKETS
            ),
            4.0,
            "every socket is a new one",
        )
        assert len(self.told("clock_stepped")) == logged + 1

    async def reads_again(self) -> None:
        """Jobs go on at their pace, and the venue accepts what they sign."""
        done = {"task": "reconcile", "outcome": "done"}
        count = (await self.daemon.metrics()).value("job_runs_total", **done) or 0
        await self.daemon.until(
            lambda seen: (
                (seen.value("job_runs_total", **done) or 0) > count
                and (seen.value("data_age_seconds", feed="rest") or HOUR) < 4.0
            ),
            9.0,
            "it reads the account again",
        )
        assert (await self.daemon.metrics()).value("feed_up", feed="rest") == 1


def now() -> float:
    """By the clock of the venue."""
    return epoch_milliseconds() / 1000.0


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Stepped]:
    clock = WallClock(tmp_path)
    async with PaperExchange("manual", tick_seconds=0.1) as exchange:
        exchange.world.set_position("AIXUSDT", -200, 1000)
        document = worked_example(tmp_path, exchange)
        (tmp_path / "held.yaml").write_text(RULES)
        document["rules"] = [SHIPPED, "held.yaml"]
        daemon = Daemon(tmp_path, document, clock.environment)
        try:
            await daemon.start()
            yield Stepped(exchange, daemon, clock)
        finally:
            if daemon.process is not None:
                await daemon.stop()
        assert exchange.violations == []


async def test_a_wall_clock_that_steps_an_hour_moves_nothing_but_itself(desk: Stepped) -> None:
    daemon, world = desk.daemon, desk.exchange.world
    began = now()
    await daemon.until_ready()
    await daemon.until_fires("Stands", 5.0)
    stands, before = await desk.alert("Stands"), desk.told("alert")
    for ahead in (HOUR, 0):
        world.set_mark("AIXUSDT", 1100)
        await daemon.until(lambda seen: "Held" in seen.alerts("pending"), 2.0, "it waits")
        held = now()
        await desk.step(ahead)
        await daemon.until_fires("Held", 6.0)
        fired, over = await desk.alert("Held"), now()
        assert fired["fired_at"] - fired["active_since"] >= FOR_SECONDS
        assert began < fired["active_since"] < held < over
        assert held + FOR_SECONDS - 1.0 < fired["fired_at"] < over + 0.5
        seen = await daemon.metrics()
        assert abs(seen.value("clock_skew_seconds") or HOUR) < 1.0, "our clock did not move"
        assert seen.value("account_blind") == 0
        assert (seen.value("data_age_seconds", feed="mark") or HOUR) < 5.0
        assert (seen.value("data_age_seconds", feed="rest") or HOUR) < 9.0
        world.set_mark("AIXUSDT", 1000)
        await daemon.until(lambda seen: "Held" not in seen.alerts(), 2.0, "it is over")
    await desk.reads_again()
    assert [round(told["seconds"]) for told in desk.told("clock_stepped")] == [HOUR, -HOUR]
    since = desk.told("alert")[len(before) :]
    assert {told["alertname"] for told in since if told["state"] == "firing"} <= {
        "ClockJumped",
        "Held",
        "DaemonLate",  # of a busy machine
    }
    assert "ClockJumped" in (await daemon.metrics()).alerts()
    assert (await desk.alert("Stands"))["episode"] == stands["episode"]
    assert [told for told in since if told["alertname"] == "Stands"] == []
