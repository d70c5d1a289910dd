"""The real program as a child process: what an operator writes for it, and what it shows."""

import asyncio
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from hedgewatch.sim import DEMO_KEY, DEMO_SECRET, PaperExchange
from tests.support.patience import PATIENCE, patience
from tests.support.servers import free_port

PROGRAM = Path(sys.executable).with_name("hedgewatch")
DEMO_RULES = Path(__file__).parents[2] / "rules" / "demo" / "demo.yaml"
QUICK_RULES = DEMO_RULES.read_text().replace("keep_firing_for: 1s", "keep_firing_for: 100ms")
"""The shipped rules with hardly any patience."""

POLL_SECONDS = (0.05, 0.3)
"""Between two looks, a tenth of what was waited already: a look costs the daemon a scrape."""

START_SECONDS = 30.0
PROGRAM_SECONDS = 150.0
"""What one command may take on the busiest machine: it is killed then, and no promise of speed."""


Document = dict[str, Any]


def secret_file(folder: Path, name: str, text: str) -> dict[str, str]:
    """A secret in a file that only its owner reads, as the configuration refers to it."""
    file = folder / name
    file.touch(mode=0o600)
    file.write_text(text)
    return {"file": name}


def account(
    folder: Path, exchange: PaperExchange, name: str = "main", **settings: Any
) -> dict[str, Any]:
    """An account of the paper exchange: that of the demonstration, unless `key` and `secret`."""
    key, secret = settings.pop("key", DEMO_KEY), settings.pop("secret", DEMO_SECRET)
    return {
        "name": name,
        "venue": "binanceusdm",
        "credentials": {
            "api_key": secret_file(folder, f"{name}.key", key),
            "secret": secret_file(folder, f"{name}.secret", secret),
        },
        "endpoint": {"rest": exchange.url, "ws": exchange.ws_url},
        **settings,
    }


def worked_example(folder: Path, exchange: PaperExchange) -> Document:
    """500,000 ALT in a wallet, covered by 200 AIX short; alerts that wait for little."""
    (folder / "rules.yaml").write_text(QUICK_RULES)
    return {
        "instance": "tested",
        "accounts": [account(folder, exchange)],
        "wallets": [{"name": "cold", "holdings": {"ALT": {"amount": 500000, "entry_price": 0.4}}}],
        "prices": {"ALT": {"account": "main", "symbol": "ALT/USDT:USDT"}},
        "hedges": [
            {
                "name": "ai-basket",
                "exposure": [{"wallet": "cold", "asset": "ALT"}],
                "cover": [{"account": "main", "symbol": "AIX/USDT:USDT"}],
            }
        ],
        "rules": ["rules.yaml"],
        "log": {"level": "debug"},
        "store": "state.db",
    }


@dataclass(frozen=True, slots=True)
class Metrics:
    """One scrape, of which no more is parsed than is asked for: a test looks many times."""

    text: str

    def series(self, name: str, **labels: str) -> list[tuple[Mapping[str, str], float]]:
        """Every series of this name that has these labels, among others."""
        lines = re.findall(rf"^hedgewatch_{name}[{{ ].*\n", self.text, re.MULTILINE)
        families = text_string_to_metric_families("".join(lines))
        return [
            (sample.labels, sample.value)
            for family in families
            for sample in family.samples
            if labels.items() <= sample.labels.items()
        ]

    def value(self, name: str, **labels: str) -> float | None:
        """The value of the one such series; None when there is none."""
        found = self.series(name, **labels)
        assert len(found) < 2, found
        return found[0][1] if found else None

    def alerts(self, state: str = "firing", **labels: str) -> set[str]:
        """The names of the alerts in a state."""
        return {has["alertname"] for has, _ in self.series("alerts", alertstate=state, **labels)}


