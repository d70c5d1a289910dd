"""The service manager: told when the daemon is up, what it does, and that ticks are judged."""

import math
import socket
from collections.abc import Mapping
from typing import Self

import structlog

_log = structlog.get_logger(__name__)


class ServiceManager:
    """systemd's notification socket, or nothing where there is none.

    The watchdog is fed by judged ticks and by nothing else: a daemon that is alive but no longer
    judges is killed and started again.
    """

    def __init__(self, address: str | None, watchdog_seconds: float | None = None) -> None:
        self._address = address
        self._feed_every = None if watchdog_seconds is None else watchdog_seconds / 2
        self._feed_at = -math.inf
        self._status = ""

    @classmethod
    def of(cls, environment: Mapping[str, str], pid: int) -> Self:
        """As the environment of a service says; the watchdog may be meant for another process."""
        microseconds = environment.get("WATCHDOG_USEC")
        meant_for = environment.get("WATCHDOG_PID")
        ours = microseconds is not None and meant_for in {None, "", str(pid)}
        watchdog_seconds = int(microseconds) / 1e6 if microseconds and ours else None
        return cls(environment.get("NOTIFY_SOCKET") or None, watchdog_seconds)

    def ready(self) -> None:
        """Configuration, store and loop stand; said after a reload as well."""
        self._send("READY=1")

    def status(self, text: str) -> None:
        """One line for `systemctl status`; the same one is not sent twice."""
        if text != self._status:
            self._status = text
            self._send("STATUS=" + text.replace("\n", " "))

    def reloading(self, monotonic_microseconds: int) -> None:
        """A reload begins; `ready` ends it. The time is CLOCK_MONOTONIC."""
        self._send("RELOADING=1", f"MONOTONIC_USEC={monotonic_microseconds}")

    def stopping(self) -> None:
        self._send("STOPPING=1")

    def extend(self, seconds: float) -> None:
        """Ask for that much more time to start, reload or stop."""
        self._send(f"EXTEND_TIMEOUT_USEC={round(seconds * 1e6)}")

    def judged(self, now: float) -> None:
        """A tick was judged: feed the watchdog, at most once each half of its interval."""
        if self._feed_every is not None and now >= self._feed_at:
            fed = self._send("WATCHDOG=1")
            self._feed_at = now + (self._feed_every if fed else self._feed_every / 10)

    def _send(self, *lines: str) -> bool:
        """Whether it was handed over. A full or vanished socket must not stop the daemon."""
        if self._address is None:
            return False
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as notify:
            notify.settimeout(0)
            try:
                notify.sendto("\n".join(lines).encode(), address)
            except OSError as error:
                _log.warning("service_manager_unreachable", lost=lines[0], reason=str(error))
                return False
        return True
