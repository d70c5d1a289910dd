"""Takes commands from a broker: only signed ones, each once, and answers where it was asked to."""

import asyncio
from collections.abc import Callable
from typing import Annotated

import aiomqtt
import structlog
from pydantic import Field

from hedgewatch.command import Nonces, Obeys, Reply
from hedgewatch.notify import topics
from hedgewatch.notify.mqtt_client import MqttClient, json_properties, user_property
from hedgewatch.notify.mqtt_orders import Arrived, NotBelievedError, Order, order_of
from hedgewatch.notify.payload import as_bytes
from hedgewatch.settings import SecretError, SecretReference, Settings

_REPLY_SCHEMA = "hedgewatch.reply/1"
_DISK_PATIENCE = 1.0
_REFUSED = 403
_DONE = 200

_log = structlog.get_logger()


class CommandSettings(Settings):
    """Who may give commands over a broker: whoever has the secret, in the name of one of `users`;
    without them in any name.
    """

    secret: SecretReference
    users: Annotated[tuple[str, ...], Field(min_length=1)] | None = None


class MqttCommands:
    """Shares the connection of a receiver. What it does not obey it passes on to be written down;
    an answer gets only who has the secret.
    """

    def __init__(
        self,
        receiver: str,
        instance: str,
        settings: CommandSettings,
        obeys: Obeys,
        nonces: Nonces,
        clock: Callable[[], float],
    ) -> None:
        self._channel = f"mqtt {receiver}"
        self._instance = instance
        self._settings = settings
        self._obeys = obeys
        self._nonces = nonces
        self._clock = clock
        self._spent: dict[str, float] = {}

    async def begin(self, client: MqttClient) -> None:
        """Listen for commands from now on; what was said before is over."""
        await client.listen_to(f"{topics.commands(self._instance)}/+")

    async def turn(self, client: MqttClient) -> None:
        """Nothing happens here by itself."""

    async def hear(self, client: MqttClient, message: aiomqtt.Message) -> None:
        """Obey a command, or have it written down why not."""
        if not message.topic.matches(f"{topics.commands(self._instance)}/+"):
            return
        arrived = Arrived(
            topic=message.topic.value,
            content=message.payload,
            retained=message.retain,
            signature=user_property(message, "signature"),
        )
        reply = await self._obey(arrived)
        if reply is not None:
            await self._answer(client, message, reply)

    async def _obey(self, arrived: Arrived) -> Reply | None:
        """The answer; None where none is due."""
        try:
            order = order_of(arrived, self._settings.secret.read(), self._clock())
            await self._check(order)
        except NotBelievedError as error:
            command = arrived.topic.rpartition("/")[2]
            await self._obeys.refused(command[:40], self._channel, str(error), error.by[:64])
            refusal = {"error": str(error)}
            return Reply(status=_REFUSED, document=refusal) if error.signed else None
        except SecretError as error:
            _log.error("mqtt_commands_without_secret", reason=str(error))
            return None
        return await self._obeys.obey(order.command, order.fields, self._channel)

    async def _check(self, order: Order) -> None:
        """Whose command it is, and that it was not given before."""
        users = self._settings.users
        if users is not None and order.by not in users:
            why = f"by: '{order.by[:64]}' is none of the users that may give commands here"
            raise NotBelievedError(why, by=order.by, signed=True)
        now = self._clock()
        self._spent = {nonce: until for nonce, until in self._spent.items() if until >= now}
        if order.nonce in self._spent or not await self._is_new(order, now):
            raise NotBelievedError("it was given before: each nonce counts once", by=order.by)
        self._spent[order.nonce] = order.good_until

    async def _is_new(self, order: Order, now: float) -> bool:
        """By the disk, which knows what was given before a restart. One that fails or hangs keeps
        no command from working: memory is enough as long as this process lives.
        """
        try:
            async with asyncio.timeout(_DISK_PATIENCE):
                return await self._nonces.spend(order.nonce, order.good_until, now)
        except OSError as error:  # a TimeoutError is one
            _log.error("nonce_not_stored", reason=str(error) or "the disk does not answer")
            return True

    async def _answer(self, client: MqttClient, message: aiomqtt.Message, reply: Reply) -> None:
        """Where it was asked to, and only below our own topic of replies: an answer must not be
        turned into a message in our name elsewhere.
        """
        topic = getattr(message.properties, "ResponseTopic", None)
        below = topics.replies(self._instance) + "/"
        if not isinstance(topic, str) or not topic.startswith(below) or set("+#") & set(topic):
            return
        properties = json_properties(_REPLY_SCHEMA)
        correlation = getattr(message.properties, "CorrelationData", None)
        if correlation is not None:
            properties.CorrelationData = correlation
        document = {"ok": reply.status == _DONE, "status": reply.status, **reply.document}
        await client.mirror(client.send(topic, as_bytes(document), properties, retain=False))
