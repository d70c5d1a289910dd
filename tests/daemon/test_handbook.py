"""The operator's handbook says nothing that nobody tried: test_boot carries it out."""

import re

from hedgewatch.telemetry.prometheus.defence import defence
from tests.support.handbook import ELSEWHERE, HANDBOOK, PARTS, commands, part, runs_here


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
