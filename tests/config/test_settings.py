import stat
from pathlib import Path

import pytest
from pydantic import ValidationError

from hedgewatch.settings import Secret, SecretError, SecretReference, seconds


def written(folder: Path, text: str | bytes, mode: int = 0o600) -> Path:
    path = folder / "secret"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    path.chmod(mode)
    return path


def refusal(reference: SecretReference) -> str:
    with pytest.raises(SecretError) as error:
        reference.read()
    return str(error.value)


def test_a_secret_shows_itself_only_to_whoever_asks() -> None:
    secret = Secret("hush")
    assert f"{secret} {secret!r} {[secret]} {{'key': secret}}".count("hush") == 0
    assert secret.reveal() == "hush"


def test_a_secret_file_is_read_without_its_line_end(tmp_path: Path) -> None:
    assert SecretReference(file=written(tmp_path, "hush\r\n")).read().reveal() == "hush"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o622])
def test_a_file_that_others_may_touch_is_refused_with_the_command_that_mends_it(
    tmp_path: Path, mode: int
) -> None:
    path = written(tmp_path, "hush", mode)
    said = refusal(SecretReference(file=path))
    assert said == f"{path} is readable by others than its owner: chmod 600 {path}"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is empty"),
        ("  \n", "is empty"),
        (b"\xff\xfe", "cannot be read as a text"),
        ("x" * 70_000, "is larger than a secret"),
    ],
)
def test_a_file_that_holds_no_secret_is_refused(
    tmp_path: Path, content: str | bytes, said: str
) -> None:
    assert said in refusal(SecretReference(file=written(tmp_path, content)))


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    assert "does not exist: write the secret" in refusal(SecretReference(file=tmp_path / "no"))
    tmp_path.chmod(0o700)
    assert "cannot be read as a text" in refusal(SecretReference(file=tmp_path))


def test_a_variable_must_be_set_and_hold_something(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HW_KEY", raising=False)
    assert refusal(SecretReference(env="HW_KEY")).endswith("is not set: export HW_KEY=…")
    monkeypatch.setenv("HW_KEY", " ")
    assert refusal(SecretReference(env="HW_KEY")).endswith("is empty: export HW_KEY=…")
    monkeypatch.setenv("HW_KEY", "hush")
    assert SecretReference(env="HW_KEY").read().reveal() == "hush"


def test_a_credential_comes_from_systemd_even_where_an_acl_shows_as_group(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = SecretReference(credential="secret")
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    assert "add LoadCredential=secret:/path" in refusal(reference)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    said = refusal(reference)
    assert f"does not exist: put it there (install -m 600 /dev/stdin {tmp_path}/secret)" in said
    assert f"the unit wants LoadCredential=secret:{tmp_path}/secret" in said
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", "/run/credentials/hedgewatch.service")
    assert "does not exist: add LoadCredential=secret:/path to the unit" in refusal(reference)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    path = written(tmp_path, "hush", stat.S_IRUSR | stat.S_IRGRP)
    assert reference.read().reveal() == "hush"
    path.chmod(0o444)
    assert "chmod 600" in refusal(reference)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"env": "A", "file": "b"},
        {"env": "1A"},
        {"env": "k" * 64},
        {"credential": "../shadow"},
        {"value": "hush"},
    ],
)
def test_a_reference_is_one_place_and_a_proper_one(given: dict[str, str]) -> None:
    with pytest.raises(ValidationError) as error:
        SecretReference.model_validate(given)
    assert "hush" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("500ms", 0.5),
        ("30s", 30),
        ("5m", 300),
        ("1h30m", 5400),
        ("2d", 172800),
        ("1.5s", 1.5),
        (0, 0),
    ],
)
def test_durations_read_as_they_are_written(text: object, meant: float) -> None:
    assert seconds(text) == meant


@pytest.mark.parametrize("text", ["5", 5.0, "", "s", "5 s", "-5s", "5w", "1s!", True, None, "5M"])
def test_a_duration_without_its_unit_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="must read like 500ms, 30s, 5m, 1h30m or 2d"):
        seconds(text)
