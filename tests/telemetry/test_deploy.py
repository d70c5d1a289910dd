"""The files of deploy/ do what they say: the real programs are asked."""

import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from hedgewatch.config.loader import load
from hedgewatch.core.rules import IDENTITY
from hedgewatch.telemetry.settings import HttpSettings
from tests.support.servers import Server, find_program, free_port

DEPLOY = Path(__file__).parents[2] / "deploy"
UNIT = DEPLOY / "systemd" / "hedgewatch.service"
CREDENTIALS = DEPLOY / "systemd" / "hedgewatch.service.d" / "credentials.conf"
EXAMPLE = DEPLOY / "hedgewatch.example.yaml"


def said(*command: str | Path) -> str:
    """What a program says, when it ends well."""
    ended = subprocess.run(
        [find_program(str(command[0])), *map(str, command[1:])],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout + ended.stderr


def loaded_credentials() -> set[str]:
    return set(re.findall(r"^LoadCredential=([^:]+):", CREDENTIALS.read_text(), re.MULTILINE))


def lines_of(unit: Path) -> list[str]:
    return [line for line in unit.read_text().splitlines() if line and line[0] not in "#["]


@pytest.fixture
def credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The credentials of the unit, as systemd would lay them out."""
    for name in loaded_credentials():
        path = tmp_path / name
        path.write_text("made-up")
        path.chmod(0o400)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    return loaded_credentials()


needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not here: install systemd"
)


@needs_systemd
@pytest.mark.parametrize("name", ["hedgewatch.service", "hedgewatch@.service"])
def test_the_unit_exposes_no_more_than_it_must(name: str) -> None:
    unit = UNIT.with_name(name)
    said("systemd-analyze", "security", "--offline=true", "--threshold=12", "--no-pager", unit)


@needs_systemd
def test_systemd_understands_every_line_of_the_unit(tmp_path: Path) -> None:
    installed = tmp_path / UNIT.name
    installed.write_text(UNIT.read_text().replace("/opt/hedgewatch/bin/hedgewatch", "/bin/true"))
    drop_in = tmp_path / CREDENTIALS.parent.name / CREDENTIALS.name
    drop_in.parent.mkdir()
    drop_in.write_text(CREDENTIALS.read_text())
    assert UNIT.name not in said("systemd-analyze", "verify", "--man=no", installed)


def test_a_wrong_configuration_is_not_tried_again_and_everything_else_is() -> None:
    lines = lines_of(UNIT)
    assert "RestartPreventExitStatus=2" in lines
    assert "Restart=always" in lines
    assert "StartLimitIntervalSec=0" in lines
    command = "/opt/hedgewatch/bin/hedgewatch run -c /etc/hedgewatch/hedgewatch.yaml"
    assert f"ExecStart={command}" in lines


def test_an_instance_differs_from_the_service_in_its_names_alone() -> None:
    """One unit for each desk; what is mended in one is mended in both."""
    instance = lines_of(UNIT.with_name("hedgewatch@.service"))
    named = {
        "Description=Hedgewatch: live risk monitor of hedged crypto positions (%i)",
        "ExecStart=/opt/hedgewatch/bin/hedgewatch run -c /etc/hedgewatch/%i.yaml",
        "StateDirectory=hedgewatch-%i",
    }
    assert {line for line in instance if "%i" in line} == named
    own = {"Description", "ExecStart", "StateDirectory"}
    plain = [line for line in lines_of(UNIT) if line.partition("=")[0] not in own]
    assert [line for line in instance if "%i" not in line] == plain


def test_the_example_configuration_is_accepted_as_it_stands(credentials: set[str]) -> None:
    configuration = load(EXAMPLE)
    assert [account.name for account in configuration.accounts] == ["main", "spot"]
    assert configuration.desk().wallets[0].holdings == {"ALT": 500_000}
    assert len(configuration.secrets()) == len(credentials)


def test_the_unit_loads_exactly_the_credentials_that_the_example_names() -> None:
    named = re.findall(r"credential: ([\w-]+)", _without_comments(EXAMPLE))
    assert sorted(named) == sorted(loaded_credentials())


def test_what_the_example_comments_out_would_be_accepted_too() -> None:
    text = EXAMPLE.read_text()
    http = text[text.index("http:\n") : text.index("# Console on a terminal")]
    settings = HttpSettings(**yaml.safe_load(http.replace("  # ", "  "))["http"])
    assert settings.token is not None
    assert settings.hosts == ("desk.lan",)


def test_the_store_lies_where_the_unit_may_write() -> None:
    assert "StateDirectory=hedgewatch" in lines_of(UNIT)
    assert "store: /var/lib/hedgewatch/" in EXAMPLE.read_text()


def test_prometheus_accepts_its_configuration_and_scrapes_where_we_listen() -> None:
    file = DEPLOY / "prometheus" / "prometheus.yml"
    said("promtool", "check", "config", file)
    (job,) = yaml.safe_load(file.read_text())["scrape_configs"]
    assert job["scrape_interval"] == "1s"
    assert job["static_configs"] == [{"targets": [HttpSettings().listen]}]


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Server]:
    """A real mosquitto with the shipped configuration, in other places and as another user."""
    port = free_port()
    passwords = tmp_path / "hedgewatch.passwd"
    passwords.touch(mode=0o600)
    for user in ("hedgewatch", "desk"):
        said("mosquitto_passwd", "-b", passwords, user, "made-up")
    text = (DEPLOY / "mosquitto" / "mosquitto.conf").read_text()
    for shipped, here in (
        ("/etc/mosquitto/", f"{tmp_path}/"),
        ("/var/lib/mosquitto/", f"{tmp_path}/"),
        ("listener 1883 ", f"listener {port} "),
    ):
        assert shipped in text
        text = text.replace(shipped, here)
    configuration = tmp_path / "mosquitto.conf"
    configuration.write_text(f"user {pwd.getpwuid(os.geteuid()).pw_name}\n{text}")
    acl = tmp_path / "hedgewatch.acl"
    acl.write_text((DEPLOY / "mosquitto" / "hedgewatch.acl").read_text())
    acl.chmod(0o600)
    command = [find_program("mosquitto"), "-c", str(configuration)]
    server = Server(command, port, tmp_path / "mosquitto.log")
    server.start()
    yield server
    server.stop()


def client(broker: Server, program: str, user: str, *arguments: str) -> tuple[int, str]:
    login = ["-u", user, "-P", "made-up"] if user else []
    ended = subprocess.run(
        [find_program(program), "-p", str(broker.port), "-V", "5", *login, *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    return ended.returncode, ended.stdout.strip()


@pytest.mark.live
def test_the_broker_lets_the_daemon_write_the_desk_read_and_nobody_else_in(broker: Server) -> None:
    publish = ("-q", "1", "-r", "-t", "hedgewatch/desk-1/availability", "-m")
    read = ("-t", "hedgewatch/#", "-C", "1", "-W", "5")
    assert client(broker, "mosquitto_pub", "hedgewatch", *publish, "online") == (0, "")
    assert client(broker, "mosquitto_pub", "desk", *publish, "forged")[1] == ""
    assert client(broker, "mosquitto_sub", "desk", *read) == (0, "online")
    assert client(broker, "mosquitto_sub", "", *read)[0] != 0


def _without_comments(path: Path) -> str:
    return "\n".join(line.partition("#")[0] for line in path.read_text().splitlines())


ALERTMANAGER = DEPLOY / "alertmanager" / "alertmanager.yml"


def test_alertmanager_accepts_its_configuration() -> None:
    assert "SUCCESS" in said("amtool", "check-config", ALERTMANAGER)


@pytest.mark.parametrize(
    ("labels", "receiver"),
    [
        (["alertname=Watchdog", "severity=none", "instance=desk-1"], "dead-mans-switch"),
        (
            ["alertname=Watchdog", "severity=none", "source=prometheus"],
            "dead-mans-switch-of-prometheus",
        ),
        (["alertname=MarginDanger", "severity=critical", "account=main"], "phone"),
        (["alertname=FeedLost", "severity=warning", "account=main"], "desk"),
    ],
)
def test_alertmanager_sends_each_alert_where_its_comment_says(
    labels: list[str], receiver: str
) -> None:
    answered = said("amtool", "config", "routes", "test", f"--config.file={ALERTMANAGER}", *labels)
    assert answered.splitlines()[0] == receiver


@pytest.mark.parametrize("folder", [DEPLOY, DEPLOY / "compose" / "demo"])
def test_what_the_daemon_says_of_one_subject_quiets_prometheus_about_no_other(folder: Path) -> None:
    rules = yaml.safe_load((folder / "alertmanager" / "alertmanager.yml").read_text())
    (same,) = [
        rule["equal"]
        for rule in rules["inhibit_rules"]
        if 'source="prometheus"' in rule["target_matchers"]
    ]
    assert set(same) == {"alertname"}.union(*IDENTITY.values())
    assert f"equal: [{', '.join(same)}]" in (DEPLOY / "README.md").read_text()
