"""deploy/compose without an engine: each service's program with what it would be given, on a
machine of its own whose loopback has all the names. The images are taken for granted.
"""

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.support.servers import find_program

ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "deploy" / "compose"
PROGRAMS = {
    "prometheus": ["prometheus", "--rules.alert.resend-delay=1s"],
    "alertmanager": ["prometheus-alertmanager"],
    "demo": ["/opt/hedgewatch/bin/hedgewatch", "run", "-c", "/etc/hedgewatch/hedgewatch.yaml"],
}
"""What an image begins with, where compose.yaml does not say so. An alert that fires before
Prometheus knows of an Alertmanager is said again a minute later, which is too long for a test.
"""
_SECONDS = 90.0

Service = Mapping[str, Any]


def on_disk(path: str) -> Path:
    return (COMPOSE / path.replace("${DESK:-./demo}", "./demo")).resolve()


def carried_out(folder: Path, services: Mapping[str, Service], question: str) -> str:
    """What a Python program says that runs beside these services, which end with it."""
    names = sorted({name for each, service in services.items() for name in _names(each, service)})
    (folder / "hosts").write_text(f"127.0.0.1 localhost {' '.join(names)}\n")
    (folder / "ask.py").write_text(question)
    (folder / "run.sh").write_text("".join(_lines(services)))
    command = [
        find_program("systemd-nspawn"), "--quiet", "--directory=/", "--volatile=yes",
        "--private-network", "--register=no", "--keep-unit", f"--machine=stack{os.getpid()}",
        "--console=pipe", "--as-pid2", f"--bind={folder}:/stack",
        f"--bind-ro={folder / 'hosts'}:/etc/hosts", f"--bind-ro={ROOT}:{ROOT}",
        f"--bind-ro={sys.base_prefix}:{sys.base_prefix}", f"--bind-ro={sys.prefix}:/opt/hedgewatch",
        *(mount for service in services.values() for mount in _mounts(service)),
        f"--bind-ro={COMPOSE / 'demo' / 'secrets'}:/run/secrets", "--", "/bin/sh", "/stack/run.sh",
    ]  # fmt: skip
    ended = subprocess.run(
        list(dict.fromkeys(command)), capture_output=True, text=True, check=False,
        stdin=subprocess.DEVNULL, timeout=_SECONDS,
    )  # fmt: skip
    logs = "".join(f"{log.name}: {log.read_text()[-800:]}\n" for log in folder.glob("*.log"))
    assert ended.returncode == 0, ended.stdout + ended.stderr + logs
    return ended.stdout


def _names(name: str, service: Service) -> list[str]:
    networks = service.get("networks", {"default": {}})
    return [name, *networks["default"].get("aliases", [])]


def _mounts(service: Service) -> Iterator[str]:
    for mount in service.get("volumes", []):
        source, _, place = mount.replace("${DESK:-./demo}", "./demo").partition(":")
        owner = service.get("user", "0").partition(":")[0]
        if source.startswith("."):
            yield f"--bind-ro={on_disk(source)}:{place.removesuffix(':ro')}"
        else:
            yield f"--tmpfs={place}:mode=0755,uid={owner},gid={owner}"
    for mount in service.get("tmpfs", []):
        if not mount.startswith("/tmp:"):  # noqa: S108 - the machine has one
            yield f"--tmpfs={mount}"


def _lines(services: Mapping[str, Service]) -> Iterator[str]:
    yield "export PATH=/opt/hedgewatch/bin:/usr/sbin:/usr/bin:/sbin:/bin\n"
    for name, service in services.items():
        program = service.get("entrypoint") or PROGRAMS[name]
        words = [*_as_whom(name, service), "env", *_environment(service), *program]
        words += [str(word) for word in service.get("command", [])]
        yield f"{shlex.join(words)} >/stack/{name}.log 2>&1 &\n"
    yield "exec /opt/hedgewatch/bin/python /stack/ask.py\n"


def _as_whom(name: str, service: Service) -> list[str]:
    """The broker's is a user of its own; the daemon's cannot read a checkout of root."""
    if name != "mosquitto":
        return []
    user, _, group = service["user"].partition(":")
    return ["setpriv", "--reuid", user, "--regid", group, "--clear-groups"]


def _environment(service: Service) -> Iterator[str]:
    for file in service.get("env_file", []):
        lines = on_disk(file).read_text().splitlines()
        yield from (line for line in lines if line and line[0] != "#")
    yield from (f"{name}={value}" for name, value in service.get("environment", {}).items())


def services_of(*names: str) -> dict[str, Service]:
    """These of compose.yaml."""
    stack = yaml.safe_load((COMPOSE / "compose.yaml").read_text())
    return {name: stack["services"][name] for name in names}
