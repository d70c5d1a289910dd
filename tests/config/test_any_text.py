"""Whatever stands in the files, the loader answers with a configuration or with its mistakes."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hedgewatch.config.loader import load
from hedgewatch.config.problems import ConfigurationError
from hedgewatch.config.rule_files import load_rules
from hedgewatch.config.shipped import shipped_rules
from tests.config.conftest import SOUND
from tests.support.rule_tests import run_rule_tests

PIECES = st.sampled_from(
    ["", "[", "{", "}", "]", ": ", "- ", "'", '"', "5", "null", "x", "\n", "  ", "%", "&a ", "*a"]
)
TESTS = Path(shipped_rules()[0]).parent / "tests" / "margin.yaml"
SHIPPED_TIERS = len(load_rules([TESTS.parents[1] / "margin.yaml"]))


def spoiled(text: str, start: int, length: int, piece: str) -> str:
    start %= len(text)
    return text[:start] + piece + text[start + length :]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 20), PIECES)
def test_a_spoiled_configuration_is_refused_in_words_or_still_sound(
    folder: Path, start: int, length: int, piece: str
) -> None:
    path = folder / "hedgewatch.yaml"
    path.write_text(spoiled(SOUND, start, length, piece))
    try:
        assert load(path).accounts
    except ConfigurationError as error:
        _well_said(error, folder)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 20), PIECES)
def test_a_spoiled_rule_file_is_refused_in_words_or_still_sound(
    folder: Path, start: int, length: int, piece: str
) -> None:
    path = folder / "hedgewatch.yaml"
    path.write_text(SOUND)
    rules = (TESTS.parents[1] / "margin.yaml").read_text()
    (folder / "rules" / "margin.yaml").write_text(spoiled(rules, start, length, piece))
    try:
        assert len(load(path).rules) <= SHIPPED_TIERS
    except ConfigurationError as error:
        _well_said(error, folder)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 20), PIECES)
def test_a_spoiled_file_of_tests_is_refused_or_fails_in_words(
    tmp_path: Path, start: int, length: int, piece: str
) -> None:
    path = tmp_path / "margin.yaml"
    text = TESTS.read_text().replace("../", f"{TESTS.parents[1]}/")
    path.write_text(spoiled(text, start, length, piece))
    try:
        assert all(str(failure).startswith(str(path)) for failure in run_rule_tests(path))
    except ConfigurationError as error:
        _well_said(error, tmp_path)


def _well_said(error: ConfigurationError, folder: Path) -> None:
    assert error.problems
    for problem in error.problems:
        assert problem.file.startswith(str(folder)) or problem.file.endswith(".yaml")
        assert problem.line >= 1 <= problem.column
        assert problem.message


def test_the_words_name_no_class_of_the_program(folder: Path) -> None:
    path = folder / "hedgewatch.yaml"
    for key in ("accounts", "wallets", "prices", "hedges", "rules", "receivers", "http", "store"):
        for value in ("5", "x", "[5]", "{a: 5}", "[[x]]", "[{}]", "true", "1.5"):
            text = SOUND.replace(f"\n{key}:", f"\nx-{key}:") + f"{key}: {value}\nbogus: 1\n"
            path.write_text(text)
            with pytest.raises(ConfigurationError) as error:
                load(path)
            said = "\n".join(problem.message for problem in error.value.problems)
            assert "Settings" not in said
            assert "instance of" not in said
            assert "Input" not in said
            assert "class" not in said
