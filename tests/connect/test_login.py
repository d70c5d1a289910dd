"""Where the parts of a key may be, and what becomes of those that are not there."""

from pathlib import Path

import pytest

from hedgewatch.connect.accounts import ask_venue
from hedgewatch.connect.login import HeldSecret, ask_login, settings_of
from hedgewatch.venues.settings import AccountSettings
from tests.connect.answers import Scripted


def revealed(settings: AccountSettings) -> list[str]:
    given = settings.credentials
    assert given is not None
    parts = (given.api_key, given.secret, given.password)
    return [part.read().reveal() for part in parts if part is not None]


def secret(path: Path, text: str, mode: int = 0o600) -> str:
    path.touch(mode=mode)
    path.write_text(text)
    path.chmod(mode)
    return str(path)


def test_a_pasted_key_is_held_and_shown_nowhere() -> None:
    person = Scripted("the-key", "the-secret", "the-passphrase")
    login = ask_login(person, "okx")
    assert "It wants API key and secret and passphrase." in person.said
    settings = settings_of("ok", "okx", login, {})
    assert revealed(settings) == ["the-key", "the-secret", "the-passphrase"]
    shown = repr(settings) + settings.model_dump_json() + person.text
    assert [one for one in revealed(settings) if one in shown] == []
    assert all(isinstance(part, HeldSecret) for part in login.parts.values())


def test_files_variables_and_credentials_are_named_and_stay_where_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [secret(tmp_path / name, name) for name in ("a.key", "a.secret")]
    assert revealed(
        settings_of("a", "bybit", ask_login(Scripted("", "file", *files), "bybit"), {})
    ) == [
        "a.key",
        "a.secret",
    ]
    for name in ("A_KEY", "A_SECRET"):
        monkeypatch.setenv(name, name.lower())
    login = ask_login(Scripted("", "env", "A_KEY", "A_SECRET"), "bybit")
    assert [part.env for part in login.parts.values()] == ["A_KEY", "A_SECRET"]
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    login = ask_login(Scripted("", "credential", "a.key", "a.secret"), "bybit")
    assert [part.credential for part in login.parts.values()] == ["a.key", "a.secret"]


def test_what_cannot_be_read_is_said_with_what_to_do_and_all_is_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    loose = secret(tmp_path / "loose", "text", mode=0o644)
    person = Scripted(
        *("", "", loose, "", "somewhere", "env", "9 lives", "", "credential", "main-key"),
        *("k", "", "k", "s"),
    )
    login = ask_login(person, "bybit")
    assert [part.read().reveal() for part in login.parts.values()] == ["k", "s"]
    assert person.was_told(
        [
            f"{loose} is readable by others than its owner: chmod 600 {loose}",
            "one of file, env, credential",
            "String should match pattern",
            "begin anew with CREDENTIALS_DIRECTORY=/etc/hedgewatch/credentials",
            "nothing was typed",
        ]
    )


def test_who_has_futures_at_binance_is_told_what_that_is_called_before_he_answers() -> None:
    person = Scripted("binanceusdm")
    assert ask_venue(person) == "binanceusdm"
    assert "binanceusdm is USDT and USDC futures" in person.said[0]
    another, given = Scripted("none"), Scripted()
    assert ask_venue(another, may_end=True) == ""
    assert ask_venue(given, "bybit") == "bybit"
    assert "binanceusdm is" not in another.text + given.text


def test_whoever_pastes_into_the_first_question_after_the_name_pastes_into_a_hidden_one() -> None:
    class Watched(Scripted):
        def ask_secret(self, question: str) -> str:
            return super().ask_secret(f"hidden: {question}")

    person = Watched("the-key", "the-secret")
    ask_login(person, "bybit")
    questions = [said for said in person.said if said.endswith(":")]
    assert len(questions) == 2
    assert all(question.startswith("hidden: ") for question in questions)
    assert "paste it here: it is not shown; only Enter: it is elsewhere" in questions[0]
