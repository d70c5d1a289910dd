"""The daemon itself, as `hedgewatch run` starts it: configuration, rules, store, real ccxt."""

import asyncio
import json
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from hedgewatch.app import run_daemon
from hedgewatch.config.configuration import Configuration
from hedgewatch.config.loader import load
from hedgewatch.core.alert_model import Outcome
from hedgewatch.core.book.book import Book
from hedgewatch.core.events import Event
from hedgewatch.core.model import Unknown
from hedgewatch.telemetry import logs
from hedgewatch.telemetry.redaction import Redactor
from tests.bench.client import Sight, run
from tests.bench.desk import conditions
from tests.bench.venue import PRICE, SYMBOLS

_RULES = 20


@asynccontextmanager
async def monitoring(port: int, hook: str, key: str) -> AsyncIterator[Sight]:
    """Stands once the first pool is judged on the prices of now."""
    logs.configure(sys.stderr, Redactor(), level="error")
    judged = 0

    def count(_event: Event, _outcome: Outcome, _now: float) -> None:
        nonlocal judged
        judged += 1

    with tempfile.TemporaryDirectory(prefix="hedgewatch-bench-") as folder:
        configuration = write(Path(folder), port, hook, key)
        async with run_daemon(configuration, sys.stderr, [count]) as daemon:
            book = daemon.engine.book
            while not _judged(book):  # noqa: ASYNC110 - only at the start
                await asyncio.sleep(0.005)
            first = book.markets["binanceusdm", SYMBOLS[0]]
            yield Sight(lambda: judged, lambda: first.price)


def _judged(book: Book) -> bool:
    """True once every pool is known, and there is one."""
    ratios = [pool.margin_ratio for pool in book.pools()]
    return bool(ratios) and not any(isinstance(ratio, Unknown) for ratio in ratios)


def write(folder: Path, port: int, hook: str, key: str) -> Configuration:
    """The configuration of an operator who watches 200 markets, with 20 rules that stay quiet."""
    for name in ("key", "secret"):
        file = folder / name
        file.touch(mode=0o600)
        file.write_text(key)
    (folder / "rules.yaml").write_text(json.dumps(_rules()))
    path = folder / "hedgewatch.yaml"
    path.write_text(json.dumps(_settings(port, hook)))
    return load(path)


def _settings(port: int, hook: str) -> dict[str, object]:
    """JSON is YAML."""
    here = {"rest": f"http://127.0.0.1:{port}", "ws": f"ws://127.0.0.1:{port}"}
    credentials = {"api_key": {"file": "key"}, "secret": {"file": "secret"}}
    cover = [{"account": "main", "symbol": SYMBOLS[0], "share": 0.5}]
    return {
        "instance": "bench",
        "accounts": [
            {"name": "main", "venue": "binanceusdm", "credentials": credentials, "endpoint": here}
        ],
        "wallets": [{"name": "cold", "holdings": {"A001": 200, "A002": 300}}],
        "prices": {
            symbol.partition("/")[0]: {"account": "main", "symbol": symbol} for symbol in SYMBOLS
        },
        "hedges": [
            {"name": asset, "exposure": [{"wallet": "cold", "asset": asset}], "cover": cover}
            for asset in ("A001", "A002")
        ],
        "rules": ["rules.yaml"],
        "receivers": [{"name": "hook", "webhook": {"url": hook}}],
        "http": {"listen": "127.0.0.1:0"},
        "store": "state.db",
    }


def _rules() -> dict[str, object]:
    """Twenty that no price makes true, and one that a price of twice the usual does."""
    jump = {
        "alert": "Jump",
        "on": "position",
        "expr": f"mark_price > {1.5 * PRICE}",
        "settle": "0s",  # it is to be over at once, however often it comes back
        "labels": {"severity": "warning"},
        "annotations": {"summary": "{symbol} is at {mark_price}"},
    }
    quiet = [
        {
            "alert": name, "on": scope.value, "expr": expr, **({"clear": clear} if clear else {}),
            "labels": {"severity": "critical"}, "annotations": {"summary": name},
        }
        for name, scope, expr, clear in conditions(_RULES)
    ]  # fmt: skip
    return {"groups": [{"name": "bench", "rules": [jump, *quiet]}]}


if __name__ == "__main__":
    run(monitoring, sys.argv[1:])
