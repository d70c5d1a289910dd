"""The stack of deploy/compose comes up, and its parts find each other by their names."""

import json
from pathlib import Path

import pytest

from tests.support.machine import why_not
from tests.support.stack import carried_out, services_of

pytestmark = [
    pytest.mark.live,
    pytest.mark.slow,
    pytest.mark.skipif(bool(why_not()), reason=why_not()),
    pytest.mark.timeout(120),
]

ASK = """
import json, subprocess, time, urllib.request

TOKEN = open("/run/secrets/http-token").read().strip()


def get(url, token=""):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=5).read()


def asked(expr):
    found = json.loads(get("http://prometheus:9090/api/v1/query?query=" + expr))
    return [(each["metric"], each["value"][1]) for each in found["data"]["result"]]


def broker():
    word = open("/run/secrets/desk-password").read().strip()
    topic = ["-t", "hedgewatch/demo/availability", "-C", "1", "-W", "2"]
    command = ["mosquitto_sub", "-h", "mosquitto", "-u", "desk", "-P", word, *topic]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def watchdogs():  # of the daemon and of Prometheus: neither keeps the other quiet
    told = json.loads(get("http://alertmanager:9093/api/v2/alerts?inhibited=false"))
    names = {(a["labels"]["alertname"], a["labels"].get("source", "")) for a in told}
    return sorted(source for name, source in names if name == "Watchdog")


WANTED = {
    "daemon healthy": lambda: get("http://127.0.0.1:9464/healthz") and True,
    "alertmanager healthy": lambda: get("http://127.0.0.1:9093/-/ready") and True,
    "prometheus healthy": lambda: get("http://127.0.0.1:9090/-/ready") and True,
    "daemon ready": lambda: json.loads(get("http://daemon:9464/readyz", TOKEN))["ready"],
    "scraped": lambda: asked("up")[0][1] == "1" and asked("hedgewatch_margin_ratio") != [],
    "both watchdogs": lambda: watchdogs() == ["", "prometheus"],
    "broker": lambda: broker() == "online",
}
missing, until = dict(WANTED), time.monotonic() + 60
while missing and time.monotonic() < until:
    for name, holds in list(missing.items()):
        try:
            if holds():
                del missing[name]
        except (OSError, ValueError, IndexError, subprocess.CalledProcessError):
            pass
    time.sleep(0.2)
print(json.dumps(sorted(missing)))
"""


def test_all_that_the_demo_starts_comes_up_and_reaches_the_others(tmp_path: Path) -> None:
    services = services_of("mosquitto", "alertmanager", "prometheus", "machine", "demo", "paper")
    said = carried_out(tmp_path, services, ASK)
    logs = {log.stem: log.read_text()[-1500:] for log in tmp_path.glob("*.log")}
    assert json.loads(said.splitlines()[-1]) == [], logs
