"""The operator's handbook, as something that can be carried out: its commands, one by one."""

import re
from pathlib import Path

HANDBOOK = Path(__file__).parents[2] / "deploy" / "README.md"

ELSEWHERE = {
    "make install": "belongs to the checkout, from which the tests run",
    ".venv/bin/python -m build ": "test_packaging builds the wheel",
    "apt-get install ": "there is no network; what it brings is there",
    "install -m 644 mosquitto/": "test_deploy starts a broker with these files",
    "install -m 600 -o mosquitto ": "test_deploy starts a broker with these files",
    "mosquitto_passwd ": "asks for a password; test_deploy makes the file",
    "chown mosquitto:": "the machine has no user mosquitto",
    "chmod 600 /etc/mosquitto/": "belongs to the broker",
    "systemctl restart mosquitto": "test_deploy starts the broker itself",
    "mosquitto_sub ": "test_deploy reads what the daemon publishes",
    "systemd-creds encrypt ": "the machine has neither a TPM nor a disk to keep the key of",
    "docker compose ": "there is no engine; test_compose_stack starts the programs",
    "install -d -m 700 desk/secrets": "prepares for docker compose",
    "for name in http-token mqtt-password": "prepares for docker compose",
    "install -m 640 -g 64000 ": "prepares for docker compose",
    "printf 'DESK=": "prepares for docker compose",
}
"""How commands begin that do not run on the machine of the test, each with the reason."""


IN_PASSING = {
    "hedgewatch ": "test_handbook: each can be given as it stands",
    "/opt/hedgewatch/bin/hedgewatch connect ": "test_boot: what connect makes starts",
    "./install.sh --rollback": "test_boot",
    "amtool silence ": "test_handbook gives it to an Alertmanager",
    "amtool check-config": "test_deploy",
    "promtool check config": "test_deploy",
    "promtool check web-config ": "test_web_config",
    "install -o prometheus ": "the machine has no user prometheus",
    "systemctl reload prometheus": "test_deploy starts Prometheus itself",
    "systemctl status ": "test_boot asks systemd",
    "systemctl restart hedgewatch": "test_boot",
    "systemctl show --property ": "test_boot: the same in a block",
    "systemd-analyze security hedgewatch": "test_boot, and test_deploy for both units",
    "journalctl --unit hedgewatch": "test_boot reads the journal",
    "curl 127.0.0.1:9464/": "test_boot: the same in a block",
    'curl -H "Authorization: Bearer ': "test_http asks with a token",
    "ssh -L ": "there is no other machine",
    "docker compose ": ELSEWHERE["docker compose "],
}
"""How commands begin that stand amid the text, each with where it is tried, or why it is not."""
_PROGRAMS = re.compile(
    r"(?:\S+/)?(hedgewatch|amtool|promtool|curl|systemctl|systemd-\w+|journalctl|install(\.sh)?"
    r"|openssl|docker|ssh|df)\s"
)


def in_passing(text: str) -> list[str]:
    """The commands that stand amid the text, and not in a block of their own."""
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    told = [words for words in re.findall(r"`([^`\n]+)`", prose) if _PROGRAMS.match(words)]
    return [words for words in told if not any(c.startswith(words) for c in commands(text))]


def commands(text: str) -> list[str]:
    """Every line of every shell block, in order, without what is remarked beside it."""
    blocks = re.findall(r"^```sh\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)
    lines = (re.sub(r"\s{2,}# .*$", "", line) for block in blocks for line in block.splitlines())
    return [line for line in lines if line.strip() and not line.startswith("#")]


def runs_here(command: str) -> bool:
    return not command.startswith(tuple(ELSEWHERE))


def part(heading: str) -> list[str]:
    """The commands below a heading that run here, each of which is carried out once."""
    text = HANDBOOK.read_text(encoding="utf-8")
    section = text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    assert section, heading
    return [command for command in commands(section) if runs_here(command)]


PARTS = (
    *("Install", "Connect", "Secure", "Start, change, look", "Back up, restore"),
    *("Upgrade, roll back", "Move to another host", "Several desks, shards"),
    *("Prometheus, Grafana", "When an alert fires", "When the daemon is unwell", "Uninstall"),
)
