"""`record`, `replay` and `rules replay`, as an operator uses them."""

import json
import os
import subprocess
from math import inf
from pathlib import Path

import pytest

from hedgewatch.cli import main
from hedgewatch.cli.history_text import history_text
from hedgewatch.core.alert_model import Severity
from hedgewatch.core.model import Scope, Subject
from hedgewatch.recording.reading import files_of
from hedgewatch.recording.timeline import Firing, History
from tests.support.daemons import PROGRAM
from tests.support.recordings import NIGHT, SEGMENTS, record
from tests.support.stories import START

_CONFIGURATION = """\
accounts:
  - name: main
    venue: binanceusdm
    credentials: {api_key: {file: key}, secret: {file: key}}
store: state.db
"""
_HASTY = """\
groups:
  - name: hasty
    rules:
      - alert: Hot
        on: pool
        expr: margin_ratio > 5%
        labels: {severity: info}
        annotations: {summary: "at {margin_ratio:.0%}"}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A configuration, and beside its store what happened last."""
    made = tmp_path_factory.mktemp("desk")
    (made / "key").touch(mode=0o600)
    (made / "key").write_text("0" * 64)
    (made / "hedgewatch.yaml").write_text(_CONFIGURATION)
    (made / "rules").mkdir()
    (made / "rules" / "hasty.yaml").write_text(_HASTY)
    record(made / "state.recording")
    for file in files_of(made / "state.recording"):
        os.utime(file, (NIGHT[-1][1], NIGHT[-1][1]))
    return made


def test_record_says_what_there_is_and_keeps_a_copy(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    configuration = str(folder / "hedgewatch.yaml")
    assert main(["record", "-c", configuration]) == 0
    said = capsys.readouterr().out
    assert f"{folder / 'state.recording'}: {SEGMENTS} segments, " in said
    assert "2023-11-14T22:13:20.000Z to " in said
    out = tmp_path / "night.hwrec"
    arguments = ["record", "-c", configuration, "--out", str(out), "--last", "30d", "--json"]
    assert main(arguments) == 0
    assert json.loads(capsys.readouterr().out)["segments"] == SEGMENTS
    assert main(arguments) == 1
    assert f"{out} exists" in capsys.readouterr().err
    assert main(["record", "-c", configuration, "--last", "an hour"]) == 2
    assert "--last an hour: a duration must read like" in capsys.readouterr().err


def test_record_without_a_recording_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "key").touch(mode=0o600)
    (tmp_path / "key").write_text("0" * 64)
    file = tmp_path / "hedgewatch.yaml"
    file.write_text(_CONFIGURATION + "recording: {enabled: false}\n")
    assert main(["record", "-c", str(file)]) == 1
    assert "holds no recording yet (recording: {enabled: false})" in capsys.readouterr().err


def test_replay_in_another_process_prints_the_same_decisions(folder: Path) -> None:
    ring = folder / "state.recording"
    outputs = []
    for seed in ("1", "2"):
        done = subprocess.run(
            [PROGRAM, "replay", ring],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "PYTHONHASHSEED": seed},
        )
        assert (done.returncode, done.stderr) == (0, "")
        outputs.append(done.stdout)
    assert outputs[0] == outputs[1]
    *lines, verdict = outputs[0].splitlines()
    assert len(lines) > 20
    assert verdict.startswith(f"identical: {len(lines)} transitions, {len(NIGHT)} events, ")


def test_replay_as_json_and_up_to_a_moment(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ring = str(folder / "state.recording")
    assert main(["replay", ring, "--json", "--until", "2023-11-14T22:13:21"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["identical"] is True
    assert document["events"] == sum(now <= START + 1.0 for _, now in NIGHT)
    assert document["begun_at"] == "2023-11-14T22:13:20.000Z"
    assert document["about"]["follows"] is False
    with pytest.raises(SystemExit):
        main(["replay", ring, "--until", "teatime"])
    assert "must read like 2026-11-30T03:15, found teatime" in capsys.readouterr().err


def test_replay_of_a_damaged_recording_says_where_and_fails(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = bytearray(files_of(folder / "state.recording")[0].read_bytes())
    content[-20] ^= 4
    damaged = tmp_path / "damaged.hwrec"
    damaged.write_bytes(content)
    assert main(["replay", str(damaged)]) == 1
    said = capsys.readouterr()
    assert said.err.startswith("hedgewatch: damaged.hwrec, byte ")
    assert "the checksum does not match: a byte of it was changed" in said.err
    assert main(["replay", str(tmp_path / "none.hwrec")]) == 1
    assert "none.hwrec does not exist" in capsys.readouterr().err


def test_what_no_move_liquidates_is_told_as_having_no_bound() -> None:
    worst = {"shock_down": -inf, "shock_up": 0.083}
    subject = Subject(Scope.POOL, (("account", "main"), ("venue", "binanceusdm"), ("pool", "USDT")))
    firing = Firing(
        alertname="Hot", subject=subject, severity=Severity.WARNING,
        fired_at=0.0, ended_at=9.0, worst=worst,
    )  # fmt: skip
    assert history_text(History(firings=[firing])).endswith("worst shock_down -∞, shock_up 0.083")


def test_rules_replay_shows_what_would_have_fired_and_what_is_new(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ring, rules = str(folder / "state.recording"), str(folder / "rules")
    assert main(["rules", "replay", ring, "--rules", rules, "--against", "recorded"]) == 0
    said = capsys.readouterr().out
    assert f"{len(NIGHT)} events, 1 rule\n" in said
    assert "info     Hot main/USDT" in said
    assert "worst margin_ratio 0." in said
    assert "\nonly by recorded: " in said
    assert main(["rules", "replay", ring, "--rules", rules, "--json"]) == 0
    (seen,) = json.loads(capsys.readouterr().out)["histories"]
    assert {one["alertname"] for one in seen["firings"]} == {"Hot"}


def test_rules_replay_draws_what_fired(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ring, rules, file = str(folder / "state.recording"), str(folder / "rules"), tmp_path / "n.svg"
    command = ["rules", "replay", ring, "--rules", rules, "--against", "recorded", "--plot"]
    assert main([*command, str(file)]) == 0
    assert "<svg" in file.read_text()
    assert main([*command, str(tmp_path / "n.doc")]) == 1
    assert "a picture ends in .png or .svg" in capsys.readouterr().err


def test_rules_replay_refuses_wrong_rules_before_it_begins(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(_HASTY.replace("margin_ratio > 5%", "margin_ratoi > 5%"))
    assert main(["rules", "replay", str(folder / "state.recording"), "--rules", str(wrong)]) == 2
    assert "wrong.yaml:6:15: unknown measure 'margin_ratoi'" in capsys.readouterr().err
