"""What becomes of answers that nobody asked for."""

from pathlib import Path

import pytest

from hedgewatch.connect.accounts import Connected, GivenUpError
from hedgewatch.connect.finishing import Finishing
from hedgewatch.connect.found import Found
from hedgewatch.connect.login import HeldSecret, Login, settings_of
from hedgewatch.connect.person import says_yes
from hedgewatch.connect.plan import Plan
from tests.connect.answers import Scripted


def _typed() -> Connected:
    """An account whose key was pasted: it is nowhere yet."""
    login = Login({"api_key": HeldSecret.of("k" * 64), "secret": HeldSecret.of("s" * 64)})
    settings = settings_of("main", "binanceusdm", login, {})
    return Connected(settings, login, Found(account="main", venue="binanceusdm"))


def _finish(person: Scripted, path: Path) -> None:
    Finishing(person, path, None).finish(
        [_typed()], lambda accounts: Plan(accounts=tuple(accounts))
    )


@pytest.mark.parametrize(("answer", "wanted"), [("", True), ("No", False), ("y", True)])
def test_a_key_that_is_pasted_where_yes_or_no_is_asked_is_not_repeated(
    answer: str, *, wanted: bool
) -> None:
    person = Scripted("paperExchangeKey", answer)
    assert says_yes(person, "Try again?", default=True) is wanted
    assert "paperexchange" not in person.text.lower()
    assert person.was_told(["yes or no"])


def test_none_is_no_folder_for_secrets_and_the_question_comes_again(tmp_path: Path) -> None:
    person = Scripted("none", "None", str(tmp_path / "own"), "yes")
    _finish(person, tmp_path / "hw.yaml")
    assert person.text.count("what was typed must lie somewhere") == 2
    kept = sorted(path.name for path in (tmp_path / "own").iterdir())
    assert kept == ["main.api_key", "main.secret"]


def test_who_writes_nothing_in_the_end_has_no_folder_either(tmp_path: Path) -> None:
    with pytest.raises(GivenUpError):
        _finish(Scripted("", "no"), tmp_path / "hw.yaml")
    assert list(tmp_path.iterdir()) == []
