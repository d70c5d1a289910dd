"""Shows the desk in Home Assistant by its MQTT discovery, and takes it away again."""

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Annotated, Any

import aiomqtt
from pydantic import AfterValidator, BeforeValidator

from hedgewatch.notify.home_devices import Component, Device, Devices
from hedgewatch.notify.mqtt_client import MqttClient, json_properties
from hedgewatch.notify.payload import as_bytes
from hedgewatch.settings import Settings

_SCHEMA = "homeassistant.device/1"
_PREFIX = "homeassistant"
_TOPIC = re.compile(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*")


def _topic(text: str) -> str:
    if not _TOPIC.fullmatch(text):
        raise ValueError("must be a topic of letters, digits, _ and -, like homeassistant")
    return text


class HomeAssistantSettings(Settings):
    """Below which topic Home Assistant looks for devices. What is not `shown` is taken away there,
    if an earlier start has shown it.
    """

    prefix: Annotated[str, AfterValidator(_topic)] = _PREFIX
    shown: bool = True


def _as_mapping(written: object) -> object:
    if isinstance(written, bool):
        return {"shown": written}
    if not isinstance(written, dict | HomeAssistantSettings):
        raise ValueError("must be true, false, or a mapping: {prefix: homeassistant}")  # noqa: TRY004
    return written


HomeAssistantKey = Annotated[HomeAssistantSettings, BeforeValidator(_as_mapping)]
"""Written as `true`, `false` or a mapping."""


class HomeAssistant:
    """Publishes a retained configuration a device, anew when it changes, when Home Assistant comes
    back, and with each connection; what is no longer there, or `shown` no more, is taken away.

    What the broker has of us from an earlier start it learns from the broker itself.
    """

    def __init__(self, instance: str, settings: HomeAssistantSettings) -> None:
        self._prefix = settings.prefix
        self._devices = Devices(instance)
        self._shown = settings.shown
        self._known = not settings.shown
        self._wanted: dict[str, Device] = {}
        self._seen: dict[str, Device] = {}
        self._published: dict[str, Mapping[str, Any]] = {}

    def see_account(self, name: str, state: Mapping[str, Any]) -> None:
        """An account as it stands."""
        self._see(self._devices.account(name, state))

    def see_hedge(self, name: str) -> None:
        """A hedge there is."""
        self._see(self._devices.hedge(name))

    def see_desk(self) -> None:
        """All of it was seen: what was not is gone."""
        self._see(self._devices.desk())
        self._wanted, self._seen, self._known = self._seen, {}, True

    def _see(self, device: Device) -> None:
        if self._shown:
            self._seen[device.identity] = device

    async def begin(self, client: MqttClient) -> None:
        """Ask what the broker has of us, and hear when Home Assistant comes back."""
        self._published.clear()
        await client.listen_to(f"{self._prefix}/device/+/config", retained=True)
        await client.listen_to(f"{self._prefix}/status")

    async def hear(self, _client: MqttClient, message: aiomqtt.Message) -> None:
        """Learn what is published, or that it must be told anew."""
        topic, content = message.topic.value, message.payload
        if topic == f"{self._prefix}/status":
            if content == b"online":
                self._published.clear()
        elif message.topic.matches(f"{self._prefix}/device/+/config"):
            with suppress(ValueError, RecursionError):
                document = json.loads(content)
                if isinstance(document, dict) and self._devices.is_ours(document):
                    self._published[topic.split("/")[-2]] = document

    async def turn(self, client: MqttClient) -> None:
        """Bring Home Assistant up to date."""
        if not self._known:
            return
        for identity in self._published.keys() - self._wanted.keys():
            await self._say(client, identity, b"")
            del self._published[identity]
        for identity, device in self._wanted.items():
            await self._update(client, identity, device)

    async def _update(self, client: MqttClient, identity: str, device: Device) -> None:
        """A part that goes is named once more, by its platform alone: that is how Home Assistant
        is told to remove it.
        """
        before = _components(self._published.get(identity))
        components = dict(device.components)
        if not device.whole:
            components = before | components
        document = self._devices.document(device, components)
        if self._published.get(identity) == document:
            return
        gone = {key: _platform(part) for key, part in before.items() if key not in components}
        if gone:
            farewell = self._devices.document(device, components | gone)
            await self._say(client, identity, as_bytes(farewell))
        await self._say(client, identity, as_bytes(document))
        self._published[identity] = document

    async def _say(self, client: MqttClient, identity: str, content: bytes) -> None:
        topic = f"{self._prefix}/device/{identity}/config"
        properties = json_properties(_SCHEMA)
        await client.mirror(client.send(topic, content, properties, retain=True))


def _components(document: Mapping[str, Any] | None) -> dict[str, Component]:
    found = None if document is None else document.get("components")
    return dict(found) if isinstance(found, dict) else {}


def _platform(component: object) -> Component:
    platform = component.get("platform") if isinstance(component, Mapping) else None
    return {"platform": platform or "sensor"}
