"""What people tell the running program to do: from the shell and over a broker, over a restart."""

import json
import signal
import time
import uuid
from typing import Any

import aiomqtt
import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from hedgewatch.notify.mqtt_orders import signature_of
from hedgewatch.settings import Secret
from tests.daemon.house import CANARIES, House
from tests.notify.listener import listening_to, text
from tests.support.daemons import run_program

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

SOON = 3.0


async def shell(house: House, *words: str) -> dict[str, Any]:
    """What `hedgewatch … --json` says of the running daemon."""
    ended = await run_program(*words, "--json", "-c", house.daemon.configuration)
    assert ended.returncode == 0, ended.stderr
    said: dict[str, Any] = json.loads(ended.stdout)
    return said


async def seen_by(house: House, alertname: str) -> str | None:
    """Who has acknowledged an alert that stands."""
    for alert in (await house.daemon.json("/api/v1/alerts"))["alerts"]:
        if alert["alertname"] == alertname:
            seen = alert["acknowledged"]
            return None if seen is None else str(seen["by"])
    raise AssertionError(f"{alertname} does not stand")


async def over_mqtt(house: House, command: str, **fields: object) -> dict[str, Any]:
    """Sign a command as somebody with the secret would; the answer."""
    topic, reply = f"hedgewatch/tested/cmd/{command}", f"hedgewatch/tested/reply/{uuid.uuid4().hex}"
    named = {"by": "bert", "nonce": uuid.uuid4().hex, "ts": time.time(), **fields}  # noqa: TID251
    content = json.dumps(named).encode()
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    properties.ResponseTopic = reply
    signature = signature_of(topic, content, Secret(CANARIES["command"]))
    properties.UserProperty = ("signature", signature)
    async with listening_to(house.broker.port, reply) as listener:
        client: aiomqtt.Client = listener.client
        await client.publish(topic, content, qos=1, properties=properties)
        return await listener.fields(reply)


async def test_what_was_told_by_any_way_holds_over_a_crash_and_is_audited(house: House) -> None:
    house.exchange.world.set_mark("AIXUSDT", 1300)
    await house.daemon.until_fires("MarginDanger", SOON)
    said = await shell(house, "ack", "MarginDanger", "--by", "anna", "--for", "2h")
    assert (said["stored"], len(said["acknowledged"])) == (True, 1)
    said = await over_mqtt(house, "silence", matchers=["alertname=HedgeDrift"], **{"for": "1h"})
    assert said["ok"], said
    assert await seen_by(house, "MarginDanger") == "anna"
    async with listening_to(house.broker.port, "hedgewatch/tested/alert/#") as listener:
        while True:
            message = await listener.next("MarginDanger/main_usdt/state")
            if b"anna" in message.payload:
                break
    assert json.loads(text(message.payload))["state"] == "firing"

    await house.daemon.stop(signal.SIGKILL)
    await house.daemon.start()
    await house.daemon.until_fires("MarginDanger", 20)
    assert await seen_by(house, "MarginDanger") == "anna"
    (silence,) = (await shell(house, "silence", "list"))["silences"]
    assert (silence["id"], silence["by"]) == (said["silence"]["id"], "bert")

    async with listening_to(house.broker.port, "hedgewatch/tested/availability") as listener:
        while text((await listener.next("/availability")).payload) != "online":
            pass
    said = await over_mqtt(house, "unack", alert="MarginDanger")
    assert said["ok"], said
    assert await seen_by(house, "MarginDanger") is None
    entries = (await house.daemon.json("/api/v1/audit"))["audit"]
    assert [(e["command"], e["channel"], e["by"]) for e in entries] == [
        ("unack", "mqtt desk", "bert"),
        ("silence", "mqtt desk", "bert"),
        ("ack", "http 127.0.0.1", "anna"),
    ]


async def test_what_is_silenced_is_kept_from_the_webhook_and_from_nobody_else(house: House) -> None:
    said = await over_mqtt(house, "silence", matchers=["alertname=HedgeDrift"], **{"for": "1h"})
    assert said["ok"], said
    told = len(house.bodies("HedgeDrift"))
    async with listening_to(house.broker.port, "hedgewatch/tested/alert/#") as listener:
        house.exchange.world.set_position("AIXUSDT", -150, 1000)
        await house.daemon.until_fires("HedgeDrift", SOON)
        while (await listener.fields("HedgeDrift/ai-basket/state"))["state"] != "firing":
            pass
    assert len(house.bodies("HedgeDrift")) == told
