"""Commands over a real broker: obeyed once, answered to whoever has the secret, else audited."""

import asyncio
import json
import re
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiomqtt
import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from hedgewatch.notify.mqtt import Mqtt
from hedgewatch.notify.mqtt_orders import signature_of
from hedgewatch.settings import Secret
from tests.commands.room import Room
from tests.notify.alerts import notification, until
from tests.notify.listener import connected, mqtt, text
from tests.support.patience import PATIENCE
from tests.support.servers import Server, find_program

pytestmark = pytest.mark.live

SECRET = "a shared secret"
ACK = "hedgewatch/desk-1/cmd/ack"
REPLIES = "hedgewatch/desk-1/reply/anna"
PAGE = Path(__file__).parents[2] / "deploy" / "MQTT.md"


@dataclass(slots=True)
class Spent:
    """Nonces on a disk that can fail."""

    nonces: set[str] = field(default_factory=set)
    failing: bool = False

    async def spend(self, nonce: str, _until: float, _now: float) -> bool:
        if self.failing:
            raise OSError("no space left on device")
        fresh = nonce not in self.nonces
        self.nonces.add(nonce)
        return fresh


@dataclass(slots=True)
class Phone:
    """Somebody with a client of MQTT 5."""

    client: aiomqtt.Client
    room: Room
    numbered: int = 0

    async def give(self, topic: str = ACK, secret: str = SECRET, **changed: Any) -> bytes:
        """Sign and send a command; what was sent."""
        self.numbered += 1
        retain = changed.pop("retain", False)
        fields = {
            "by": "anna",
            "alert": "HedgeDrift",
            "nonce": f"{self.numbered:016d}",
            "ts": self.room.now,
            **changed,
        }
        content = json.dumps(fields).encode()
        await self.send(topic, content, signature_of(topic, content, Secret(secret)), retain=retain)
        return content

    async def send(
        self, topic: str, content: bytes, signature: str, *, retain: bool = False
    ) -> None:
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        properties.UserProperty = ("signature", signature)
        properties.ResponseTopic = REPLIES
        properties.CorrelationData = b"seven"
        await self.client.publish(topic, content, qos=1, retain=retain, properties=properties)

    async def reply(self) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE):
            async for message in self.client.messages:
                assert getattr(message.properties, "CorrelationData", None) == b"seven"
                reply: dict[str, Any] = json.loads(text(message.payload))
                return reply
        raise AssertionError("the broker went away")


@dataclass(slots=True)
class Scene:
    room: Room
    spent: Spent
    phone: Phone

    async def audited(self, number: int) -> list[tuple[str, str]]:
        """Outcome and reason of so many entries of the audit log."""
        await until(lambda: len(self.room.disk.entries) >= number, self.room.disk.changed)
        return [(entry["outcome"], entry.get("why", "")) for entry in self.room.audited()]


@asynccontextmanager
async def taking(
    broker: Server, folder: Path, spent: Spent | None = None, **settings: object
) -> AsyncIterator[Scene]:
    """A receiver that takes commands, and a phone."""
    file = folder / "command.secret"
    file.touch(mode=0o600)
    file.write_text(SECRET)
    room, spent = Room(), spent or Spent()
    desk: Mqtt = mqtt(broker.port, commands={"secret": {"file": file}, **settings})
    desk.take_commands(room.commands, spent, lambda: room.now)
    async with (
        connected(desk),
        aiomqtt.Client(
            "127.0.0.1", broker.port, protocol=aiomqtt.ProtocolVersion.V5, timeout=10
        ) as client,
    ):
        await desk.deliver(notification())  # waits until it is connected and listens
        await client.subscribe(REPLIES, qos=1)
        yield Scene(room, spent, Phone(client, room))


async def test_a_signed_command_is_obeyed_once_answered_and_written_down(
    mosquitto: Server, tmp_path: Path
) -> None:
    async with taking(mosquitto, tmp_path) as scene:
        content = await scene.phone.give()
        reply = await scene.phone.reply()
        assert (reply["ok"], reply["status"], reply["stored"]) == (True, 200, True)
        assert reply["acknowledged"][0]["alertname"] == "HedgeDrift"
        await scene.phone.send(ACK, content, signature_of(ACK, content, Secret(SECRET)))
        assert await scene.audited(2) == [
            ("done", ""),
            ("refused", "it was given before: each nonce counts once"),
        ]
        assert [event.by for event in scene.room.published] == ["anna"]
        assert scene.room.audited()[0]["channel"] == "mqtt desk"


