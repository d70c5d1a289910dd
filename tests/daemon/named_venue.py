"""A venue that is found by its name, and names that fail: what `test_names` runs on a machine of
its own, where one name server on loopback is all that the system's resolver knows.
"""

import asyncio
import socket
import sys
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import certifi

from hedgewatch.sim import PaperExchange
from tests.support.certificates import shown
from tests.support.daemons import Daemon, worked_example
from tests.support.name_server import NameServer
from tests.support.servers import free_port
from tests.support.solitude import bring_up_loopback, mount_over
from tests.support.tls_front import TlsFront

NAME, ANOTHER = "fapi.venue.example", "fapi.other.example"
HERE, MOVED, IMPOSTOR = "127.0.0.11", "127.0.0.12", "127.0.0.13"
NOWHERE = "::1"
"""What the system prefers of the two addresses of the name, and where nobody answers."""

AIX = "AIX/USDT:USDT"


@dataclass(slots=True)
class Surroundings:
    """The exchange by its name, the daemon that watches it, and who says where it is."""

    exchange: PaperExchange
    daemon: Daemon
    names: NameServer
    fronts: dict[str, TlsFront]
    mark: int = 1000
    host: str = field(init=False)

    def __post_init__(self) -> None:
        self.host = urlsplit(self.daemon.document["accounts"][0]["endpoint"]["rest"]).netloc

    def lines(self, address: str) -> int:
        """How many lines an address has taken."""
        return len(self.fronts[address].named)

    def cut(self) -> None:
        for front in self.fronts.values():
            front.cut()

    async def sees_again(self) -> None:
        """Every line is cut, and it must see what became of the price since."""
        self.cut()
        self.mark += 10
        self.exchange.world.set_mark("AIXUSDT", self.mark)
        await self.daemon.until(
            lambda seen: seen.value("mark_price", symbol=AIX) == self.mark, 4.0, "it sees again"
        )
        await self.daemon.until_ready(10.0)

    async def until_said(self, alertname: str, *words: str) -> None:
        """Until an alert fires that says all of this."""

        async def said() -> bool:
            alerts = (await self.daemon.json("/api/v1/alerts"))["alerts"]
            return any(
                all(word in str(alert) for word in (*words, alertname, "firing"))
                for alert in alerts
            )

        await self.daemon.until_true(said, f"{alertname} says {words}", 20.0)


async def story(around: Surroundings) -> None:
    names, daemon = around.names, around.daemon

    names.failing = True
    await daemon.start()
    await around.until_said(
        "AccountUnusable",
        "DNS: the name of the venue is not found (Temporary failure in name resolution)",
    )
    names.failing = False
    await daemon.until_ready(40.0)

    for silent in (True, False):  # it stops answering; it answers that it cannot
        names.silent, names.failing, asked = silent, True, names.asked
        await around.sees_again()
        assert names.asked > asked, "it is asked each time"
    logged = [event for event in daemon.events() if event.get("host") == NAME]
    why = {event["why"] for event in logged if "its last address is used" in event["event"]}
    assert any("no answer of a name server within 1 s" in each for each in why), why
    assert any("Temporary failure in name resolution" in each for each in why), why
    assert around.lines(MOVED) == 0

    names.silent, names.failing, names.address = False, False, MOVED
    await around.sees_again()  # what was on its way to the old address has arrived by then
    before = around.lines(HERE)
    await around.sees_again()
    assert around.lines(HERE) == before, "the new address is used, and the old one no more"
    assert around.lines(MOVED) > 1

    names.address = IMPOSTOR
    around.cut()
    await around.until_said("FeedLost", "TLS: the certificate", "Hostname mismatch")
    assert around.lines(IMPOSTOR) > 0
    assert around.fronts[IMPOSTOR].hosts == [], "nothing was sent"
    names.address = MOVED
    await around.sees_again()

    for address in (HERE, MOVED):
        front = around.fronts[address]
        assert set(front.named) == {NAME}, "the certificate is that of the name, at any address"
        assert set(front.hosts) == {around.host}


def swallowing(port: int) -> list[socket.socket]:
    """An address that answers nothing: who listens there takes nobody in, and the queue is full."""
    listening = socket.socket(socket.AF_INET6)
    listening.bind((NOWHERE, port))
    listening.listen(0)
    waiting = [socket.socket(socket.AF_INET6) for _ in range(4)]
    for each in waiting:
        each.settimeout(0.0)
        each.connect_ex((NOWHERE, port))
    return [listening, *waiting]


async def main(folder: Path) -> None:
    bring_up_loopback()
    loop, port = asyncio.get_running_loop(), free_port()
    names, hole = NameServer(NAME, HERE, NOWHERE), swallowing(port)
    await loop.create_datagram_endpoint(lambda: names, ("127.0.0.1", 53))
    mount_over("/etc/resolv.conf", b"nameserver 127.0.0.1\n", folder / "resolv.conf")
    mount_over("/etc/hosts", b"127.0.0.1 localhost\n", folder / "hosts")
    mount_over("/etc/nsswitch.conf", b"hosts: files dns\n", folder / "nsswitch.conf")
    async with PaperExchange("manual", tick_seconds=0.1) as exchange:
        target = urlsplit(exchange.url).port or 0
        fronts, trusted = {}, b""
        for address, name in ((HERE, NAME), (MOVED, NAME), (IMPOSTOR, ANOTHER)):
            kept = folder / address
            kept.mkdir()
            fronts[address] = TlsFront(shown(kept, name), target)
            await fronts[address].listen(address, port)
            trusted += (kept / "shown.pem").read_bytes()
        mount_over(certifi.where(), trusted, folder / "trusted.pem")
        document = worked_example(folder, exchange)
        endpoint = {"rest": f"https://{NAME}:{port}", "ws": f"wss://{NAME}:{port}"}
        document["accounts"][0]["endpoint"] = endpoint
        daemon = Daemon(folder, document)
        try:
            await story(Surroundings(exchange, daemon, names, fronts))
        finally:
            if daemon.process is not None:
                await daemon.stop()
        assert exchange.violations == []
    for each in hole:
        each.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
