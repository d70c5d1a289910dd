"""What is made for a service, its unit can read: and nobody else the keys."""

import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from hedgewatch.config.loader import load
from hedgewatch.connect.accounts import Connected
from hedgewatch.connect.finishing import Finishing
from hedgewatch.connect.found import Found
from hedgewatch.connect.login import HeldSecret, Login, settings_of
from hedgewatch.connect.plan import Plan
from hedgewatch.connect.service import Service, service_of
from hedgewatch.settings import SecretReference
from tests.connect.answers import Scripted

SHIPPED = Path(__file__).parents[2] / "deploy" / "systemd"


@dataclass
class Host:
    """The folders of a machine with the service; CREDENTIALS_DIRECTORY is as `connect` sets it."""

    root: Path
    person: Scripted = field(default_factory=Scripted)

    @property
    def path(self) -> Path:
        return self.root / "hedgewatch.yaml"

    @property
    def service(self) -> Service:
        return Service(
            unit="hedgewatch",
            credentials=self.root / "credentials",
            drop_in=self.root / "units" / "hedgewatch.service.d" / "connect.conf",
            store=self.root / "state.db",
        )

    def connect(self, name: str, **parts: SecretReference) -> None:
        login = Login(parts)
        settings = settings_of(name, "binanceusdm", login, {})
        before = load(self.path) if self.path.exists() else None
        self.person = Scripted("yes")
        one = Connected(settings, login, Found(account=name, venue="binanceusdm"))
        Finishing(self.person, self.path, before, self.service).finish(
            [one], lambda accounts: Plan(accounts=tuple(accounts))
        )


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Host:
    made = Host(tmp_path)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(made.service.credentials))
    return made


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_the_unit_reads_the_configuration_and_gets_the_keys_as_credentials(host: Host) -> None:
    host.connect("main", api_key=HeldSecret.of("k" * 64), secret=HeldSecret.of("s" * 64))
    service = host.service
    text = host.path.read_text()
    assert "api_key: {credential: main-key}" in text
    assert f"store: {service.store}" in text
    assert "kkkk" not in text
    assert (mode(host.path), mode(service.drop_in)) == (0o644, 0o644)
    assert (mode(service.drop_in.parent), mode(service.credentials)) == (0o755, 0o700)
    keys = {path.name: mode(path) for path in service.credentials.iterdir()}
    assert keys == {"main-key": 0o600, "main-secret": 0o600}
    lines = service.drop_in.read_text().splitlines()
    assert lines[-3:] == [
        "[Service]",
        f"LoadCredential=main-key:{service.credentials}/main-key",
        f"LoadCredential=main-secret:{service.credentials}/main-secret",
    ]
    assert host.person.was_told(["systemctl daemon-reload", "enable --now hedgewatch"])


def test_an_account_more_adds_its_lines_and_files_of_whoever_asks_become_credentials(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    host.connect("main", api_key=HeldSecret.of("k" * 64), secret=HeldSecret.of("s" * 64))
    own = host.root / "own.key"
    own.touch(mode=0o600)
    own.write_text("o" * 64)
    monkeypatch.setenv("OWN_SECRET", "t" * 64)
    host.path.chmod(0o640)
    before = host.service.drop_in.read_text()
    host.connect("two", api_key=SecretReference(file=own), secret=SecretReference(env="OWN_SECRET"))
    assert mode(host.path) == 0o644
    assert host.service.drop_in.read_text().startswith(before)
    assert host.service.drop_in.read_text().count("LoadCredential=") == 4
    _, two = load(host.path).accounts
    assert two.credentials is not None
    parts = (two.credentials.api_key, two.credentials.secret)
    assert [part.credential for part in parts if part] == ["two-key", "two-secret"]
    assert [part.read().reveal()[0] for part in parts if part] == ["o", "t"]
    assert host.person.was_told(["systemctl restart hedgewatch"])


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd-analyze")
def test_systemd_finds_nothing_wrong_with_the_unit_and_what_was_made_for_it(host: Host) -> None:
    host.connect("main", api_key=HeldSecret.of("k" * 64), secret=HeldSecret.of("s" * 64))
    unit = host.service.drop_in.parents[1] / "hedgewatch.service"
    text = (SHIPPED / unit.name).read_text()
    unit.write_text(text.replace("/opt/hedgewatch/bin/hedgewatch", "/bin/true"))
    done = subprocess.run(
        ["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False
    )
    assert [line for line in done.stderr.splitlines() if "hedgewatch" in line] == []


def test_only_a_file_that_a_unit_of_ours_runs_is_made_for_a_service() -> None:
    own, second = (
        service_of(Path("/etc/hedgewatch") / f"{name}.yaml") for name in ("hedgewatch", "b")
    )
    assert own is not None
    assert (own.unit, str(own.store)) == ("hedgewatch", "/var/lib/hedgewatch/state.db")
    assert second is not None
    assert (second.unit, str(second.store)) == ("hedgewatch@b", "/var/lib/hedgewatch-b/state.db")
    assert str(second.drop_in).endswith("system/hedgewatch@b.service.d/connect.conf")
    assert service_of(Path("/home/you/hedgewatch.yaml")) is None
    assert service_of(Path("/etc/hedgewatch/mine/hedgewatch.yaml")) is None
