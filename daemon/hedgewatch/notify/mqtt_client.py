"""aiomqtt's client, plus the one thing that it keeps to itself: that the broker refused."""

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from typing import Any

import aiomqtt
import structlog
from paho.mqtt.client import Client as PahoClient
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

JSON = "application/json"

_log = structlog.get_logger()


class RefusedError(aiomqtt.MqttError):
    """The broker took the message and threw it away, for want of a right to publish it."""


class MqttClient(aiomqtt.Client):
    """One connection attempt, and the connection if it succeeds: aiomqtt's clients lose their
    state with a broken link, so each attempt has a new one.

    Messages go one at a time, each acknowledged (QoS 1), because aiomqtt does not say which
    message an acknowledgement was for, nor that it was a refusal.
    """

    def __init__(self, receiver: str, *arguments: Any, **options: Any) -> None:
        self.receiver = receiver
        super().__init__(*arguments, protocol=aiomqtt.ProtocolVersion.V5, **options)
        self._one_at_a_time = asyncio.Lock()
        self._refusal = ""

    async def send(
        self, topic: str, content: bytes | str, properties: Properties, *, retain: bool
    ) -> None:
        """Publish and wait until the broker has it; MqttError, or RefusedError."""
        async with self._one_at_a_time:
            self._refusal = ""
            await self.publish(topic, content, qos=1, retain=retain, properties=properties)
            if self._refusal:
                raise RefusedError(f"the broker refused it: {self._refusal}")

    async def listen_to(self, topics: str, *, retained: bool = False) -> None:
        """Get the messages on these topics that others send, with what is `retained` there on
        demand; RefusedError. That a message was meant to be retained is seen by its flag.
        """
        handling = SubscribeOptions.RETAIN_SEND_ON_SUBSCRIBE
        if not retained:
            handling = SubscribeOptions.RETAIN_DO_NOT_SEND
        options = SubscribeOptions(
            qos=1, noLocal=True, retainAsPublished=True, retainHandling=handling
        )
        for code in await self.subscribe(topics, options=options):
            if isinstance(code, ReasonCode) and code.is_failure:
                raise RefusedError(f"the broker does not let us listen to {topics}: {code}")

    async def next_message(self, patience: float) -> aiomqtt.Message | None:
        """The next message, None when none comes within so many seconds; MqttError when the link
        breaks.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                async for message in self.messages:
                    return message
        return None

    async def mirror(self, saying: Awaitable[None]) -> None:
        """What we may not say or hear costs that, not the connection."""
        try:
            await saying
        except RefusedError as error:
            _log.warning("mqtt_refused", receiver=self.receiver, reason=str(error))

    def _on_publish(
        self,
        client: PahoClient,
        userdata: Any,
        mid: int,
        reason_code: ReasonCode,
        properties: Properties,
    ) -> None:
        if reason_code.is_failure:
            self._refusal = str(reason_code)
        super()._on_publish(client, userdata, mid, reason_code, properties)


def text_properties() -> Properties:
    """Of a message that is a plain word."""
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    properties.PayloadFormatIndicator = 1  # it is UTF-8
    return properties


def json_properties(schema: str, key: str = "", expiry: int | None = None) -> Properties:
    """Of a JSON message: what it is, its idempotency key, and after how many seconds it lies."""
    properties = text_properties()
    properties.ContentType = JSON
    properties.UserProperty = ("schema", schema)
    if key:
        properties.UserProperty = ("idempotency-key", key)
    if expiry is not None:
        properties.MessageExpiryInterval = expiry
    return properties


def user_property(message: aiomqtt.Message, name: str) -> str:
    """What a sender wrote under that name, empty when nothing."""
    pairs = getattr(message.properties, "UserProperty", None) or ()
    return next((str(value) for key, value in pairs if key == name), "")
