"""The command line, as scripts see it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from hedgewatch.cli import main

_WRONG_RULES = """\
groups:
  - name: margin
    rules:
      - {alert: Danger, on: pool, expr: margin_ratoi > 80%, labels: {severity: info}}
"""


@pytest.mark.parametrize(
    "command", [["check", "-c"], ["rules", "check"], ["rules", "test"]], ids=" ".join
)
def test_mistakes_are_json_on_stdout_where_json_was_asked_for(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "file.yaml"
    file.write_text("a: 1\na: [\n")
    assert main([*command, str(file), "--json"]) == 2
    said = capsys.readouterr()
    (problem,) = json.loads(said.out)["problems"]
    assert problem.pop("message").startswith("this is not YAML: ")
    assert problem == {"file": str(file), "line": 3, "column": 1}
    assert said.err == ""


def test_the_same_mistakes_as_text_go_to_stderr_with_their_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text(_WRONG_RULES)
    assert main(["rules", "check", str(file)]) == 2
    said = capsys.readouterr()
    assert said.err == (
        f"{file}:4:41: unknown measure 'margin_ratoi' (did you mean 'margin_ratio'?)\n"
    )
    assert said.out == ""


def test_help_is_there_before_any_library_is_imported_that_takes_its_time() -> None:
    program = (
        "import atexit, sys\n"
        "atexit.register(lambda: print(sorted(sys.modules), file=sys.stderr))\n"
        "from hedgewatch.cli import main\n"
        "main(['--help'])\n"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "it never trades" in " ".join(done.stdout.split())
    for library in ("aiohttp", "asyncio", "ccxt", "pydantic", "rich", "structlog", "yaml"):
        assert f"'{library}'" not in done.stderr


def test_help_on_the_demonstration_names_every_story(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["demo", "--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert "reconnect-with-change A change behind a lost connection" in said