@dataclass(slots=True)
class Daemon:
    """`hedgewatch run` on a configuration, which a test may end, kill, and start again."""

    folder: Path
    document: Document
    environment: Mapping[str, str] = field(default_factory=dict)
    process: "subprocess.Popen[bytes] | None" = None
    token: str = ""

    def __post_init__(self) -> None:
        listen = f"127.0.0.1:{free_port()}"
        self.document = {**self.document, "http": {"listen": listen}}
        if self.token:
            reference = secret_file(self.folder, "http.token", self.token)
            self.document["http"]["token"] = reference
        self.write()

    @property
    def configuration(self) -> Path:
        return self.folder / "hedgewatch.yaml"

    @property
    def address(self) -> str:
        """Host and port."""
        address: str = self.document["http"]["listen"]
        return address

    @property
    def output(self) -> Path:
        """What it writes to stdout and stderr, over all its starts."""
        return self.folder / "output.log"

    def write(self) -> None:
        """Write the configuration as the document has it now."""
        self.configuration.write_text(yaml.safe_dump(self.document, sort_keys=False))

    # its life

    async def start(self) -> None:
        """Start it, and wait until it answers."""
        self._spawn()
        await self.until_true(self._answers, "it answers", START_SECONDS)

    def _spawn(self) -> None:
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                [PROGRAM, "run", "-c", self.configuration],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**os.environ, **self.environment},
            )

    async def _answers(self) -> bool:
        assert self.process is not None
        if self.process.poll() is not None:
            pytest.fail(f"it ended with {self.process.returncode}:\n{self.last_lines()}")
        try:
            return (await self.ask("/healthz"))[0] == 200
        except (aiohttp.ClientError, TimeoutError):
            return False

    async def stop(self, number: int = signal.SIGTERM) -> int:
        """Send it a signal and wait for its end; its exit code."""
        assert self.process is not None
        process, self.process = self.process, None
        process.send_signal(number)
        try:
            return await asyncio.to_thread(process.wait, PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            pytest.fail(f"signal {number} did not end it:\n{self.last_lines()}")

    def tell(self, number: int) -> None:
        """Send it a signal that it survives."""
        assert self.process is not None
        self.process.send_signal(number)

    # what it shows

    async def ask(self, path: str) -> tuple[int, str]:
        """Status and text of an answer over HTTP."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        url, longest = f"http://{self.address}{path}", aiohttp.ClientTimeout(PATIENCE)
        async with (
            aiohttp.ClientSession(timeout=longest) as session,
            session.get(url, headers=headers) as answer,
        ):
            return answer.status, await answer.text()

    async def json(self, path: str) -> Any:
        return json.loads((await self.ask(path))[1])

    async def metrics(self) -> Metrics:
        return Metrics((await self.ask("/metrics"))[1])

    async def until(
        self, wanted: Callable[[Metrics], object], within: float, what: str = ""
    ) -> Metrics:
        """The first scrape that shows what is wanted, within so many seconds."""
        seen = [await self.metrics()]

        async def shown() -> bool:
            seen[0] = await self.metrics()
            return bool(wanted(seen[0]))

        await self.until_true(shown, what or "the metrics show it", within)
        return seen[0]

    async def until_fires(self, alertname: str, within: float, **labels: str) -> Metrics:
        return await self.until(
            lambda seen: alertname in seen.alerts(**labels), within, f"{alertname} fires"
        )

    async def until_ready(self, within: float = START_SECONDS) -> None:
        """Until it vouches for every number."""

        async def ready() -> bool:
            return (await self.ask("/readyz"))[0] == 200

        await self.until_true(ready, "it is ready", within)

    async def until_logs(self, text: str, within: float) -> None:
        async def logged() -> bool:
            return text in self.output.read_text(errors="replace")

        await self.until_true(logged, f"it logs {text!r}", within)

    async def until_true(
        self, check: Callable[[], Awaitable[bool]], what: str, within: float
    ) -> None:
        """Look until it is so, which takes `within` seconds on a machine that is free; fails with
        the daemon's last lines when it is not so after `patience(within)`.
        """
        clock = asyncio.get_running_loop().time
        began, (shortest, longest) = clock(), POLL_SECONDS
        try:
            async with asyncio.timeout(patience(within)):
                while not await check():  # noqa: ASYNC110  # another process signals nothing here
                    await asyncio.sleep(min(longest, max(shortest, (clock() - began) / 10)))
        except TimeoutError:
            missed = f"not within {within} s: {what}\n{self.last_lines()}"
        else:
            return
        pytest.fail(missed, pytrace=False)

    def events(self) -> Iterator[Document]:
        """What it logged, line by line."""
        for line in self.output.read_text(errors="replace").splitlines():
            if line.startswith("{"):
                yield json.loads(line)

    def stored(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """What the file has, for whoever comes after a crash."""
        name = self.document["store"]
        file = f"file:{self.folder / name}?mode=ro"
        with closing(sqlite3.connect(file, uri=True)) as store:
            return store.execute(query, values).fetchall()

    def last_lines(self) -> str:
        return "\n".join(self.output.read_text(errors="replace").splitlines()[-30:])


async def run_program(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    """One command of the program, from beginning to end."""
    return await asyncio.to_thread(
        subprocess.run,
        [PROGRAM, *arguments],
        capture_output=True,
        text=True,
        timeout=PROGRAM_SECONDS,
        check=False,
    )
