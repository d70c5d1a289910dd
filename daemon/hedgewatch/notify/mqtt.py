"""Alerts and live state over MQTT 5, through aiomqtt (the name of asyncio-mqtt since 2023: what
is published under the old one crashes with today's paho).

The broker hears twice how we are: a last will says offline when we die or lose the network, a
farewell says so when we leave, because a proper good-bye makes the broker drop the will.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from math import ceil
from random import Random
from typing import Final, Protocol

import aiomqtt
import structlog
from paho.mqtt.properties import Properties

from hedgewatch.command import Nonces, Obeys
from hedgewatch.core.alert_model import AlertState
from hedgewatch.notify import topics
from hedgewatch.notify.home_assistant import HomeAssistant
from hedgewatch.notify.mqtt_client import MqttClient, json_properties, text_properties
from hedgewatch.notify.mqtt_commands import MqttCommands
from hedgewatch.notify.mqtt_failures import NO_CONNECTION, why_not_connected
from hedgewatch.notify.mqtt_settings import MqttSettings, broker_options
from hedgewatch.notify.outgoing import Notification
from hedgewatch.notify.payload import alert_json, as_bytes
from hedgewatch.notify.receiver import DeliveryError
from hedgewatch.notify.report import Report
from hedgewatch.settings import SecretError

__all__ = ["Mqtt", "MqttSettings"]

_ALERT_SCHEMA = "hedgewatch.alert/1"
_ACCOUNT_SCHEMA = "hedgewatch.account/1"
_HEDGE_SCHEMA = "hedgewatch.hedge/1"
_DESK_SCHEMA = "hedgewatch.desk/1"
_REPORT_SCHEMA = "hedgewatch.report/1"
_HEARTBEAT_SCHEMA = "hedgewatch.heartbeat/1"
_KEEPALIVE = 15
_TIMEOUT = 5.0
_FAREWELL_SECONDS = 2.0
_CONNECT_PATIENCE = 1.0  # how long a notification waits for a connection before it is put off
_STATE_PERIOD = 1.0
_MOST_UNHEARD = 1000
_LONGEST_PAUSE = 10.0
_CALM_END_SECONDS = 300
_ALARMING_END_SECONDS = 86400

_log = structlog.get_logger()


class Companion(Protocol):
    """Shares the connection: it begins with each new one, hears what comes, and has its turn each
    second.
    """

    async def begin(self, client: MqttClient) -> None: ...

    async def hear(self, client: MqttClient, message: aiomqtt.Message) -> None: ...

    async def turn(self, client: MqttClient) -> None: ...


class Mqtt:
    """Mirrors every live alert in retained topics and reports each transition once.

    It remembers the latest state of each alert that fires, or whose end is not published yet, and
    publishes them all anew after a reconnect: a broker may have lost what it retained. States
    of accounts conflate: the latest goes out, once a second; without a connection they are dropped,
    because an old state of an account is a lie.
    """

    def __init__(self, name: str, instance: str, settings: MqttSettings, jitter: Random) -> None:
        self.name: Final = name
        self._instance = instance
        self._settings = settings
        self._jitter = jitter
        self._alerts: dict[str, Notification] = {}
        self._states: dict[str, tuple[Mapping[str, object], Properties]] = {}
        self._client: MqttClient | None = None
        self._connected = asyncio.Event()
        self._said = ""
        home = settings.home_assistant
        self._home = None if home is None else HomeAssistant(instance, home)
        self._companions: list[Companion] = [] if self._home is None else [self._home]

    def take_commands(self, obeys: Obeys, nonces: Nonces, clock: Callable[[], float]) -> None:
        """Pass on the commands that come over this broker, if it may take any; before `run`."""
        settings = self._settings.commands
        if settings is not None:
            taken = MqttCommands(self.name, self._instance, settings, obeys, nonces, clock)
            self._companions.append(taken)

    def remember(self, notification: Notification) -> None:
        """Show it at the next connection."""
        self._alerts[notification.alert] = notification

    def publish_state(self, account: str, payload: Mapping[str, object], expiry: float) -> None:
        """Show an account as it stands, for `expiry` seconds."""
        if self._home is not None:
            self._home.see_account(account, payload)
        topic = topics.account_state(self._instance, account)
        self._show(topic, payload, _ACCOUNT_SCHEMA, expiry)

    def publish_hedge(self, hedge: str, payload: Mapping[str, object], expiry: float) -> None:
        """Show a hedge as it stands, for `expiry` seconds."""
        if self._home is not None:
            self._home.see_hedge(hedge)
        self._show(topics.hedge_state(self._instance, hedge), payload, _HEDGE_SCHEMA, expiry)

    def publish_desk(self, payload: Mapping[str, object], expiry: float) -> None:
        """Show what stands, for `expiry` seconds."""
        if self._home is not None:
            self._home.see_desk()
        self._show(topics.desk_state(self._instance), payload, _DESK_SCHEMA, expiry)

    def publish_heartbeat(self, payload: Mapping[str, object], expiry: float) -> None:
        """Show a sign of life, which disappears after `expiry` seconds."""
        self._show(topics.heartbeat(self._instance), payload, _HEARTBEAT_SCHEMA, expiry)

    def _show(self, topic: str, payload: Mapping[str, object], schema: str, expiry: float) -> None:
        if self._client is not None:
            self._states[topic] = (payload, json_properties(schema, expiry=_whole(expiry)))

    async def deliver(self, notification: Notification) -> None:
        """Publish an alert's state and transition, or a report; DeliveryError without a broker."""
        if notification.report is None:
            self.remember(notification)
        client = await self._connection()
        try:
            if notification.report is not None:
                await self._publish_report(client, notification.report, notification.key)
                return
            await self._publish_alert(client, notification)
            await client.send(
                topics.event(self._instance),
                as_bytes(alert_json(notification)),
                json_properties(_ALERT_SCHEMA, notification.key),
                retain=False,
            )
        except aiomqtt.MqttError as error:
            raise DeliveryError(str(error), retryable=True) from None
        if notification.transition.state is not AlertState.FIRING:
            self._forget(notification)

    async def run(self) -> None:
        """Hold up a connection until cancelled."""
        failures = 0
        while True:
            try:
                await self._session()
            except (aiomqtt.MqttError, OSError, SecretError) as error:
                failures = 0 if self._connected.is_set() else failures + 1
                self._say_once(self._in_words(error))
            finally:
                self._connected.clear()
            await asyncio.sleep(self._jitter.uniform(0.0, min(_LONGEST_PAUSE, 2.0**failures / 2)))

    def _in_words(self, error: Exception) -> str:
        if isinstance(error, SecretError):
            return str(error)
        return why_not_connected(error, with_user=self._settings.username is not None)

    def _say_once(self, reason: str) -> None:
        """A broker that stays away is one line in the log, not one every ten seconds."""
        if self._connected.is_set() or reason != self._said:
            _log.warning("mqtt_disconnected", receiver=self.name, reason=reason)
        self._said = reason

    async def _session(self) -> None:
        async with self._new_client() as client:
            try:
                for companion in self._companions:
                    await client.mirror(companion.begin(client))
                await client.mirror(self._say(client, "online"))
                for alert in tuple(self._alerts.values()):
                    await client.mirror(self._publish_alert(client, alert))
                self._client = client
                self._connected.set()
                self._said = ""
                _log.info("mqtt_connected", receiver=self.name)
                await self._stay(client)
            finally:
                self._client = None
                self._states.clear()
                await self._farewell(client)

    async def _stay(self, client: MqttClient) -> None:
        """Publish states and hear what comes until the link breaks, which ends the messages."""
        while True:
            states, self._states = self._states, {}
            for topic, (payload, properties) in states.items():
                content = as_bytes(payload)
                await client.mirror(client.send(topic, content, properties, retain=True))
            for companion in self._companions:
                await companion.turn(client)
            _heed_a_lost_cancellation()
            message = await client.next_message(_STATE_PERIOD)
            if message is not None:
                for companion in self._companions:
                    await companion.hear(client, message)

    async def _publish_alert(self, client: MqttClient, notification: Notification) -> None:
        transition = notification.transition
        expiry = None
        if transition.state is not AlertState.FIRING:
            alarming = transition.is_alarming_end
            expiry = _ALARMING_END_SECONDS if alarming else _CALM_END_SECONDS
        await client.send(
            topics.alert_state(self._instance, transition.alertname, transition.subject),
            as_bytes(alert_json(notification)),
            json_properties(_ALERT_SCHEMA, notification.key, expiry),
            retain=True,
        )

    async def _publish_report(self, client: MqttClient, report: Report, key: str) -> None:
        await client.send(
            topics.report(self._instance, report.kind),
            as_bytes(report.told),
            json_properties(_REPORT_SCHEMA, key),
            retain=True,
        )

    async def _say(self, client: MqttClient, word: str) -> None:
        topic = topics.availability(self._instance)
        await client.send(topic, word, text_properties(), retain=True)

    async def _farewell(self, client: MqttClient) -> None:
        with suppress(aiomqtt.MqttError, TimeoutError):
            async with asyncio.timeout(_FAREWELL_SECONDS):
                await self._say(client, "offline")

    async def _connection(self) -> MqttClient:
        with suppress(TimeoutError):
            async with asyncio.timeout(_CONNECT_PATIENCE):
                await self._connected.wait()
        if self._client is None:
            raise DeliveryError(self._said or NO_CONNECTION, retryable=True)
        return self._client

    def _forget(self, notification: Notification) -> None:
        if self._alerts.get(notification.alert) is notification:
            del self._alerts[notification.alert]

    def _new_client(self) -> MqttClient:
        settings = self._settings
        return MqttClient(
            self.name,
            settings.host,
            settings.port,
            identifier=f"hedgewatch-{self._instance}",
            **broker_options(settings),
            keepalive=_KEEPALIVE,
            timeout=_TIMEOUT,
            max_queued_incoming_messages=_MOST_UNHEARD,
            will=aiomqtt.Will(topics.availability(self._instance), "offline", 1, retain=True),
        )


def _heed_a_lost_cancellation() -> None:
    """Before Python 3.12 `wait_for`, which aiomqtt waits with, swallows a cancellation that comes
    together with what is waited for: the daemon would never stop.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def _whole(seconds: float) -> int:
    """As MQTT counts: whole seconds, at least one."""
    return max(1, ceil(seconds))