async def test_every_command_of_the_shell_is_one_here_too(
    mosquitto: Server, tmp_path: Path
) -> None:
    async with taking(mosquitto, tmp_path) as scene:
        cmd = "hedgewatch/desk-1/cmd"
        fields: dict[str, Any] = {"matchers": ["account=main"], "for": "1h", "alert": ""}
        await scene.phone.give(f"{cmd}/silence", **fields)
        reply = await scene.phone.reply()
        assert reply["problems"] == ["unknown field 'alert' (known: by, comment, for, matchers)"]
        await scene.phone.give(f"{cmd}/unack")
        assert (await scene.phone.reply())["status"] == 409
        await scene.phone.give(f"{cmd}/reboot")
        assert (await scene.phone.reply())["status"] == 404


async def test_what_is_forged_retained_stale_or_large_is_refused_and_written_down(
    mosquitto: Server, tmp_path: Path
) -> None:
    async with taking(mosquitto, tmp_path, users=["anna"]) as scene:
        await scene.phone.give(secret="a guess")
        await scene.phone.send(ACK, b'{"by": "anna"}', "")
        await scene.phone.give(retain=True)
        await scene.phone.give(comment="x" * 5000)
        await scene.phone.give(ts=scene.room.now - 60)
        assert "60 s before now" in (await scene.phone.reply())["error"]
        await scene.phone.give(by="mallory")
        assert "none of the users" in (await scene.phone.reply())["error"]
        assert [why.split(":")[0] for _, why in await scene.audited(6)] == [
            "its signature is missing or wrong",
            "its signature is missing or wrong",
            "it is retained",
            "it is longer than 4096 bytes",
            "ts",
            "by",
        ]
        assert scene.room.published == []
    async with taking(mosquitto, tmp_path) as later:  # the broker still has what was retained
        await later.phone.give()
        assert (await later.phone.reply())["ok"]
        assert [outcome for outcome, _ in await later.audited(1)] == ["done"]


async def test_a_nonce_counts_once_over_a_restart_and_a_dead_disk_keeps_nobody_out(
    mosquitto: Server, tmp_path: Path
) -> None:
    spent = Spent()
    async with taking(mosquitto, tmp_path, spent) as scene:
        await scene.phone.give()
        await scene.phone.reply()
    async with taking(mosquitto, tmp_path, spent) as scene:
        await scene.phone.give()  # the same nonce as before
        assert await scene.audited(1) == [
            ("refused", "it was given before: each nonce counts once")
        ]
        spent.failing = True
        content = await scene.phone.give()
        assert (await scene.phone.reply())["ok"]
        await scene.phone.send(ACK, content, signature_of(ACK, content, Secret(SECRET)))
        assert (await scene.audited(3))[2][0] == "refused"


async def test_the_lines_of_the_page_of_mqtt_give_a_command(
    mosquitto: Server, tmp_path: Path
) -> None:
    block = re.search(r"```sh\n(topic=hedgewatch/.*?)```", PAGE.read_text(), re.DOTALL)
    assert block is not None
    rr = find_program("mosquitto_rr")
    script = block[1].replace("mosquitto_rr ", f"{rr} -p {mosquitto.port} -W 10 ")
    async with taking(mosquitto, tmp_path) as scene:
        script = script.replace("$(date +%s)", str(scene.room.now))
        script = script.replace("MarginDanger", "HedgeDrift").replace('"account=main"', "")
        ended = await asyncio.to_thread(
            subprocess.run, ["sh", "-ec", script], capture_output=True, cwd=tmp_path, check=False
        )
        assert ended.returncode == 0, ended.stderr
        assert json.loads(ended.stdout)["ok"]
        assert [event.alertname for event in scene.room.published] == ["HedgeDrift"]
