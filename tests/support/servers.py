"""Real servers for tests: child processes with a generated configuration on free loopback ports."""

import http.client
import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path

import pytest
import yaml

_POLL_SECONDS = 0.05
_START_SECONDS = 90.0
_STOP_SECONDS = 20.0


def free_port() -> int:
    """A loopback port that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def find_program(name: str) -> str:
    """Look in sbin too. A missing server fails the test: a silent skip would hide it for ever."""
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/local/sbin", "/usr/sbin"])
    found = shutil.which(name, path=path)
    if found is None:
        pytest.fail(f"{name} is missing: run make test, which installs it", pytrace=False)
    return found


@dataclass(slots=True)
class Server:
    """One program on one port, which a test may stop or kill and start again."""

    command: list[str]
    port: int
    log: Path
    ready_path: str = ""
    """What answers 200 over HTTP when it is up; empty: an open port is enough."""
    host: str = "127.0.0.1"
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        for _ in range(int(_START_SECONDS / _POLL_SECONDS)):
            if self._ended_within(_POLL_SECONDS):
                pytest.fail(f"{self.command[0]} ended at once:\n{self.log.read_text()}")
            if self._answers():
                return
        self.kill()
        pytest.fail(f"{self.command[0]} does not answer:\n{self.log.read_text()}")

    def stop(self) -> None:
        """Ask it to end, and end it when it does not."""
        if self.process is None:
            return
        self.process.terminate()
        if not self._ended_within(_STOP_SECONDS):
            self.process.kill()
        self._forget()

    def kill(self) -> None:
        """End it as a power cut would."""
        if self.process is not None:
            self.process.kill()
            self._forget()

    def _forget(self) -> None:
        if self.process is not None:
            self.process.wait()
            self.process = None

    def _ended_within(self, seconds: float) -> bool:
        if self.process is None:
            return True
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def _answers(self) -> bool:
        try:
            if self.ready_path:
                return self._status(self.ready_path) == HTTPStatus.OK
            socket.create_connection((self.host, self.port), timeout=1).close()
        except OSError:
            return False
        return True

    def _status(self, path: str) -> int:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=1)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        finally:
            connection.close()


def mosquitto_server(folder: Path, settings: Mapping[str, str] | None = None) -> Server:
    """An MQTT broker that lets all in and forgets all, unless `settings` say otherwise."""
    port = free_port()
    chosen = {
        "allow_anonymous": "true",
        "log_dest": "stderr",
        "persistence": "false",
        "user": pwd.getpwuid(os.geteuid()).pw_name,  # started by root it would lose its folder
    } | dict(settings or {})
    lines = [f"listener {port} 127.0.0.1", *(f"{name} {value}" for name, value in chosen.items())]
    file = folder / f"mosquitto-{port}.conf"
    file.write_text("\n".join(lines) + "\n")
    command = [find_program("mosquitto"), "-c", str(file)]
    return Server(command, port, folder / f"mosquitto-{port}.log")


def guarded_mosquitto(folder: Path, passwords: Mapping[str, str]) -> Server:
    """An MQTT broker that lets in these users with their passwords, and nobody else."""
    users = folder / "users"
    users.touch(mode=0o600)
    for user, password in passwords.items():
        making = [find_program("mosquitto_passwd"), "-b", str(users), user, password]
        subprocess.run(making, check=True, capture_output=True)
    return mosquitto_server(folder, {"allow_anonymous": "false", "password_file": str(users)})


def prometheus_server(
    folder: Path, targets: Iterable[str] = (), rule_files: Iterable[Path] = ()
) -> Server:
    """A Prometheus that scrapes `targets` (host:port) every second as the job `hedgewatch`."""
    port = free_port()
    configuration = {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(path.resolve()) for path in rule_files],
        "scrape_configs": [
            {"job_name": "hedgewatch", "static_configs": [{"targets": list(targets)}]}
        ],
    }
    file = folder / f"prometheus-{port}.yml"
    file.write_text(yaml.safe_dump(configuration))
    command = [
        find_program("prometheus"),
        f"--config.file={file}",
        f"--storage.tsdb.path={folder / f'prometheus-{port}'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--web.enable-lifecycle",
    ]
    return Server(command, port, folder / f"prometheus-{port}.log", "/-/ready")


def alertmanager_cluster(folder: Path, webhook_url: str) -> tuple[Server, Server]:
    """Two Alertmanagers that know of each other what they have sent: the second waits so long for
    the first, which a busy machine may hold up.
    """
    first, second = free_port(), free_port()
    listening = f"--cluster.listen-address=127.0.0.1:{first}"
    joining = (f"--cluster.listen-address=127.0.0.1:{second}", f"--cluster.peer=127.0.0.1:{first}")
    swift = ("--cluster.settle-timeout=1s", "--cluster.peer-timeout=8s")
    return (
        alertmanager_server(folder, webhook_url, (listening, *swift)),
        alertmanager_server(folder, webhook_url, (*joining, *swift)),
    )


def alertmanager_server(
    folder: Path,
    webhook_url: str | None = None,
    cluster: Iterable[str] = ("--cluster.listen-address=",),
) -> Server:
    """An Alertmanager, by itself unless `cluster` says otherwise, which passes every alert on to
    `webhook_url` at once.
    """
    port = free_port()
    webhooks = [{"url": webhook_url, "send_resolved": True}] if webhook_url else []
    configuration = {
        "route": {
            "receiver": "test",
            "group_by": ["alertname"],
            "group_wait": "0s",
            "group_interval": "1s",
        },
        "receivers": [{"name": "test", "webhook_configs": webhooks}],
    }
    file = folder / f"alertmanager-{port}.yml"
    file.write_text(yaml.safe_dump(configuration))
    command = [
        find_program("prometheus-alertmanager"),
        f"--config.file={file}",
        f"--storage.path={folder / f'alertmanager-{port}'}",
        f"--web.listen-address=127.0.0.1:{port}",
        *cluster,
    ]
    return Server(command, port, folder / f"alertmanager-{port}.log", "/-/ready")
