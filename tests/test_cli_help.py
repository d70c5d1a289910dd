"""What the commands say of themselves, and what they take where nothing is said."""

from argparse import ArgumentParser, _HelpAction, _SubParsersAction
from collections.abc import Iterator
from pathlib import Path

import pytest

from hedgewatch.cli.answers import counted
from hedgewatch.cli.arguments import parse, parser_of


def _parsers(parser: ArgumentParser) -> Iterator[ArgumentParser]:
    yield parser
    for action in parser._actions:  # noqa: SLF001  # argparse tells them nowhere else
        if isinstance(action, _SubParsersAction):
            for below in action.choices.values():
                yield from _parsers(below)


EVERY = pytest.mark.parametrize("parser", [*_parsers(parser_of())], ids=lambda parser: parser.prog)


@EVERY
def test_every_command_says_what_it_does(parser: ArgumentParser) -> None:
    assert parser.description
    assert parser.description[0].isupper()


@EVERY
def test_every_option_says_what_it_is_and_what_it_is_without(parser: ArgumentParser) -> None:
    for action in parser._actions:  # noqa: SLF001  # argparse tells them nowhere else
        if isinstance(action, _HelpAction | _SubParsersAction):
            continue
        assert action.help, action.dest
        takes_a_value = action.nargs != 0 and action.option_strings
        if takes_a_value and not action.required:
            assert "(default: " in action.help or action.dest == "episode", action.dest


def test_a_command_takes_the_configuration_of_the_folder_where_none_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "hedgewatch.yaml").touch()
    for command in ("run", "check", "keys", "alerts", "stress", "rules explain MarginDanger"):
        assert parse(command.split()).configuration == Path("hedgewatch.yaml")
        assert parse([*command.split(), "-c", "mine.yaml"]).configuration == Path("mine.yaml")
    for command in ("alerts --url http://desk:9464", "rules explain X --rules f", "rules export"):
        assert parse(command.split()).configuration is None


def test_where_there_is_none_a_command_that_needs_it_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert parse(["alerts"]).configuration is None
    with pytest.raises(SystemExit) as ended:
        parse(["run"])
    assert ended.value.code == 2
    assert "there is no hedgewatch.yaml here: name yours with -c" in capsys.readouterr().err


def test_one_is_told_as_one_and_more_or_none_as_several() -> None:
    assert [counted(n, "rule") for n in (0, 1, 2)] == ["0 rules", "1 rule", "2 rules"]
