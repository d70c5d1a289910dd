"""Both ends of a real broker: our receiver, and somebody who listens with MQTT 5."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from random import Random
from typing import Any

import aiomqtt

from hedgewatch.notify.mqtt import Mqtt, MqttSettings
from tests.notify.alerts import SECONDS_FOR_ANYTHING


@dataclass(frozen=True, slots=True)
class Listener:
    client: aiomqtt.Client

    async def next(self, ending: str) -> aiomqtt.Message:
        """The next message on a topic of this ending."""
        async with asyncio.timeout(SECONDS_FOR_ANYTHING):
            async for message in self.client.messages:
                if message.topic.value.endswith(ending):
                    return message
        raise AssertionError("the broker went away")

    async def fields(self, ending: str) -> dict[str, Any]:
        """The next JSON object on a topic of this ending."""
        fields: dict[str, Any] = json.loads(text((await self.next(ending)).payload))
        return fields


def text(payload: object) -> str:
    assert isinstance(payload, bytes)
    return payload.decode()


@asynccontextmanager
async def listening_to(port: int, topic: str = "hedgewatch/#") -> AsyncIterator[Listener]:
    async with aiomqtt.Client(
        "127.0.0.1", port, protocol=aiomqtt.ProtocolVersion.V5, timeout=SECONDS_FOR_ANYTHING
    ) as client:
        await client.subscribe(topic, qos=1)
        yield Listener(client)


def mqtt(port: int, **settings: object) -> Mqtt:
    return Mqtt(
        "desk",
        "desk-1",
        MqttSettings.model_validate({"host": "127.0.0.1", "port": port, **settings}),
        Random(7),
    )


@asynccontextmanager
async def connected(receiver: Mqtt) -> AsyncIterator[Mqtt]:
    async with asyncio.TaskGroup() as group:
        connection = group.create_task(receiver.run())
        yield receiver
        connection.cancel()
