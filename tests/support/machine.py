"""A machine that boots: systemd as process 1 in a container on this machine's own /usr.

Everything that is not /usr is new and gone with it: no network but its own loopback, an empty /etc.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.servers import find_program

_START_SECONDS = 240.0
_POLL_SECONDS = 0.1
_COMMAND_SECONDS = 600.0
_ABSENT = (
    *("systemd-networkd-wait-online", "networking", "nftables", "systemd-firstboot"),
    *("apt-daily", "apt-daily-upgrade"),
)
"""Units of this machine that would wait for what a container has not."""


_LOOKS = """
import json, sys, urllib.request
for url in sys.stdin:
    try: said = urllib.request.urlopen(url.strip(), timeout=5).read().decode()
    except OSError: said = ""
    print(json.dumps(said), flush=True)
"""
"""One that looks for all of them: to start a Python for each look costs more than the daemon."""


def why_not() -> str:
    """What keeps a machine from booting here, empty when nothing does."""
    if os.geteuid() != 0:
        return "only root can boot a container: run the tests as root"
    if shutil.which("systemd-nspawn") is None:
        return "systemd-nspawn is missing (package systemd-container)"
    if not Path("/lib/systemd/systemd").exists():
        return "systemd is missing"
    return ""


@dataclass(frozen=True, slots=True)
class Machine:
    """What can be done on it, as root."""

    leader: int
    console: Path
    looking: "subprocess.Popen[str]"

    def run(self, *command: str, check: bool = True) -> str:
        """What a command says; it has to end well unless `check` is false."""
        ended = subprocess.run(
            ["nsenter", "-t", str(self.leader), "-a", "--", *command],
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            timeout=_COMMAND_SECONDS,
        )
        assert not check or ended.returncode == 0, f"{command}: {ended.stdout}{ended.stderr}"
        return ended.stdout + ended.stderr

    def shell(self, line: str, typed: str = "", folder: str = "/") -> tuple[int, str]:
        """How a line of a shell ends, and what it says, when that is typed."""
        ended = subprocess.run(
            ["nsenter", "-t", str(self.leader), "-a", "--", "sh", "-c", f"cd {folder} && {line}"],
            capture_output=True,
            text=True,
            check=False,
            input=typed,
            timeout=_COMMAND_SECONDS,
        )
        return ended.returncode, ended.stdout + ended.stderr

    def write(self, path: str, content: str, mode: str = "644") -> None:
        """A file, with the folders above it."""
        command = ["install", "-D", "-m", mode, "/dev/stdin", path]
        subprocess.run(
            ["nsenter", "-t", str(self.leader), "-a", "--", *command],
            input=content,
            text=True,
            check=True,
        )

    def unit(self, name: str) -> Mapping[str, str]:
        """What systemd says of a unit."""
        lines = self.run("systemctl", "show", name).splitlines()
        return dict(line.split("=", 1) for line in lines if "=" in line)

    def get(self, path: str, port: int = 9464) -> Any:
        """What an interface of the daemon answers, None when it answers nothing."""
        assert self.looking.stdin is not None
        assert self.looking.stdout is not None
        print(f"http://127.0.0.1:{port}{path}", file=self.looking.stdin, flush=True)
        said = json.loads(self.looking.stdout.readline())
        return json.loads(said) if said.strip() else None

    def journal(self, unit: str) -> str:
        """All that a unit said."""
        return self.run("journalctl", "--no-pager", "-o", "cat", "-u", unit)


@contextmanager
def booted(folder: Path, binds: Mapping[str, Path]) -> Iterator[Machine]:
    """Boot one, with folders of this machine at places of it (read-only but for /opt); it is
    switched off in the end.
    """
    units = folder / "units"
    units.mkdir()
    for name in _ABSENT:
        (units / f"{name}.service").symlink_to("/dev/null")
    bound = [
        f"--bind{'' if place.startswith('/opt') else '-ro'}={path}:{place}"
        for place, path in binds.items()
    ]
    console = folder / "console.log"
    command = [
        find_program("systemd-nspawn"), "--quiet", "--boot", "--directory=/", "--volatile=yes",
        "--private-network", "--register=no", "--keep-unit", f"--machine=hw{os.getpid()}",
        "--console=pipe", "--kill-signal=SIGRTMIN+4", f"--bind={units}:/etc/systemd/system",
        *bound, "--", "--unit=basic.target",
    ]  # fmt: skip
    with console.open("wb") as log:
        outside = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        leader = _up(outside, console)
        enter = ["nsenter", "-t", str(leader), "-n", "--", sys.executable, "-c", _LOOKS]
        with subprocess.Popen(
            enter, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as looking:
            yield Machine(leader, console, looking)
    finally:
        for _ in range(2):  # the first asks for a good end, the second does not wait for it
            outside.send_signal(signal.SIGTERM)
            threading.Event().wait(_POLL_SECONDS)
        outside.wait(_START_SECONDS)


def _up(outside: "subprocess.Popen[bytes]", console: Path) -> int:
    """The number of its process 1, once it is up."""
    for _ in range(int(_START_SECONDS / _POLL_SECONDS)):
        assert outside.poll() is None, f"the container ended: {console.read_text()}"
        inside = subprocess.run(
            ["pgrep", "-P", str(outside.pid)], capture_output=True, text=True, check=False
        )
        if inside.stdout.strip():
            leader = inside.stdout.split()[0]
            asked = ["nsenter", "-t", leader, "-a", "--", "systemctl", "is-system-running"]
            said = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
            if said.strip() in {"running", "degraded"}:
                return int(leader)
        threading.Event().wait(_POLL_SECONDS)
    raise AssertionError(f"systemd did not come up: {console.read_text()}")
