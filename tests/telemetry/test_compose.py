"""deploy/compose without an engine: what it names exists, the real programs take its files."""

import os
import pwd
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from hedgewatch.config.loader import load
from hedgewatch.sim.keys import DEMO_KEY, DEMO_SECRET
from tests.support.servers import Server, find_program, free_port

ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "deploy" / "compose"
DOCKERFILE = COMPOSE / "Dockerfile"
STACK: dict[str, Any] = yaml.safe_load((COMPOSE / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = STACK["services"]
DEMO = COMPOSE / "demo" / "hedgewatch" / "hedgewatch.yaml"
OWN_SECRETS = {
    "main-key",
    "main-secret",
}  # of the desk's venue: the demo has its own, worth nothing


def on_disk(path: str) -> Path:
    return (COMPOSE / path.replace("${DESK:-./demo}", "./demo")).resolve()


def ports_of(service: dict[str, Any]) -> list[str]:
    return list(service.get("ports", []))


def instructions() -> list[tuple[str, str]]:
    """Each of the Dockerfile, with its arguments in one line."""
    text = re.sub(r"^\s*#.*\n", "", DOCKERFILE.read_text(), flags=re.MULTILINE)
    lines = text.replace("\\\n", " ").splitlines()
    return [(line.split()[0], line.split(maxsplit=1)[1]) for line in lines if line.strip()]


def demo_environment() -> dict[str, str]:
    lines = (COMPOSE / "demo" / "paper.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and line[0] != "#")


@pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)
def test_what_a_service_mounts_is_in_the_repository_or_a_volume(service: dict[str, Any]) -> None:
    for mount in service.get("volumes", []):
        source, _, place = mount.replace("${DESK:-./demo}", "./demo").partition(":")
        if source.startswith("."):
            assert on_disk(source).exists(), mount
            assert place.endswith(":ro"), mount
        else:
            assert source in STACK["volumes"], mount
    assert set(service.get("secrets", [])) <= STACK["secrets"].keys()
    for file in service.get("env_file", []):
        assert on_disk(file).is_file()


@pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)
def test_a_service_can_do_no_more_than_it_must(service: dict[str, Any]) -> None:
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["restart"] == "unless-stopped"
    assert service.keys() >= {"mem_limit", "pids_limit"}
    assert not service.keys() & {"privileged", "cap_add", "devices", "pid", "ipc"}


@pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)
def test_only_this_machine_reaches_a_port(service: dict[str, Any]) -> None:
    for port in ports_of(service):
        assert re.fullmatch(r"127\.0\.0\.1:(\d+):\1", port)


@pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)
def test_an_image_is_ours_or_of_one_release(service: dict[str, Any]) -> None:
    name, _, tag = service["image"].partition(":")
    assert name == "hedgewatch" or re.fullmatch(r"v?\d+\.\d+\.\d+", tag)
    assert name == "hedgewatch" or "healthcheck" in service  # ours has one in its recipe


def test_every_secret_of_the_demo_is_there_and_that_of_a_desk_is_not_for_us_to_have() -> None:
    for name, secret in STACK["secrets"].items():
        path = on_disk(secret["file"])
        assert path.name == name
        assert path.exists() is (name not in OWN_SECRETS)
        if path.exists():
            assert "worth-nothing" in path.read_text()


def test_the_demo_knows_what_the_exchange_the_broker_and_prometheus_know() -> None:
    told = demo_environment()
    assert (told["PAPER_KEY"], told["PAPER_SECRET"]) == (DEMO_KEY, DEMO_SECRET)
    secrets = COMPOSE / "demo" / "secrets"
    assert told["HTTP_TOKEN"] == (secrets / "http-token").read_text().strip()
    assert told["MQTT_PASSWORD"] == (secrets / "mqtt-password").read_text().strip()
    start = (COMPOSE / "mosquitto" / "start.sh").read_text()
    (broker,) = [r["mqtt"] for r in yaml.safe_load(DEMO.read_text())["receivers"] if "mqtt" in r]
    assert f"{broker['username']}:%s" in start


