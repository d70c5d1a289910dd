"""The sign of life: it leaves while all is well, stops at once when not, and leaks no address."""

from pathlib import Path

import pytest
from pydantic import ValidationError
from structlog.testing import capture_logs

from hedgewatch.core.wording import rfc3339
from hedgewatch.notify.heartbeat import Body, Heartbeat, HeartbeatSettings
from tests.notify.alerts import (
    NOON,
    Memory,
    Phone,
    Slow,
    Wall,
    composed,
    notification,
    now,
    running,
    transition,
)
from tests.notify.listener import connected, listening_to, mqtt
from tests.notify.sink import Sink, listening
from tests.support.servers import Server, free_port


class Watched:
    """A heartbeat whose time and ailments a test sets. It counts as metrics do."""

    def __init__(self, settings: HeartbeatSettings, beacons: tuple[object, ...] = ()) -> None:
        self.now = NOON
        self.ailments: tuple[str, ...] = ()
        self.sent: list[float] = []
        self.beat = Heartbeat(
            settings,
            Body(
                instance="desk-1",
                ailments=lambda: self.ailments,
                clock=lambda: self.now,
                beacons=beacons,  # type: ignore[arg-type]
                metrics=self,
            ),
        )

    def heartbeat_sent(self, now: float) -> None:
        self.sent.append(now)

    async def look(self, *, after: float = 1.0) -> None:
        self.now += after
        await self.beat.look()


def to(url: str, **settings: object) -> HeartbeatSettings:
    return HeartbeatSettings.model_validate({"url": url, **settings})


@pytest.mark.live
async def test_it_leaves_once_each_period_and_only_while_nothing_is_wrong() -> None:
    async with listening(Sink()) as sink:
        watched = Watched(to(sink.url))
        for _ in range(61):
            await watched.look()
        assert [round(at - NOON) for at in watched.sent] == [1, 31, 61]
        assert [body["ts"] for body in sink.bodies] == [rfc3339(at) for at in watched.sent]
        assert sink.bodies[0]["instance"] == "desk-1"
        with capture_logs() as logs:
            for second in range(100):
                watched.ailments = (f"data: main: no reading for {20 + second} s",)
                await watched.look()
        assert len(sink.bodies) == 3
        assert [line["event"] for line in logs] == ["heartbeat_withheld"]
        assert logs[0]["because"] == ["data: main: no reading for 20 s"]
        assert watched.beat.status() == {
            "last_sent": watched.sent[-1],
            "withheld_because": ["data: main: no reading for 119 s"],
        }
        watched.ailments = ()
        await watched.look()
        assert len(sink.bodies) == 4
        assert watched.beat.status()["withheld_because"] == []


@pytest.mark.live
async def test_an_address_that_refuses_is_tried_again_soon_and_said_once() -> None:
    redirect = (302, {"Location": "http://127.0.0.1:1/"})
    async with listening(Sink(answers=[(500, {}), redirect, "reset"])) as sink:
        watched = Watched(to(sink.url))
        with capture_logs() as logs:
            for _ in range(20):
                await watched.look()
        assert [round(at - NOON) for at in watched.sent] == [16]
        assert [line["event"] for line in logs] == ["heartbeat_not_taken", "heartbeat_taken_again"]
    assert watched.beat.status()["withheld_because"] == []


async def test_the_address_is_a_secret_and_is_in_no_log_and_no_status(tmp_path: Path) -> None:
    canary = "canary-of-the-snitch"
    file = tmp_path / "url"
    file.touch(mode=0o600)
    file.write_text(f"http://127.0.0.1:{free_port()}/{canary}")
    watched = Watched(HeartbeatSettings.model_validate({"url": {"file": file}}))
    with capture_logs() as logs:
        await watched.look()
        file.write_text(f"ht!tp://{canary}")
        await watched.look(after=10.0)
        file.unlink()
        await watched.look(after=10.0)
    assert [line["event"] for line in logs] == ["heartbeat_not_taken"]
    assert canary not in f"{logs} {watched.beat.status()} {watched.sent}"
    assert watched.sent == []


def test_a_period_is_neither_a_flood_nor_a_day() -> None:
    for every in ("1s", "2h"):
        with pytest.raises(ValidationError):
            HeartbeatSettings.model_validate({"every": every})
    with pytest.raises(ValidationError, match="password"):
        to("https://anna:secret@example.org/")


@pytest.mark.live
async def test_brokers_show_it_until_it_is_overdue(mosquitto: Server) -> None:
    async with listening_to(mosquitto.port) as listener, connected(mqtt(mosquitto.port)) as desk:
        watched = Watched(HeartbeatSettings(), (desk,))
        await listener.next("/availability")
        await desk.deliver(notification())  # waits for the connection
        await watched.look()
        message = await listener.next("hedgewatch/desk-1/heartbeat")
    assert getattr(message.properties, "MessageExpiryInterval", None) in (59, 60)


async def test_a_receiver_is_stuck_while_it_takes_nothing_and_told_once_another_does() -> None:
    phone = Phone("phone")
    wall = Wall()
    delivering = composed([wall, phone], Memory())
    async with running(delivering):
        delivering.tell(transition())
        await phone.has(1)
        (stuck,) = delivering.dispatcher.stuck(now() + 40.0)
    assert stuck[0] == "wall"
    assert stuck[1] > 39.0
    assert stuck[2]


async def test_nobody_was_told_while_every_receiver_is_stuck() -> None:
    one, two = Slow("one"), Slow("two")
    delivering = composed([one, two], Memory())
    async with running(delivering):
        delivering.tell(transition())
        await one.begun.wait()
        await two.begun.wait()
        assert [told for _, _, told in delivering.dispatcher.stuck(now() + 40.0)] == [False, False]
