"""`hedgewatch rules explain`, by the files alone and by a running daemon."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from hedgewatch.cli import main
from hedgewatch.core.model import Scope
from hedgewatch.telemetry.http import Equipment, application, serve
from hedgewatch.telemetry.metrics import DaemonMetrics
from hedgewatch.telemetry.settings import HttpSettings
from hedgewatch.view import EngineView
from tests.support.builders import rule
from tests.support.servers import free_port
from tests.support.stories import BETWEEN, CALM, HOT, Story, short_of_aix

NOT_LOADED = "it is not loaded by the configuration; for a file of rules: --rules my-rules.yaml"
ANYWHERE = HttpSettings(listen="127.0.0.1:0")
DANGER = replace(
    rule("Danger", Scope.POOL, "margin_ratio > 50% or shock_up < 1%", "margin_ratio < 20%"),
    hold_for=2.0,
    labels={"severity": "critical"},
)
RULE_FILE = """\
groups:
  - name: mine
    rules:
      - alert: Danger
        on: pool
        where: {account: [main, other]}
        expr: margin_ratio > 50%
        for: 2s
        keep_firing_for: 30s
        unknown: fire
        labels: {severity: critical, team: desk}
        annotations: {summary: "{account} burns"}
"""
TESTS = """\
rule_files: [../rules.yaml]
tests:
  - {name: it burns, on: pool, alert_rule_test: [{eval_time: 1s, alertname: Danger}]}
  - {name: it does not, on: pool, alert_rule_test: [{eval_time: 1s, alertname: Other}]}
"""
CONFIGURATION = """\
instance: desk
accounts:
  - name: main
    venue: binanceusdm
    credentials: {api_key: {env: NO_SUCH}, secret: {env: NO_SUCH}}
rules: [rules.yaml]
receivers:
  - {name: phone, webhook: {url: {env: NO_SUCH}}}
  - {name: desk, console: {}}
routes:
  - {match: {severity: info}, to: [desk]}
  - {match: {account: other}, to: [desk]}
  - {matchers: ['team=~"a.*"'], to: [desk]}
  - {matchers: ['pool=~"USD.*"'], to: [desk], digest: 1h}
  - match: {severity: critical, team: desk}
    to: [phone, desk]
    repeat: 2m
    escalate: [{after: 10m, to: [desk]}]
http: {listen: "127.0.0.1:PORT"}
"""


@asynccontextmanager
async def daemon(story: Story) -> AsyncIterator[str]:
    app = application(EngineView(story.engine, {}), DaemonMetrics("0.0.0"), ANYWHERE)
    async with serve(app, ANYWHERE) as url:
        yield url


async def explained(story: Story, capsys: pytest.CaptureFixture[str]) -> str:
    async with daemon(story) as url:
        code = await asyncio.to_thread(main, ["rules", "explain", "Danger", "--url", url])
    said = capsys.readouterr()
    assert (code, said.err) == (0, "")
    return said.out


async def test_of_a_silent_rule_it_says_how_far_each_comparison_is_from_firing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    said = await explained(short_of_aix(DANGER), capsys)
    assert "now, main/USDT: inactive\n  the condition does not hold\n" in said
    assert "  ✗ fires when margin_ratio > 50% or shock_up < 1%\n" in said
    assert "    ✗ margin_ratio > 50%   (margin_ratio is 6.00%; 44.00% below)\n" in said
    assert "over when" not in said.partition("now, ")[2]


async def test_of_a_pending_and_of_a_firing_rule_it_says_since_when_and_what_is_missing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    story = short_of_aix(DANGER)
    story.at(1.0, HOT)
    said = await explained(story, capsys)
    assert "now, main/USDT: pending since 2023-11-14 22:13:21Z\n" in said
    assert "  the condition holds: it fires when it has held for 2s\n" in said
    story.advance(4.0, HOT)
    assert "now, main/USDT: firing since 2023-11-14 22:13:2" in await explained(story, capsys)
    story.advance(5.0, BETWEEN)
    said = await explained(story, capsys)
    assert "the condition no longer holds, and what clears it does not hold yet" in said
    assert "  ✗ over when margin_ratio < 20%   (margin_ratio is 3" in said


async def test_what_is_unknown_is_said_with_its_reason(capsys: pytest.CaptureFixture[str]) -> None:
    story = short_of_aix(DANGER)
    story.advance(12.0)
    said = await explained(story, capsys)
    assert "nobody knows whether the condition holds" in said
    assert "? margin_ratio > 50%   (margin_ratio is unknown: " in said


async def test_a_rule_that_watches_nothing_yet_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    said = await explained(Story(DANGER), capsys)
    assert said.endswith("now: there is nothing that it watches\n")


async def test_a_misspelt_name_is_answered_with_the_nearest(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async with daemon(short_of_aix(DANGER)) as url:
        code = await asyncio.to_thread(main, ["rules", "explain", "Dangre", "--url", url])
    assert code == 2
    assert capsys.readouterr().err == (
        f"hedgewatch: no rule 'Dangre' (did you mean 'Danger'?): {NOT_LOADED} (there: Danger)\n"
    )


def test_a_rule_that_is_not_loaded_is_asked_for_with_its_file_and_no_list_of_sixty_follows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As who reads the README does: a rule of one's own is checked, then explained."""
    file = tmp_path / "my-rules.yaml"
    file.write_text(RULE_FILE.replace("Danger", "TopUpSoon"))
    (tmp_path / "hedgewatch.yaml").write_text(
        CONFIGURATION.replace("PORT", str(free_port())).replace("rules: [rules.yaml]\n", "")
    )
    explain = ["rules", "explain", "TopUpSoon"]
    assert main([*explain, "-c", str(tmp_path / "hedgewatch.yaml")]) == 2
    assert capsys.readouterr().err == f"hedgewatch: no rule 'TopUpSoon': {NOT_LOADED}\n"
    assert main([*explain, "--rules", str(file)]) == 0
    assert capsys.readouterr().out.startswith("TopUpSoon (critical, on pool)\n")
    assert main(["rules", "explain", "Zzz", "--rules", str(file)]) == 2
    said = capsys.readouterr().err
    assert said == "hedgewatch: no rule 'Zzz': it is not in these files (there: TopUpSoon)\n"