def test_the_configuration_of_the_demo_is_accepted_and_names_the_others_as_they_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in demo_environment().items():
        monkeypatch.setenv(name, value)
    configuration = load(DEMO)
    assert [hedge.name for hedge in configuration.hedges] == ["ai-basket"]
    text = yaml.safe_load(DEMO.read_text())
    (alertmanager,) = [r["alertmanager"] for r in text["receivers"] if "alertmanager" in r]
    assert alertmanager["urls"] == ["http://alertmanager:9093"]
    assert {r["mqtt"]["host"] for r in text["receivers"] if "mqtt" in r} <= SERVICES.keys()
    assert text["store"].startswith("/var/lib/hedgewatch/")
    assert ports_of(SERVICES["machine"]) == [f"127.0.0.1:9464:{configuration.http.port}"]
    command = SERVICES["paper"]["command"]
    endpoint = configuration.accounts[0].endpoint
    assert endpoint is not None
    assert endpoint.rest == f"http://127.0.0.1:{command[command.index('--port') + 1]}"
    assert {SERVICES[name]["network_mode"] for name in ("demo", "paper")} == {"service:machine"}


def test_a_container_that_is_started_again_takes_no_other_ones_network_with_it() -> None:
    """Who shares it is cut off, silently, until it is started again, too."""
    shared = {each["network_mode"] for each in SERVICES.values() if "network_mode" in each}
    assert shared == {"service:machine"}
    assert SERVICES["machine"]["entrypoint"] == ["sleep", "infinity"]


def test_what_no_registry_has_is_not_asked_for_there() -> None:
    ours = [service for service in SERVICES.values() if service["image"] == "hedgewatch:local"]
    assert len(ours) == 4
    assert all("build" in service or service["pull_policy"] == "never" for service in ours)


def test_a_program_that_makes_temporary_files_has_a_place_for_them() -> None:
    """Their root is read-only: mosquitto_passwd then makes no password file, without this."""
    for name in ("demo", "hedgewatch", "grafana", "mosquitto"):
        assert any(place.startswith("/tmp:") for place in SERVICES[name]["tmpfs"]), name  # noqa: S108


def test_both_daemons_answer_to_the_name_that_prometheus_asks_for() -> None:
    prometheus = yaml.safe_load((COMPOSE / "prometheus" / "prometheus.yml").read_text())
    (job,) = prometheus["scrape_configs"]
    (target,) = job["static_configs"][0]["targets"]
    host, _, port = target.partition(":")
    for name in ("hedgewatch", "machine"):
        assert SERVICES[name]["networks"]["default"]["aliases"] == [host]
        assert ports_of(SERVICES[name]) == [f"127.0.0.1:{port}:{port}"]
    assert host in yaml.safe_load(DEMO.read_text())["http"]["hosts"]
    secret = Path(job["authorization"]["credentials_file"])
    assert secret.name in SERVICES["prometheus"]["secrets"]
    (told,) = prometheus["alerting"]["alertmanagers"]
    assert told["static_configs"] == [{"targets": ["alertmanager:9093"]}]


def test_prometheus_and_alertmanager_accept_what_they_are_given(tmp_path: Path) -> None:
    text = (COMPOSE / "prometheus" / "prometheus.yml").read_text()
    token = COMPOSE / "demo" / "secrets" / "http-token"
    (tmp_path / "prometheus.yml").write_text(text.replace("/run/secrets/http-token", str(token)))
    rules = ROOT / "deploy" / "prometheus" / "rules.yml"
    (tmp_path / "rules.yml").write_text(rules.read_text())
    said("promtool", "check", "config", str(tmp_path / "prometheus.yml"))
    said("amtool", "check-config", str(COMPOSE / "demo" / "alertmanager" / "alertmanager.yml"))


def test_grafana_asks_the_prometheus_beside_it_and_finds_the_same_source_and_dashboards() -> None:
    here = yaml.safe_load((COMPOSE / "grafana" / "prometheus.yml").read_text())
    shipped = ROOT / "grafana" / "provisioning"
    there = yaml.safe_load((shipped / "datasources" / "prometheus.yml").read_text())
    there["datasources"][0]["url"] = "http://prometheus:9090"
    assert here == there
    (provider,) = yaml.safe_load((shipped / "dashboards" / "hedgewatch.yml").read_text())[
        "providers"
    ]
    places = {mount.split(":")[1] for mount in SERVICES["grafana"]["volumes"]}
    assert provider["options"]["path"] in places


