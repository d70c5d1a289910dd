"""Kill -9, over and over, amid deliveries to real servers: nothing is lost, the store is whole."""

import asyncio
import json
import os
import sqlite3
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import aiohttp
from aiohttp import web

from tests.campaign.progress import Progress
from tests.campaign.report import Report
from tests.notify.listener import Listener, listening_to
from tests.support.servers import Server, alertmanager_server, mosquitto_server
from tests.support.serving import serving

ROOT = Path(__file__).parents[2]
_LIFE_SECONDS, _LAST_LIFE_SECONDS = 120.0, 1800.0
_SETTLE_SECONDS = 30.0
_LONGEST_AFTERLIFE = 0.03
"""Seconds between the line after which it dies and the kill: so that it strikes anywhere."""


@dataclass(slots=True)
class Post:
    """An HTTP receiver and a subscriber of the broker, who count what reaches them by its key."""

    hook: Counter[str] = field(default_factory=Counter)
    broker: Counter[str] = field(default_factory=Counter)
    url: str = ""

    async def take(self, request: web.Request) -> web.Response:
        await request.read()
        self.hook[request.headers["Idempotency-Key"]] += 1
        return web.Response()

    async def listen(self, listener: Listener) -> None:
        async for message in listener.client.messages:
            if message.topic.value.endswith("/event"):
                told = dict(getattr(message.properties, "UserProperty", ()))
                self.broker[told["idempotency-key"]] += 1


@dataclass(slots=True)
class Campaign:
    """One store that all lives share, and the three places that hear of its alerts."""

    folder: Path
    seed: int
    kills: int
    post: Post
    broker: Server
    alertmanager: Server
    stored: set[str] = field(default_factory=set)
    broken_stores: int = 0

    @property
    def store(self) -> Path:
        return self.folder / "state.db"

    async def run(self, progress: Progress) -> Report:
        chance = Random(self.seed)
        plan = self._write_plan()
        for life in range(1, self.kills + 1):
            await self._live(plan, life, lines=chance.randint(1, 60), chance=chance)
            self.broken_stores += not _is_whole(self.store)
            progress(life, self.kills)
        await self._live(plan, self.kills + 1)
        await self._settled()
        return self._report(await self._firing_at_alertmanager())

    def _write_plan(self) -> Path:
        plan = self.folder / "plan.json"
        receivers = [
            {"name": "hook", "webhook": {"url": self.post.url}},
            {"name": "desk", "mqtt": {"host": "127.0.0.1", "port": self.broker.port}},
            {"name": "am", "alertmanager": {"urls": [self.alertmanager.url]}},
        ]
        document = {"seed": self.seed, "store": str(self.store), "last": self.kills + 1}
        plan.write_text(json.dumps(document | {"receivers": receivers}))
        return plan

    async def _live(
        self, plan: Path, life: int, *, lines: int = 0, chance: Random | None = None
    ) -> None:
        """One life of the victim: killed a moment after so many lines, or 0: left to its end."""
        victim = await asyncio.create_subprocess_exec(
            *[sys.executable, "-m", "tests.campaign.victim", str(plan), str(life)],
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'daemon'}"},
        )
        assert victim.stdout is not None
        async with asyncio.timeout(_LAST_LIFE_SECONDS if chance is None else _LIFE_SECONDS):
            read = [await victim.stdout.readline() for _ in range(lines)]
            if chance is not None:
                await asyncio.sleep(chance.uniform(0.0, _LONGEST_AFTERLIFE))
                with suppress(ProcessLookupError):  # it ended by itself, which is told below
                    victim.kill()
            read += (await victim.stdout.read()).splitlines()
            ended = await victim.wait()
        if ended != (0 if chance is None else -9):
            raise RuntimeError(f"life {life} ended by itself, with {ended}")
        self.stored |= {line.decode().strip() for line in read if line.strip()}

    async def _settled(self) -> None:
        """Until the subscriber has been told what the broker has."""
        wanted = {key for key in self.stored if key.endswith("|desk")}
        try:
            async with asyncio.timeout(_SETTLE_SECONDS):
                while not wanted <= self.post.broker.keys():  # noqa: ASYNC110 - a bounded look
                    await asyncio.sleep(0.1)
        except TimeoutError:
            return  # what did not come is counted as lost

    async def _firing_at_alertmanager(self) -> set[tuple[str, str]]:
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"{self.alertmanager.url}/api/v2/alerts") as answer,
        ):
            alerts: list[dict[str, Any]] = await answer.json()
        labels = [alert["labels"] for alert in alerts]
        return {(each["alertname"], each["account"]) for each in labels if "account" in each}

    def _report(self, live: set[tuple[str, str]]) -> Report:
        arrived = self.post.hook + self.post.broker
        wanted = {key for key in self.stored if not key.endswith("|am")}
        repeats = {
            name: sum(counted.values()) - len(counted)
            for name, counted in (("hook", self.post.hook), ("desk", self.post.broker))
        }
        firing = _firing_in(self.store)
        report = Report(f"kill -9, seed {self.seed}")
        report.count("kills", self.kills)
        report.count("notifications stored", len(self.stored))
        report.must_be("lost", len(wanted - arrived.keys()), 0)
        report.must_be("not delivered at the end", _unsent(self.store), 0)
        for name, repeated in repeats.items():
            report.at_most(f"repeated to {name}", repeated, self.kills)
        report.must_be("stores found damaged", self.broken_stores, 0)
        report.count("alerts firing at the end", len(firing))
        report.must_be("of them unknown to Alertmanager", len(firing - live), 0)
        report.must_be("live in Alertmanager and no longer firing", len(live - firing), 0)
        return report


@asynccontextmanager
async def prepared(folder: Path, seed: int, kills: int) -> AsyncIterator[Campaign]:
    """A broker, an Alertmanager and an HTTP receiver on loopback, while the block lasts."""
    broker, alertmanager = mosquitto_server(folder), alertmanager_server(folder)
    post = Post()
    try:
        for server in (broker, alertmanager):
            await asyncio.to_thread(server.start)
        async with (
            serving("/", post.take) as root,
            listening_to(broker.port) as listener,
            asyncio.TaskGroup() as group,
        ):
            post.url = f"{root}/"
            listening = group.create_task(post.listen(listener))
            yield Campaign(folder, seed, kills, post, broker, alertmanager)
            listening.cancel()
    finally:
        for server in (broker, alertmanager):
            await asyncio.to_thread(server.stop)


def _is_whole(store: Path) -> bool:
    with closing(sqlite3.connect(store)) as database:
        found: list[tuple[str]] = database.execute("PRAGMA integrity_check").fetchall()
    return found == [("ok",)]


def _unsent(store: Path) -> int:
    with closing(sqlite3.connect(store)) as database:
        counted: tuple[int] = database.execute(
            "SELECT count(*) FROM outbox WHERE state != 'sent'"
        ).fetchone()
    return counted[0]


def _firing_in(store: Path) -> set[tuple[str, str]]:
    with closing(sqlite3.connect(store)) as database:
        rows = database.execute("SELECT record FROM alerts WHERE state = 'firing'").fetchall()
    records = [json.loads(text) for (text,) in rows]
    return {
        (record["alertname"], dict(record["subject"]["labels"])["account"]) for record in records
    }
