"""What systemd hears, and when the watchdog is fed."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from hedgewatch.telemetry.systemd import ServiceManager


@dataclass(slots=True)
class Systemd:
    """The other end of the notification socket."""

    address: str
    socket: socket.socket

    def heard(self) -> list[str]:
        messages = []
        while True:
            try:
                messages.append(self.socket.recv(4096).decode())
            except BlockingIOError:
                return messages


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[Systemd]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        address = str(tmp_path / "notify")
        listening.bind(address)
        listening.settimeout(0)
        yield Systemd(address, listening)


def test_a_service_says_when_it_is_ready_and_when_it_stops(systemd: Systemd) -> None:
    manager = ServiceManager(systemd.address)
    manager.extend(90)
    manager.ready()
    manager.stopping()
    assert systemd.heard() == ["EXTEND_TIMEOUT_USEC=90000000", "READY=1", "STOPPING=1"]


def test_a_reload_is_announced_with_its_time_and_ended_by_ready(systemd: Systemd) -> None:
    manager = ServiceManager(systemd.address)
    manager.reloading(1_234_567)
    manager.ready()
    assert systemd.heard() == ["RELOADING=1\nMONOTONIC_USEC=1234567", "READY=1"]


def test_a_status_is_one_line_and_is_not_repeated(systemd: Systemd) -> None:
    manager = ServiceManager(systemd.address)
    for text in ("2 accounts", "2 accounts", "1 account\nblind"):
        manager.status(text)
    assert systemd.heard() == ["STATUS=2 accounts", "STATUS=1 account blind"]


def test_the_watchdog_is_fed_at_most_once_each_half_of_its_interval(systemd: Systemd) -> None:
    manager = ServiceManager(systemd.address, watchdog_seconds=20)
    for now in (100.0, 100.1, 109.9, 110.0, 110.5, 119.0, 120.0):
        manager.judged(now)
    assert systemd.heard() == ["WATCHDOG=1"] * 3


def test_without_judged_ticks_the_watchdog_starves(systemd: Systemd) -> None:
    manager = ServiceManager(systemd.address, watchdog_seconds=20)
    manager.ready()
    manager.status("loading markets")
    assert "WATCHDOG=1" not in systemd.heard()


def test_the_watchdog_of_another_process_is_not_fed(systemd: Systemd) -> None:
    environment = {
        "NOTIFY_SOCKET": systemd.address, "WATCHDOG_USEC": "20000000", "WATCHDOG_PID": "41",
    }  # fmt: skip
    ServiceManager.of(environment, pid=42).judged(100.0)
    assert systemd.heard() == []
    ServiceManager.of(environment, pid=41).judged(100.0)
    assert systemd.heard() == ["WATCHDOG=1"]


def test_the_interval_is_read_from_the_environment_in_microseconds(systemd: Systemd) -> None:
    environment = {"NOTIFY_SOCKET": systemd.address, "WATCHDOG_USEC": "4000000"}
    manager = ServiceManager.of(environment, pid=42)
    for now in (0.0, 1.9, 2.0):
        manager.judged(now)
    assert systemd.heard() == ["WATCHDOG=1"] * 2


def test_an_abstract_socket_is_reached_by_its_at_sign() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind("\0hedgewatch-test-notify")
        listening.settimeout(0)
        ServiceManager("@hedgewatch-test-notify").ready()
        assert listening.recv(64) == b"READY=1"


def test_without_a_service_manager_nothing_happens() -> None:
    manager = ServiceManager.of({}, pid=42)
    manager.ready()
    manager.judged(100.0)
    manager.stopping()


def test_a_vanished_socket_does_not_stop_the_daemon_and_is_tried_again(tmp_path: Path) -> None:
    address = str(tmp_path / "notify")
    manager = ServiceManager(address, watchdog_seconds=20)
    manager.judged(100.0)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(address)
        listening.settimeout(0)
        manager.judged(101.0)
        assert listening.recv(64) == b"WATCHDOG=1"
