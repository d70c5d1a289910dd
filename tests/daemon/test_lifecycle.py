"""Starting, reloading, dying and leaving: no alert is lost, forgotten or told twice."""

import asyncio
import os
import re
import signal
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio

from hedgewatch.recording.frames import DamageError, Frame, frames
from hedgewatch.sim import SECOND_KEY, SECOND_SECRET
from tests.daemon.house import SECRETS, House, housed
from tests.notify.listener import listening_to, text
from tests.support.daemons import PROGRAM, QUICK_RULES, Daemon, account, worked_example
from tests.support.patience import PATIENCE

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

SQUEEZED = 1300
SOON = 3.0


@dataclass(slots=True)
class Systemd:
    """The other end of the notification socket, and every line that it heard."""

    address: str
    heard: list[str] = field(default_factory=list)

    async def hears(self, house: House, line: str) -> None:
        async def heard() -> bool:
            return line in self.heard

        await house.daemon.until_true(heard, f"systemd hears {line}", SOON)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def systemd(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Systemd]:
    manager = Systemd(str(tmp_path_factory.mktemp("systemd") / "notify"))
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(manager.address)
        listening.setblocking(False)  # noqa: FBT003  # the library's signature
        loop = asyncio.get_running_loop()
        loop.add_reader(
            listening, lambda: manager.heard.extend(listening.recv(4096).decode().splitlines())
        )
        yield manager
        loop.remove_reader(listening)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_house(
    systemd: Systemd, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[House]:
    """As a service of systemd."""
    folder = tmp_path_factory.mktemp("house")
    environment = {"NOTIFY_SOCKET": systemd.address, "WATCHDOG_USEC": "400000"}
    async with housed(folder, environment) as house:
        yield house


async def reload(house: House, *, accepted: bool) -> None:
    """SIGHUP, until the daemon has decided."""
    key = "config_last_reload_success_timestamp_seconds"
    before = (await house.daemon.metrics()).value(key)
    house.daemon.tell(signal.SIGHUP)
    await house.daemon.until(
        lambda seen: (
            seen.value(key) != before
            if accepted
            else seen.value("config_last_reload_successful") == 0
        ),
        SOON,
        f"the configuration is {'accepted' if accepted else 'refused'}",
    )


async def squeezed(house: House) -> None:
    """Until somebody was told of the danger."""
    house.exchange.world.set_mark("AIXUSDT", SQUEEZED)
    for alertname in ("MarginDanger", "LiquidationNear"):
        await house.until_told(alertname, "firing", SOON)


async def test_service_manager_hears_that_it_is_up_that_it_judges_and_what_fires(
    house: House, systemd: Systemd
) -> None:
    await systemd.hears(house, "READY=1")
    await systemd.hears(house, "STATUS=0 alerts firing")
    loop, began = asyncio.get_running_loop(), len(systemd.heard)
    before = loop.time()

    async def fed_twice() -> bool:
        return systemd.heard[began:].count("WATCHDOG=1") >= 2

    await house.daemon.until_true(fed_twice, "the watchdog is fed", SOON)
    most = 2 + (loop.time() - before) / 0.2  # half the time that systemd allows, and no more
    assert systemd.heard[began:].count("WATCHDOG=1") <= most
    house.exchange.world.set_mark("AIXUSDT", SQUEEZED)
    await systemd.hears(house, "STATUS=3 alerts firing")


async def test_told_to_stop_while_it_imports_the_exchanges_it_leaves_at_once(
    house: House, tmp_path: Path
) -> None:
    daemon = Daemon(tmp_path, worked_example(tmp_path, house.exchange))
    await daemon.start()
    async with asyncio.timeout(PATIENCE):
        assert await daemon.stop(signal.SIGTERM) == 0
    events = [event["event"] for event in daemon.events()]
    assert events[-2:] == ["told_to_stop_while_starting", "stopped"]
    assert "watching" not in events
    ends = daemon.stored("SELECT ended_well FROM starts")
    assert ends == [(1,)], "the next start follows no crash"


async def test_told_to_reload_and_to_stop_before_anything_is_read_it_leaves_well(
    house: House, tmp_path: Path
) -> None:
    slow = tmp_path / "hedgewatch.yaml"
    os.mkfifo(slow)  # nobody writes: the program cannot get beyond reading it
    process = await asyncio.create_subprocess_exec(
        PROGRAM, "run", "-c", slow, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    status = Path(f"/proc/{process.pid}/status")

    async def heeds_signals() -> bool:
        return signal.SIGTERM in _caught(status)

    await house.daemon.until_true(heeds_signals, "it heeds signals", SOON)
    process.send_signal(signal.SIGHUP)
    process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(SOON):
        said, _ = await process.communicate()
    assert (process.returncode, said) == (0, b"")


def _caught(status: Path) -> set[int]:
    """The signals for which a process has handlers, as Linux shows them: a bit each."""
    fields = dict(line.split(":", 1) for line in status.read_text().splitlines())
    mask = int(fields["SigCgt"], 16)
    return {number for number in range(1, 65) if mask >> (number - 1) & 1}


async def test_reload_with_a_mistake_keeps_the_rules_and_says_where_the_mistake_is(
    house: House, systemd: Systemd
) -> None:
    rules = house.folder / "rules.yaml"
    before = await house.daemon.json("/api/v1/rules")
    rules.write_text(QUICK_RULES.replace("margin_ratio > 80%", "margin_ratoi > 80%"))
    await reload(house, accepted=False)
    problems = [event["problem"] for event in house.daemon.events() if "problem" in event]
    assert re.search(r"rules\.yaml:10:15: unknown measure 'margin_ratoi'", problems[0])
    assert await house.daemon.json("/api/v1/rules") == before
    await systemd.hears(
        house, "STATUS=the configuration was refused, the old one holds: see the log; "
        "0 alerts firing",
    )  # fmt: skip
    assert any(line.startswith("RELOADING=1") for line in systemd.heard)
    rules.write_text(QUICK_RULES)
    await reload(house, accepted=True)
    assert (await house.daemon.metrics()).value("config_last_reload_successful") == 1


async def test_rule_that_a_reload_removes_ends_its_alert_and_leaves_the_others_firing(
    house: House,
) -> None:
    await squeezed(house)
    told, before = len(house.statuses("LiquidationNear")), await house.daemon.metrics()
    rules = house.folder / "rules.yaml"
    rules.write_text(QUICK_RULES.replace("MarginDanger", "MarginTrouble"))
    await reload(house, accepted=True)
    seen = await house.daemon.until_fires("MarginTrouble", SOON)
    assert "MarginDanger" not in seen.alerts()
    assert "LiquidationNear" in seen.alerts()
    await house.until_told("MarginDanger", "resolved", SOON)
    assert house.bodies("MarginDanger")[-1]["commonAnnotations"]["reason"] == "removed_by_reload"
    assert len(house.statuses("LiquidationNear")) == told
    reconnects = seen.series("reconnects_total")
    assert reconnects == before.series("reconnects_total"), "the sockets were kept"
    rules.write_text(QUICK_RULES)
    await reload(house, accepted=True)


async def test_what_a_reload_cannot_change_is_said_each_time_and_silences_nobody(
    house: House,
) -> None:
    document, told = house.daemon.document, len(house.statuses("MarginDanger"))
    phone = {"name": "phone", "webhook": {"url": "http://127.0.0.1:9/alerts"}}
    house.daemon.document = document | {
        "receivers": [*document["receivers"], phone],
        "routes": [{"to": ["phone"]}],
    }
    house.daemon.write()
    for _ in range(2):
        await reload(house, accepted=True)
    warned = [e["setting"] for e in house.daemon.events() if e["event"] == "needs_a_restart"]
    assert warned == ["receivers", "receivers"]
    explained = await house.daemon.json("/api/v1/explain?rule=MarginDanger")
    assert explained["told"] != []
    assert "phone" not in str(explained["told"]), "told as the daemon does it, not as it is written"
    await squeezed(house)
    assert len(house.statuses("MarginDanger")) == told + 1
    house.daemon.document = document
    house.daemon.write()
    await reload(house, accepted=True)


async def test_reload_takes_up_a_new_account_and_lets_go_of_it_again(house: House) -> None:
    document = house.daemon.document
    new = account(house.folder, house.exchange, "new", key=SECOND_KEY, secret=SECOND_SECRET)
    before = (await house.daemon.metrics()).series("reconnects_total", account="main")
    house.daemon.document = document | {"accounts": [*document["accounts"], new]}
    house.daemon.write()
    await reload(house, accepted=True)
    await house.daemon.until(lambda seen: seen.value("equity", account="new") == 5_000, SOON)
    assert (await house.daemon.json("/api/v1/status"))["accounts"] == ["main", "new"]
    house.daemon.document = document
    house.daemon.write()
    await reload(house, accepted=True)
    seen = await house.daemon.metrics()
    for gone in ("account_blind", "feed_up", "equity"):
        assert {has["account"] for has, _ in seen.series(gone)} == {"main"}
    assert (await house.daemon.json("/api/v1/status"))["accounts"] == ["main"]
    assert seen.series("reconnects_total", account="main") == before, "the sockets were kept"


async def test_firing_alert_is_firing_at_once_after_kill_and_told_at_most_once_more(
    house: House,
) -> None:
    await squeezed(house)
    keys = _keys(house)
    await house.daemon.stop(signal.SIGKILL)
    await house.daemon.start()
    seen = await house.daemon.metrics()
    assert seen.series("position_contracts") == [], "nothing was read yet"
    assert {"MarginDanger", "LiquidationNear"} <= seen.alerts()
    await house.daemon.until_ready()
    await asyncio.sleep(1.0)  # longer than any alert of these rules waits
    assert {"MarginDanger", "LiquidationNear"} <= (await house.daemon.metrics()).alerts()
    repeated = _keys(house)[len(keys) :]
    assert set(repeated) <= set(keys)
    assert len(set(repeated)) == len(repeated)
    assert house.statuses("MarginDanger")[-1] == "firing"

    told = len(house.statuses("MarginDanger"))
    house.exchange.world.set_mark("AIXUSDT", 1000)
    await house.until_told("MarginDanger", "resolved", 2 * SOON)
    assert len(house.statuses("MarginDanger")) == told + 1


async def test_with_its_store_damaged_it_says_so_and_counts_what_is_true_as_having_lasted(
    house: House, tmp_path: Path
) -> None:
    await squeezed(house)
    document = worked_example(tmp_path, house.exchange)
    (tmp_path / "rules.yaml").write_text(QUICK_RULES.replace("for: 500ms", "for: 1h"))
    (tmp_path / "state.db").write_bytes(b"SQLite format 3\0" + b"\xa5" * 8192)
    daemon = Daemon(tmp_path, document)
    await daemon.start()
    try:
        assert (await daemon.metrics()).alerts() == {"StateLost"}
        await daemon.until_fires("MarginDanger", 20)
    finally:
        await daemon.stop()
    assert (tmp_path / "state.db.corrupt-1").exists()


def _keys(house: House) -> list[str]:
    """The idempotency keys of what was sent about the two alerts that everybody was told of."""
    keys = [headers["Idempotency-Key"] for headers in house.sink.headers]
    return [key for key in keys if key.startswith(("MarginDanger|", "LiquidationNear|"))]


async def test_told_to_stop_while_a_webhook_hangs_it_leaves_and_tells_it_later(
    house: House,
) -> None:
    house.sink.answers = ["hang"]
    told = len(house.bodies("MarginDanger"))
    house.exchange.world.set_mark("AIXUSDT", SQUEEZED)
    await house.daemon.until_fires("MarginDanger", SOON)
    assert await house.daemon.stop(signal.SIGTERM) == 0
    assert len(house.bodies("MarginDanger")) == told
    assert _outbox(house) > {"sent"}
    await house.daemon.start()
    await house.until_told("MarginDanger", "firing", 10.0)
    assert len(house.bodies("MarginDanger")) == told + 1


async def test_feeds_that_it_closes_itself_are_no_news_in_the_log_and_are_stored_as_down(
    house: House,
) -> None:
    before = len(list(house.daemon.events()))
    assert await house.daemon.stop(signal.SIGTERM) == 0
    stored = house.daemon.stored("SELECT alertname, state FROM alerts")
    assert ('"FeedLost"', "pending") in stored, "so that the time without it counts"
    await house.daemon.start()
    await house.daemon.until_ready(40.0)
    lines = list(house.daemon.events())[before:]
    names = [line["event"] for line in lines]
    away = lines[names.index("stopping") : names.index("watching") + 1]
    assert [line for line in away if line["event"] in ("alert", "feed lost")] == []


async def test_broker_shows_the_alert_while_it_fires_and_offline_after_leaving(
    house: House, systemd: Systemd
) -> None:
    await squeezed(house)
    async with listening_to(house.broker.port) as listener:
        state = await listener.fields("alert/MarginDanger/main_usdt/state")
        assert (state["state"], state["severity"]) == ("firing", "critical")
        assert state["labels"]["account"] == "main"
    async with listening_to(house.broker.port, "hedgewatch/tested/availability") as listener:
        assert text((await listener.next("availability")).payload) == "online"
        assert await house.daemon.stop(signal.SIGTERM) == 0
        assert text((await listener.next("availability")).payload) == "offline"
    await systemd.hears(house, "STOPPING=1")
    assert _outbox(house) == {"sent"}


def _outbox(house: House) -> set[str]:
    return {state for (state,) in house.daemon.stored("SELECT DISTINCT state FROM outbox")}


async def test_what_happened_before_a_kill_is_decided_again_elsewhere_to_the_last_digit(
    house: House, tmp_path: Path
) -> None:
    await squeezed(house)
    seen = await house.daemon.metrics()
    assert seen.value("recording_up") == 1
    assert seen.value("recording_lost_events_total") == 0
    await house.daemon.until(
        lambda now: (now.value("recording_bytes") or 0) > (seen.value("recording_bytes") or 0), SOON
    )
    await house.daemon.stop(signal.SIGKILL)

    out = tmp_path / "night.hwrec"
    record = ["record", "-c", str(house.daemon.configuration), "--out", str(out)]
    assert (await _ran(*record)).startswith(f"{out}: ")
    said = await _ran("replay", str(out))
    assert "firing       critical MarginDanger main/USDT: " in said
    assert "identical: " in said.splitlines()[-1]
    shown = str([frame.document for frame in _frames(out)])
    assert "MarginDanger" in shown
    assert [secret for secret in SECRETS if secret in shown] == []


async def _ran(*arguments: str) -> str:
    """The program in a process of its own, in which texts hash otherwise; what it says."""
    process = await asyncio.create_subprocess_exec(
        PROGRAM, *arguments, stdout=subprocess.PIPE, env={**os.environ, "PYTHONHASHSEED": "7"}
    )
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()
    return said.decode()


def _frames(recording: Path) -> Iterator[Frame]:
    with recording.open("rb") as file, suppress(DamageError):
        while file.peek(1):
            yield from frames(file)
