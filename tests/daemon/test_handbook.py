"""The operator's handbook says nothing that nobody tried: test_boot carries it out."""

import re
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from hedgewatch.cli.arguments import parse
from hedgewatch.telemetry.prometheus.defence import defence
from tests.support.handbook import (
    ELSEWHERE,
    HANDBOOK,
    IN_PASSING,
    PARTS,
    commands,
    in_passing,
    part,
    runs_here,
)
from tests.support.servers import Server, alertmanager_server, find_program


def test_every_command_of_the_handbook_is_carried_out_or_in_the_list_of_those_that_cannot() -> None:
    text = HANDBOOK.read_text(encoding="utf-8")
    told = [command for command in commands(text) if runs_here(command)]
    assert told == [command for heading in PARTS for command in part(heading)]
    unused = [start for start in ELSEWHERE if not any(c.startswith(start) for c in commands(text))]
    assert unused == []


def test_it_says_what_to_do_about_each_alert_that_prometheus_alone_gives() -> None:
    text = HANDBOOK.read_text(encoding="utf-8")
    for rule in defence("hedgewatch"):
        assert re.search(
            rf"^\| {rule['alert']}\b.* \| .{{10,}} \| .{{10,}} \|$", text, re.MULTILINE
        )


def test_a_command_amid_the_text_is_tried_too_or_it_is_known_why_not() -> None:
    told = in_passing(HANDBOOK.read_text(encoding="utf-8"))
    assert [words for words in told if not words.startswith(tuple(IN_PASSING))] == []
    assert [start for start in IN_PASSING if not any(w.startswith(start) for w in told)] == []


def test_a_command_of_ours_amid_the_text_can_be_given_as_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("hedgewatch.yaml").touch()
    given = [shlex.split(words) for words in in_passing(HANDBOOK.read_text(encoding="utf-8"))]
    ours = [words[1:] for words in given if words[0].endswith("hedgewatch") and len(words) > 2]
    assert ["ack", "MarginDanger", "-c", "…"] in ours
    for words in ours:
        parse(words)  # SystemExit where it is wrong


@pytest.mark.live
def test_the_silence_of_the_handbook_is_one_that_alertmanager_takes(
    tmp_path: Path, start_server: Callable[[Server], Server]
) -> None:
    server = start_server(alertmanager_server(tmp_path))
    (told,) = [w for w in in_passing(HANDBOOK.read_text()) if w.startswith("amtool silence add ")]
    assert "--alertmanager.url=http://127.0.0.1:9093" in told
    given = shlex.split(told.replace("http://127.0.0.1:9093", server.url))
    amtool = find_program("amtool")

    def said(*words: str) -> str:
        done = subprocess.run([amtool, *words], check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    said(*given[1:], "--author=anna")
    stands = said("silence", "query", f"--alertmanager.url={server.url}")
    assert 'alertname="MarginDanger"' in stands
    assert 'account="main"' in stands
