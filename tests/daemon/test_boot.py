"""The service on a machine that boots, under a real systemd, beside the paper exchange: installed,
started, reloaded, hung, killed, stopped; then the operator's handbook is carried out on it.
"""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hedgewatch.sim.keys import DEMO_KEY, DEMO_SECRET
from tests.support.handbook import PARTS, part
from tests.support.machine import Machine, booted, why_not
from tests.support.wheels import wheels

ROOT = Path(__file__).parents[2]
PORT = 18080
_LOOKS, _PAUSE_SECONDS = 600, 0.2
UNIT = "hedgewatch.service"
CONFIGURATION = f"""
accounts:
  - name: main
    venue: binanceusdm
    credentials: {{api_key: {{credential: main-key}}, secret: {{credential: main-secret}}}}
    endpoint: {{rest: "http://127.0.0.1:{PORT}", ws: "ws://127.0.0.1:{PORT}"}}
rules: [short.yaml]
receivers: [{{name: journal, console: {{}}}}]
"""
RULES = """
groups:
  - name: short
    rules:
      - {alert: NAME, on: position, expr: contracts < 0, labels: {severity: warning}}
"""
IMPATIENT = """
[Service]
LoadCredential=main-key:/etc/hedgewatch/credentials/main-key
LoadCredential=main-secret:/etc/hedgewatch/credentials/main-secret
WatchdogSec=4
TimeoutAbortSec=1
RestartSec=500ms
"""

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(bool(why_not()), reason=why_not()),
    pytest.mark.timeout(1800),
]


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """With a wheel of this checkout, and all that it needs, as pip would have it from PyPI."""
    folder = tmp_path_factory.mktemp("boot")
    for name in ("dist", "opt"):
        (folder / name).mkdir()
    _python("-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder / "dist"), str(ROOT))
    binds = {
        "/dist": folder / "dist",
        "/wheels": wheels(),
        "/source": ROOT,
        "/opt": folder / "opt",
    }
    with booted(folder, binds) as up:
        yield up


@pytest.fixture(scope="module")
def service(machine: Machine) -> Machine:
    """Installed, with the paper exchange beside it, and started."""
    _install(machine)
    machine.run("sh", "-c", "mkdir /opt/kept && cp -al /opt/hedgewatch/releases /opt/kept/")
    for name, secret in (("main-key", DEMO_KEY), ("main-secret", DEMO_SECRET)):
        machine.write(f"/etc/hedgewatch/credentials/{name}", secret, "600")
    machine.write("/etc/hedgewatch/hedgewatch.yaml", CONFIGURATION)
    machine.write("/etc/hedgewatch/short.yaml", RULES.replace("NAME", "Short"))
    machine.write(f"/etc/systemd/system/{UNIT}.d/here.conf", IMPATIENT)
    python = "/opt/hedgewatch/current/bin/python"
    paper = (python, "-m", "hedgewatch.sim", "--story", "manual", "--port", str(PORT))
    machine.run("systemd-run", "--unit=paper", "--quiet", *paper)
    machine.run("systemctl", "daemon-reload")
    machine.run("systemctl", "start", UNIT)
    return machine


def _python(*arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True)


def _install(
    machine: Machine, source: str = "/source", wheel: str = "/dist/*.whl", **variables: str
) -> str:
    given = (f"{name}={value}" for name, value in variables.items())
    from_here = ("PIP_NO_INDEX=1", "PIP_FIND_LINKS=/wheels", *given)
    # as hardened machines have it
    careful = f"umask 077 && exec sh {source}/deploy/install.sh {wheel}"
    return machine.run("env", *from_here, "sh", "-c", careful)


def until(found: Callable[[], Any], what: str) -> Any:
    """The first answer that is not empty: each look takes a while by itself."""
    for _ in range(_LOOKS):
        answer = found()
        if answer:
            return answer
        threading.Event().wait(_PAUSE_SECONDS)
    raise AssertionError(f"it did not come: {what}")


def firing(machine: Machine) -> list[dict[str, Any]]:
    told = machine.get("/api/v1/alerts") or {}
    return [alert for alert in told.get("alerts", []) if alert["alertstate"] == "firing"]


def test_it_follows_the_account_from_its_start_and_alerts(service: Machine) -> None:
    assert service.unit(UNIT)["ActiveState"] == "active"
    (alert,) = until(lambda: firing(service), "the alert fires")
    assert alert["alertname"] == "Short"
    (position,) = service.get("/api/v1/positions")["positions"]
    assert position["contracts"] == -200.0
    until(lambda: service.get("/readyz"), "everything is fresh")


def test_the_running_service_exposes_no_more_than_it_must(service: Machine) -> None:
    said = service.run("systemd-analyze", "security", "--no-pager", "--threshold=12", UNIT)
    assert "OK" in said.splitlines()[-1]
    owner = service.run("stat", "-c", "%a", "/var/lib/private/hedgewatch/state.db").strip()
    assert owner == "600"


def test_to_install_it_again_changes_nothing(service: Machine) -> None:
    before = service.unit(UNIT)["MainPID"]
    assert "is there already" in _install(service)
    assert service.unit(UNIT)["MainPID"] == before


BROKEN_PYTHON = """#!/bin/sh
[ "$1" = -c ] && exit
mkdir -p "$3/bin" && printf '#!/bin/sh\nexit 1\n' >"$3/bin/python" && chmod +x "$3/bin/python"
"""
"""Makes environments in which nothing can be installed."""


def test_an_installation_that_fails_on_the_way_leaves_nothing_behind(service: Machine) -> None:
    service.write("/opt/a python/python3", BROKEN_PYTHON, mode="755")
    there = ("sh", "-c", "cd /opt/hedgewatch && ls -A . releases && readlink current")
    before = service.run(*there)
    wheel = "/opt/hedgewatch-9.9-py3-none-any.whl"
    service.write(wheel, "newer")
    broken = ("env", "PYTHON=/opt/a python/python3", "sh", "/source/deploy/install.sh", wheel)
    said = service.run(*broken, check=False)
    assert "with /opt/a python/python3" in said
    assert "the packages were not installed; nothing has changed" in said
    assert service.run(*there) == before


def test_a_second_installation_at_once_is_turned_away(service: Machine) -> None:
    said = service.run(
        "flock", "/run/hedgewatch-install.lock", "sh", "/source/deploy/install.sh", check=False
    )
    assert "it runs already" in said


NEWER = "/opt/newer"
MAKES_A_NEWER_RELEASE = f"""
mkdir {NEWER} && cp -r /source/deploy /source/requirements.txt {NEWER} && cp /dist/*.whl {NEWER}
printf 'newer' | tee -a {NEWER}/*.whl
sed -i 's/^Description=.*/Description=newer/' {NEWER}/deploy/systemd/hedgewatch.service
sum=$(cat {NEWER}/*.whl {NEWER}/requirements.txt | sha256sum | cut -c1-8)
old=$(readlink -f /opt/hedgewatch/current)
cp -al "$old" "${{old%-*}}-$sum"
"""
"""With a unit of its own. It was made before, from the same packages: to make one takes long."""


def test_an_upgrade_brings_its_units_and_a_rollback_those_of_the_release_before(
    service: Machine,
) -> None:
    (alert,) = firing(service)
    old = (service.run("readlink", "/opt/hedgewatch/current"), service.unit(UNIT)["Description"])

    def runs() -> tuple[str, str]:
        until(lambda: [a for a in firing(service) if a["episode"] == alert["episode"]], "it fires")
        return service.run("readlink", "/opt/hedgewatch/current"), service.unit(UNIT)["Description"]

    service.run("sh", "-ec", MAKES_A_NEWER_RELEASE)
    assert "restarting" in _install(service, NEWER, f"{NEWER}/*.whl")
    newer = runs()
    assert newer[0] != old[0]
    assert newer[1] == "newer"
    back = ("sh", "/source/deploy/install.sh", "--rollback")
    for expected in (old, newer, old):
        assert "restarting" in service.run(*back)
        assert runs() == expected


def test_a_rollback_to_a_release_that_does_not_run_is_refused(service: Machine) -> None:
    now = service.run("readlink", "/opt/hedgewatch/current")
    service.run(
        "sh", "-c", "rm /opt/hedgewatch/releases/$(cat /opt/hedgewatch/before)/bin/hedgewatch"
    )
    said = service.run("sh", "/source/deploy/install.sh", "--rollback", check=False)
    assert "does not run" in said
    assert service.run("readlink", "/opt/hedgewatch/current") == now


READY_PYTHON = """#!/bin/sh
[ "$1" = -c ] && exit
cp -al "/opt/kept/releases/${3##*/}" "$3" && cd "$3"
rm -r .whole bin/hedgewatch lib/*/site-packages/hedgewatch*
"""


def test_a_release_that_a_new_python_broke_is_made_again(service: Machine) -> None:
    before = service.unit(UNIT)["MainPID"]
    service.run("rm", "/opt/hedgewatch/current/bin/python")
    service.write("/opt/a python/python3", READY_PYTHON, mode="755")
    assert "installing" in _install(service, PYTHON="/opt/a python/python3")
    assert service.unit(UNIT)["MainPID"] not in {before, "0"}
    until(lambda: firing(service), "the alert fires")


def test_a_reload_takes_new_rules_and_refuses_wrong_ones(service: Machine) -> None:
    service.write("/etc/hedgewatch/short.yaml", RULES.replace("NAME", "Shorter"))
    service.run("systemctl", "reload", UNIT)
    until(lambda: [a["alertname"] for a in firing(service)] == ["Shorter"], "the new rule fires")
    service.write("/etc/hedgewatch/short.yaml", RULES.replace("contracts", "contrakts"))
    service.run("systemctl", "reload", UNIT)
    assert "unknown measure 'contrakts'" in service.journal(UNIT)
    assert [alert["alertname"] for alert in firing(service)] == ["Shorter"]
    service.write("/etc/hedgewatch/short.yaml", RULES.replace("NAME", "Shorter"))


def test_a_daemon_that_hangs_is_started_again_with_its_alerts_still_firing(
    service: Machine,
) -> None:
    (before,) = firing(service)
    pid = service.unit(UNIT)["MainPID"]
    service.run("kill", "-STOP", pid)
    until(lambda: service.unit(UNIT)["MainPID"] not in {pid, "0"}, "the watchdog restarts it")
    assert "Watchdog timeout" in service.run("journalctl", "--no-pager", "-u", UNIT)
    (after,) = until(lambda: firing(service), "the alert fires")
    assert after["episode"] == before["episode"]


def test_a_killed_daemon_comes_back_with_its_alerts_still_firing(service: Machine) -> None:
    (before,) = firing(service)
    pid = service.unit(UNIT)["MainPID"]
    service.run("kill", "-KILL", pid)
    until(lambda: service.unit(UNIT)["MainPID"] not in {pid, "0"}, "it is restarted")
    (after,) = until(lambda: firing(service), "the alert fires")
    assert after["episode"] == before["episode"]
    assert int(service.unit(UNIT)["NRestarts"]) == 2


def test_it_stops_in_good_order_when_it_is_told_to(service: Machine) -> None:
    service.run("systemctl", "stop", UNIT)
    unit = service.unit(UNIT)
    assert (unit["ActiveState"], unit["Result"]) == ("inactive", "success")


def test_a_wrong_configuration_is_not_tried_again(service: Machine) -> None:
    service.write("/etc/hedgewatch/hedgewatch.yaml", CONFIGURATION.replace("binanceusdm", "binanx"))
    said = service.run("systemctl", "start", UNIT, check=False)
    unit = service.unit(UNIT)
    assert "failed" in said
    assert (unit["ActiveState"], unit["ExecMainStatus"]) == ("failed", "2")
    assert unit["NRestarts"] == "0"


def test_an_instance_of_the_template_has_a_state_of_its_own(service: Machine) -> None:
    desk = CONFIGURATION + 'http: {listen: "127.0.0.1:9465"}\n'
    service.write("/etc/hedgewatch/second.yaml", desk)
    service.write("/etc/systemd/system/hedgewatch@second.service.d/here.conf", IMPATIENT)
    service.run("systemctl", "daemon-reload")
    service.run("systemctl", "start", "hedgewatch@second")
    assert service.get("/api/v1/status", 9465)["instance"] == "hedgewatch"
    service.run("test", "-e", "/var/lib/hedgewatch-second/state.db")
    service.run("systemctl", "stop", "hedgewatch@second")


CONNECT = f"""
cd /etc/hedgewatch && rm -r hedgewatch.yaml credentials/* /etc/systemd/system/{UNIT}.d && umask 077
/opt/hedgewatch/bin/hedgewatch connect --yes --venue binanceusdm -o hedgewatch.yaml \\
    --endpoint http://127.0.0.1:{PORT} ws://127.0.0.1:{PORT}
"""
"""From nothing but what `install.sh` left, as the hint in which it ends has it."""


def test_the_service_of_what_connect_makes_starts(service: Machine) -> None:
    ended, said = service.shell(CONNECT, f"{DEMO_KEY}\n{DEMO_SECRET}\n")
    assert ended == 0, said
    service.run("sh", "-c", "systemctl daemon-reload && systemctl start hedgewatch")
    until(lambda: service.get("/readyz"), "everything is fresh")
    (position,) = service.get("/api/v1/positions")["positions"]
    assert position["contracts"] == -200.0


def test_it_is_uninstalled_and_leaves_what_is_not_its_own_to_take(service: Machine) -> None:
    said = service.run("sh", "/source/deploy/install.sh", "--uninstall")
    assert "hedgewatch is gone" in said
    service.run("test", "-e", "/etc/hedgewatch/hedgewatch.yaml")
    service.run("test", "!", "-e", f"/etc/systemd/system/{UNIT}")
    said = service.run("sh", "/source/deploy/install.sh", "--uninstall", "--purge")
    assert "left:" not in said
    service.run("test", "!", "-e", "/etc/hedgewatch")
    service.run("test", "!", "-e", "/var/lib/private/hedgewatch")


def test_a_purge_empties_what_is_a_mount_and_says_what_it_could_not_take(service: Machine) -> None:
    purge = "sh /source/deploy/install.sh --uninstall --purge"
    service.run("mkdir", "-p", "/etc/hedgewatch", "/srv/disk/credentials", "/var/lib/hedgewatch")
    service.write("/srv/disk/credentials/main-key", "secret", "600")
    service.run("mount", "--bind", "/srv/disk", "/etc/hedgewatch")
    ended, said = service.shell(purge)
    assert ended == 0, said
    assert "left: /etc/hedgewatch, a mount, empty now" in said
    service.run("test", "!", "-e", "/srv/disk/credentials")
    service.run("test", "!", "-e", "/var/lib/hedgewatch")
    service.run("sh", "-c", "umount /etc/hedgewatch && rmdir /etc/hedgewatch")
    service.write("/srv/disk/main-key", "secret", "600")
    service.run("ln", "-s", "/srv/disk", "/etc/hedgewatch")
    ended, said = service.shell(purge)
    assert ended == 1
    assert "is gone" not in said
    assert said.rstrip().endswith(": /srv/disk")
    service.run("rm", "-r", "/srv/disk")


HERE = "/srv/release/deploy"
LOGIN = "CREDENTIALS_DIRECTORY=/etc/hedgewatch/credentials PATH=/opt/hedgewatch/bin:$PATH"
FROM_HERE = "PIP_NO_INDEX=1 PIP_FIND_LINKS=/wheels"
TYPED = {"main-key": DEMO_KEY, "main-secret": DEMO_SECRET}
OWN = CONFIGURATION + "store: /var/lib/hedgewatch/state.db\n"
EDITED = {
    "hedgewatch.yaml": OWN,
    "second.yaml": CONFIGURATION + 'instance: second\nhttp: {listen: "127.0.0.1:9465"}\n',
}
CREDENTIALS = "\n".join(IMPATIENT.splitlines()[:4])


def _edit(machine: Machine, command: str) -> None:
    """What the handbook leaves to the reader after a command."""
    for name, content in EDITED.items():
        if command.endswith(f"/etc/hedgewatch/{name}") and "example" in command:
            machine.write(f"/etc/hedgewatch/{name}", content)
            machine.write("/etc/hedgewatch/short.yaml", RULES.replace("NAME", "Short"))
    if command.endswith("/credentials.conf"):
        machine.write(command.rsplit(maxsplit=1)[-1], CREDENTIALS)


def _carry_out(machine: Machine, command: str) -> str:
    secret = command.rpartition("/")[2] if "/dev/stdin" in command else ""
    line = f"export {LOGIN} {FROM_HERE}; {command}"
    ended, said = machine.shell(line, TYPED.get(secret, ""), HERE)
    assert ended == 0, f"{command}: {ended}: {said}"
    _edit(machine, command)
    return said


@pytest.fixture(scope="module")
def bare(machine: Machine) -> Machine:
    """A machine with a release unpacked on it, and nothing installed."""
    _purge(machine)
    machine.run("mkdir", "-p", HERE, "/etc/prometheus")
    for source in ("/source/deploy", "/source/requirements.txt", "/dist"):
        machine.run("cp", "-r", source, "/srv/release/")
    return machine


def _purge(machine: Machine) -> None:
    """As if it had never been there, but for a release that was made before: that takes long."""
    machine.run("sh", "/source/deploy/install.sh", "--uninstall", "--purge")
    machine.run("test", "!", "-e", "/etc/hedgewatch")
    machine.run(
        "sh",
        "-c",
        "mkdir -p /opt/hedgewatch; ! [ -e /opt/kept ] || cp -al /opt/kept/. /opt/hedgewatch",
    )


def _open_the_exchange(machine: Machine) -> None:
    """In a place of its own, so that it outlives an uninstalled daemon."""
    machine.run("systemctl", "stop", "paper", check=False)
    machine.run("cp", "-al", "/opt/hedgewatch/current/", "/opt/paper")
    paper = ("/opt/paper/bin/python", "-m", "hedgewatch.sim", "--story", "manual")
    machine.run("systemd-run", "--unit=exchange", "--quiet", *paper, "--port", str(PORT))


def test_the_handbook_as_it_stands_installs_connects_and_starts_it(bare: Machine) -> None:
    for command in part("Install"):
        _carry_out(bare, command)
    _open_the_exchange(bare)
    for command in (*part("Connect"), *part("Secure")):
        _carry_out(bare, command)
    for command in part("Start, change, look"):
        _carry_out(bare, command)
        if "enable --now" in command:
            until(lambda: firing(bare), "the alert fires")
            until(lambda: bare.get("/readyz"), "everything is fresh")


def test_a_store_that_was_backed_up_while_it_ran_is_restored_with_the_same_episode(
    bare: Machine,
) -> None:
    (before,) = firing(bare)
    for command in part("Back up, restore"):
        _carry_out(bare, command)
        if command.startswith("rm "):
            bare.run("test", "!", "-e", "/var/lib/hedgewatch/state.db")
    (after,) = until(lambda: firing(bare), "the alert fires")
    assert after["episode"] == before["episode"]


def test_an_upgrade_to_the_same_changes_nothing(bare: Machine) -> None:
    pid = bare.unit(UNIT)["MainPID"]
    for command in part("Upgrade, roll back"):
        _carry_out(bare, command)
    assert bare.unit(UNIT)["MainPID"] == pid


def test_it_moves_to_a_host_that_never_had_it_and_its_alert_goes_on(bare: Machine) -> None:
    (before,) = firing(bare)
    for command in part("Move to another host"):
        if command == "./install.sh":  # here begins the new host
            _purge(bare)
        _carry_out(bare, command)
    (after,) = until(lambda: firing(bare), "the alert fires")
    assert after["episode"] == before["episode"]


def test_the_rest_of_the_handbook_runs_as_it_stands(bare: Machine) -> None:
    for heading in PARTS[PARTS.index("Several desks, shards") :]:
        for command in part(heading):
            _carry_out(bare, command)
    bare.run("test", "!", "-e", "/etc/hedgewatch")
