"""A desk with everything around it: a paper exchange, a broker, a webhook, and the daemon."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hedgewatch.sim import DEMO_KEY, DEMO_SECRET, SECOND_KEY, SECOND_SECRET, PaperExchange
from tests.notify.listener import listening_to
from tests.notify.sink import Sink, listening
from tests.support.daemons import Daemon, Document, secret_file, worked_example
from tests.support.servers import Server, mosquitto_server

CANARIES = {
    "token": "canary-of-the-token",
    "signature": "canary-of-the-signature",
    "username": "canary-of-the-username",
    "password": "canary-of-the-password",
    "heartbeat": "canary-of-the-heartbeat",
    "command": "canary-of-the-commands",
}
LISTEN_KEY = "paperbinanceusdmmain"
"""How every listen key of the paper exchange begins."""

SECRETS = (*CANARIES.values(), DEMO_KEY, DEMO_SECRET, SECOND_KEY, SECOND_SECRET, LISTEN_KEY)
DOCUMENTS = (
    "status",
    "accounts",
    "positions",
    "pools",
    "hedges",
    "assets",
    "alerts",
    "rules",
    "silences",
    "audit",
)


@dataclass(slots=True)
class House:
    """One of everything. Tests change the world and the faults, and look at the daemon."""

    folder: Path
    exchange: PaperExchange
    daemon: Daemon
    sink: Sink
    snitch: Sink
    broker: Server

    def bodies(self, alertname: str) -> list[dict[str, Any]]:
        """What the webhook was sent about an alert."""
        return [body for body in self.sink.bodies if body["groupLabels"]["alertname"] == alertname]

    def statuses(self, alertname: str) -> list[str]:
        """The same, only `firing` and `resolved`, in order."""
        return [body["status"] for body in self.bodies(alertname)]

    async def until_told(self, alertname: str, status: str, within: float) -> None:
        """Until the webhook's last word about an alert is this."""

        async def told() -> bool:
            return self.statuses(alertname)[-1:] == [status]

        await self.daemon.until_true(told, f"the webhook hears: {alertname} {status}", within)

    async def secrets_shown(self) -> list[str]:
        """Every place where a secret can be read by who should not read it."""
        paths = ("metrics", "readyz", *(f"api/v1/{name}" for name in DOCUMENTS))
        answers = {path: (await self.daemon.ask(f"/{path}"))[1] for path in paths}
        stored = {
            path.name: path.read_bytes().decode(errors="replace")
            for path in (self.daemon.output, *self.folder.glob("state.db*"))
        }
        async with listening_to(self.broker.port) as listener:
            retained = str([await listener.next("") for _ in range(2)])
        sent = {"webhook": json.dumps(self.sink.bodies), "broker": retained}
        return [
            f"{secret} in {place}"
            for place, shown in (answers | stored | sent).items()
            for secret in SECRETS
            if secret in shown
        ]

    async def calm(self) -> None:
        """End every fault, put the world back, and wait until nothing fires."""
        world = self.exchange.world
        self.exchange.faults.restore()
        world.accounts["main"].rights.update(
            {name: name == "enableReading" for name in world.accounts["main"].rights}
        )
        world.accounts["main"].wallet = world.accounts["main"].wallet * 0 + 100_000
        world.set_mark("ALTUSDT", "0.40")
        world.set_mark("AIXUSDT", 1000)
        world.set_position("AIXUSDT", -200, 1000)
        if self.daemon.process is None:
            await self.daemon.start()
        await self.daemon.until_ready(40)
        await self.daemon.until(
            lambda seen: (
                not seen.alerts()
                and seen.value("position_contracts") == -200
                and seen.value("equity") == 100_000
            ),
            40,
            "calm",
        )

        async def told() -> bool:
            names = {body["groupLabels"]["alertname"] for body in self.sink.bodies}
            return all(self.statuses(name)[-1] == "resolved" for name in names)

        await self.daemon.until_true(told, "the webhook was told that all is well", 5.0)


def with_receivers(folder: Path, document: Document, sink: Sink, broker: Server) -> Document:
    """The same desk, told by webhook and by MQTT, each with secrets."""
    hook = {"url": sink.url, "secret": secret_file(folder, "signature", CANARIES["signature"])}
    mqtt = {
        "host": broker.host,
        "port": broker.port,
        "username": secret_file(folder, "username", CANARIES["username"]),
        "password": secret_file(folder, "password", CANARIES["password"]),
        "commands": {"secret": secret_file(folder, "command.secret", CANARIES["command"])},
    }
    receivers = [{"name": "hook", "webhook": hook}, {"name": "desk", "mqtt": mqtt}]
    return {**document, "receivers": receivers}


@asynccontextmanager
async def housed(
    folder: Path,
    environment: Mapping[str, str] | None = None,
    token: str = CANARIES["token"],
) -> AsyncIterator[House]:
    """The worked example on a market that stands still until a test moves it.

    Whatever was tested, nothing that could trade may have been asked.
    """
    broker = mosquitto_server(folder)
    await asyncio.to_thread(broker.start)
    try:
        async with (
            PaperExchange("manual", tick_seconds=0.1) as exchange,
            listening(Sink(secret=CANARIES["signature"])) as sink,
            listening(Sink()) as snitch,
        ):
            document = with_receivers(folder, worked_example(folder, exchange), sink, broker)
            url = f"{snitch.url}?{CANARIES['heartbeat']}"
            document["heartbeat"] = {"url": secret_file(folder, "heartbeat", url), "every": "5s"}
            daemon = Daemon(folder, document, environment or {}, token=token)
            try:
                yield House(folder, exchange, daemon, sink, snitch, broker)
            finally:
                if daemon.process is not None:
                    await daemon.stop()
            assert exchange.violations == []
            asked = {request.partition(" ")[::2] for request in exchange.requests}
            assert {path for method, path in asked if method != "GET"} <= {"/fapi/v1/listenKey"}
    finally:
        await asyncio.to_thread(broker.stop)