async def test_whom_it_tells_is_the_daemons_word_and_what_a_restart_would_change_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "rules.yaml").write_text(RULE_FILE)
    file = tmp_path / "hedgewatch.yaml"
    told = ["desk"]
    view = EngineView(short_of_aix(DANGER).engine, {})
    equipment = Equipment(told_to=lambda _: told)
    app = application(view, DaemonMetrics("0.0.0"), ANYWHERE, equipment=equipment)
    async with serve(app, ANYWHERE) as url:
        written = CONFIGURATION.replace("127.0.0.1:PORT", url.removeprefix("http://"))
        file.write_text(written.partition("routes:")[0] + f"http: {{listen: '{url[7:]}'}}\n")
        command = ["rules", "explain", "Danger", "-c", str(file)]
        assert await asyncio.to_thread(main, command) == 0
        before = capsys.readouterr().out
        told[:] = ["phone, desk, again every 5m until somebody has seen it"]
        assert await asyncio.to_thread(main, command) == 0
    after = capsys.readouterr().out
    assert "  Told to desk.\n" in before
    otherwise = "  The configuration says otherwise, which holds after a restart: told to phone"
    assert otherwise in before
    assert "  Told to phone, desk, again every 5m until somebody has seen it.\n" in after
    assert "otherwise" not in after


async def test_as_json_every_number_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    story = short_of_aix(DANGER)
    story.at(1.0, CALM)
    async with daemon(story) as url:
        await asyncio.to_thread(main, ["rules", "explain", "Danger", "--url", url, "--json"])
    document = json.loads(capsys.readouterr().out)
    (subject,) = document["subjects"]
    assert subject["labels"] == {"account": "main", "venue": "binanceusdm", "pool": "USDT"}
    ratio = subject["expr"]["parts"][0]
    assert (ratio["truth"], ratio["operands"][0]["value"]) == (False, pytest.approx(0.06))
    assert document["rule"]["expr"] == DANGER.expr.text


def test_without_a_daemon_the_configuration_says_what_it_means_and_whom_it_tells(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "rules.yaml").write_text(RULE_FILE)
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "mine.yaml").write_text(TESTS)
    file = tmp_path / "hedgewatch.yaml"
    file.write_text(CONFIGURATION.replace("PORT", str(free_port())))
    assert main(["rules", "explain", "Danger", "-c", str(file)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    for words in (
        "It watches every margin pool where account is main or other.",
        "It fires when this holds for 2s: margin ratio is above 50%.",
        "It is over when it does not, on two fresh observations of everything it reads and 30s",
        "What cannot be known counts as true.",
        "Told to desk, again every 5m until somebody has seen it, where account is other.",
        'Told to desk, again every 5m until somebody has seen it, where pool=~"USD.*".',
        "Told to phone, desk, again every 2m until somebody has seen it, desk after 10m without",
        "tests/mine.yaml:3: it burns What it sees",
        "What it sees is not told: no daemon answers at http://127.0.0.1:",
    ):
        assert words in said


def test_a_named_daemon_that_does_not_answer_is_a_failure(
    capsys: pytest.CaptureFixture[str],
) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    assert main(["rules", "explain", "MarginDanger", "--url", url]) == 1
    assert "no daemon answers" in capsys.readouterr().err
