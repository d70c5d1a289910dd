"""How far a long command is, where somebody looks."""

import io
import sys

import pytest

from hedgewatch.cli.progress import progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_sees_each_percent_once_and_nothing_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen = Terminal()
    monkeypatch.setattr(sys, "stderr", seen)
    with progress("replaying") as shown:
        for part in (0.0, 0.001, 0.5):
            shown.told(part)
    erased = "\r\033[K"
    assert seen.getvalue() == f"\rreplaying: 0 %\033[K\rreplaying: 50 %\033[K{erased}"


def test_a_file_gets_no_progress(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("replaying") as shown:
        shown.told(0.5)
    assert capsys.readouterr().err == ""