def said(*command: str, **variables: str) -> str:
    ended = subprocess.run(
        [find_program(command[0]), *command[1:]],
        capture_output=True, text=True, check=False, env=os.environ | variables,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout + ended.stderr


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Server]:
    """A real mosquitto, begun by the script of the container, in other places."""
    port, run, config = free_port(), tmp_path / "run", tmp_path / "config"
    run.mkdir()
    config.mkdir()
    text = (COMPOSE / "mosquitto" / "mosquitto.conf").read_text()
    for there, here in (
        ("/run/mosquitto/", f"{run}/"),
        ("/mosquitto/data/", f"{tmp_path}/"),
        ("listener 1883 0.0.0.0", f"listener {port} 127.0.0.1"),
    ):
        assert there in text
        text = text.replace(there, here)
    user = pwd.getpwuid(os.geteuid()).pw_name
    (config / "mosquitto.conf").write_text(f"user {user}\n{text}")
    acl = ROOT / "deploy" / "mosquitto" / "hedgewatch.acl"
    (config / "hedgewatch.acl").write_text(acl.read_text())
    secrets = COMPOSE / "demo" / "secrets"
    path = f"{Path(find_program('mosquitto')).parent}:{os.environ['PATH']}"
    places = (f"SECRETS={secrets}", f"CONFIG={config}", f"RUN={run}", f"PATH={path}")
    start = str(COMPOSE / "mosquitto" / "start.sh")
    server = Server(["/usr/bin/env", *places, "sh", start], port, tmp_path / "log")
    server.start()
    yield server
    server.stop()


@pytest.mark.live
def test_the_broker_of_the_stack_knows_the_passwords_of_its_secrets(broker: Server) -> None:
    topic = ["-p", str(broker.port), "-t", "hedgewatch/demo/availability", "-q", "1"]
    words = [f"demo-{name}-worth-nothing" for name in ("mqtt", "desk")]
    said("mosquitto_pub", *topic, "-u", "hedgewatch", "-P", words[0], "-r", "-m", "online")
    read = ["-u", "desk", "-P", words[1], "-C", "1", "-W", "5"]
    assert said("mosquitto_sub", *topic, *read).strip() == "online"
    with pytest.raises(AssertionError):
        said("mosquitto_sub", *topic, "-u", "desk", "-P", "guessed", "-C", "1", "-W", "5")
    assert (broker.log.parent / "run" / "passwd").stat().st_mode & 0o077 == 0
    assert words[0] not in (broker.log.parent / "run" / "passwd").read_text()


def test_the_image_is_made_of_what_is_in_the_repository_with_packages_by_their_hashes() -> None:
    ignored = (COMPOSE / "Dockerfile.dockerignore").read_text().splitlines()
    let_through = {line[1:] for line in ignored if line.startswith("!")}
    copied = [shlex.split(words) for name, words in instructions() if name == "COPY"]
    sources = {words[0] for words in copied if not words[0].startswith("--from")}
    assert sources == let_through
    assert all((ROOT / source).exists() for source in sources)
    installs = [words for name, words in instructions() if name == "RUN" and "pip install" in words]
    assert installs
    assert all("--require-hashes" in words for words in installs)
    assert {words.split()[0] for name, words in instructions() if name == "FROM"} == {
        "python:3.11-slim-bookworm"
    }


def test_the_image_runs_as_nobody_who_may_do_anything() -> None:
    last = {name: words for name, words in instructions() if name != "RUN"}
    assert last["USER"] == "64000:64000" == SERVICES["demo"]["user"] == SERVICES["paper"]["user"]
    assert last["STOPSIGNAL"] == "SIGTERM"
    assert "/healthz" in last["HEALTHCHECK"]
    assert last["CMD"] == '["run", "-c", "/etc/hedgewatch/hedgewatch.yaml"]'
    assert last["VOLUME"] == '["/var/lib/hedgewatch"]'
    assert last["EXPOSE"] == "9464"


def test_what_the_image_copies_is_a_program_that_runs_with_its_rules(tmp_path: Path) -> None:
    """Each is laid where the recipe lays it: the command answers, and the rules are found."""
    packages = "/opt/hedgewatch/lib/python3.11/site-packages/"
    for name, words in instructions():
        source, _, place = words.partition(" ")
        if name == "COPY" and place.startswith(packages):
            shutil.copytree(ROOT / source, tmp_path / place.removeprefix(packages))
    command = [sys.executable, str(COMPOSE / "hedgewatch"), "check", "-c", str(DEMO)]
    ended = subprocess.run(
        command, capture_output=True, text=True, check=False,
        env=os.environ | demo_environment() | {"PYTHONPATH": str(tmp_path)},
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert re.search(r"\b[1-9]\d* rules", ended.stdout)
