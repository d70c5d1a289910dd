from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedgewatch.config.problems import ConfigurationError, Problem, collecting
from hedgewatch.config.yaml_source import Source, read_source


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "file.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def read(folder: Path, text: str | bytes) -> Source:
    problems: list[Problem] = []
    source = read_source(written(folder, text), problems)
    assert problems == []
    return source


def mistakes(folder: Path, text: str | bytes) -> list[str]:
    problems: list[Problem] = []
    with collecting(problems):
        read_source(written(folder, text), problems)
    told = ConfigurationError(problems).problems
    return [str(problem).removeprefix(f"{folder}/file.yaml:") for problem in told]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("on", "on"),
        ("yes", "yes"),
        ("No", "No"),
        ("12:30:00", "12:30:00"),
        ("2026-11-21", "2026-11-21"),
        ("010", 10),
        ("0x1F", 31),
        ("0o17", 15),
        ("1_000", "1_000"),
        ("1e5", 100000.0),
        ("1E-2", 0.01),
        (".5", 0.5),
        ("5.", 5.0),
        ("-3", -3),
        ("true", True),
        ("FALSE", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("'true'", "true"),
        ('"1"', "1"),
        ("80%", "80%"),
        ("=", "="),
        ("<<", "<<"),
    ],
)
def test_scalars_are_what_yaml_1_2_says_they_are(
    tmp_path: Path, written: str, meant: object
) -> None:
    value = read(tmp_path, f"key: {written}\n").value
    assert value == {"key": meant}
    assert type(read(tmp_path, f"key: {written}\n").get(("key",))) is type(meant)


def test_numbers_that_are_none_are_refused_at_their_places(tmp_path: Path) -> None:
    assert mistakes(tmp_path, "a: .nan\nb: [-.inf, 1e999]\nc: " + "9" * 50) == [
        "1:4: a number must be finite",
        "2:5: a number must be finite",
        "2:12: a number must be finite",
        "3:4: this number is too long: put it in quotes if it is a text",
    ]


def test_a_key_that_stands_twice_is_refused_with_its_first_line(tmp_path: Path) -> None:
    assert mistakes(tmp_path, "a: 1\nb:\n  c: 1\n  c: 2\na: 3\n") == [
        "4:3: the key c stands twice, first in line 3: remove one",
        "5:1: the key a stands twice, first in line 1: remove one",
    ]


def test_of_a_key_that_stands_twice_the_first_value_counts(tmp_path: Path) -> None:
    source = read_source(written(tmp_path, "a: 1\na: {b: 2}\nc: .nan\nd: 4\n"), [])
    assert source.value == {"a": 1, "c": None, "d": 4}


def test_nothing_more_is_said_of_a_value_that_is_no_value(tmp_path: Path) -> None:
    source = read_source(written(tmp_path, "a: .nan\n"), [])
    assert source.problem(("a",), "must not be null").message == "a number must be finite"


def test_a_key_that_is_no_text_is_refused(tmp_path: Path) -> None:
    said = "a key must be a text: put it in quotes"
    assert mistakes(tmp_path, "5: a\ntrue: b\n? [c]\n: d\n") == [
        f"1:1: {said}",
        f"2:1: {said}",
        f"3:3: {said}",
    ]


def test_tags_are_refused_and_run_nothing(tmp_path: Path) -> None:
    said = mistakes(tmp_path, "a: !!python/object/apply:os.system [x]\nb: !!binary aGk=\n")
    assert said == ["2:4: tags (!…) are not known here: put a text that starts with ! in quotes"]


def test_an_alias_stands_for_what_it_names(tmp_path: Path) -> None:
    source = read(tmp_path, "a: &key {env: X}\nb: *key\n")
    assert source.value == {"a": {"env": "X"}, "b": {"env": "X"}}


def test_aliases_that_multiply_without_end_are_refused(tmp_path: Path) -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9)
    )
    assert "more than 50,000 values, aliases followed" in mistakes(tmp_path, bomb)[0]
    assert "more than 50,000 values, aliases followed" in mistakes(tmp_path, "a: &a [*a]")[0]


def test_a_file_that_nests_without_end_is_refused_and_not_followed(tmp_path: Path) -> None:
    assert mistakes(tmp_path, "[" * 200_000) == ["1:31: this nests too deeply: write it flatter"]


def test_a_file_larger_than_a_configuration_is_refused(tmp_path: Path) -> None:
    large = "# " + "x" * 1024 * 1024
    assert mistakes(tmp_path, large) == ["1:1: the file is larger than 1 MiB: split it"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a: [1\nb: 2\n", "2:2"),
        ("a: 1\n---\nb: 2\n", "2:1"),
        ("a: *nobody\n", "1:4"),
        ("a: 'open\n", "2:1"),
        ("a: 1\nb:\t\x01", "2:1"),
    ],
)
def test_what_is_no_yaml_is_refused_at_its_place(tmp_path: Path, text: str, place: str) -> None:
    assert [line.split(": ")[0] for line in mistakes(tmp_path, text)] == [place]


def test_a_file_of_another_encoding_is_refused_at_its_line(tmp_path: Path) -> None:
    assert mistakes(tmp_path, b"a: 1\nb: \xff\n") == [
        "2:1: the file is not UTF-8: save it as UTF-8"
    ]


def test_files_of_other_systems_read_the_same(tmp_path: Path) -> None:
    assert read(tmp_path, "\ufeffa: 1\r\nb: 2\r\n").value == {"a": 1, "b": 2}


STYLES = [
    "key: margin_ratio > 80%",
    "key:    margin_ratio\n  >   80%  # comment",
    "key: 'it''s margin_ratio\n\n   >  80%'",
    'key: "tab\\t \\"margin_ratio\\" \\\n   \\u0041 > \\x41 80%"',
    "key: |  # comment\n  margin_ratio\n    > 80%\n\n  or more\n",
    "key: >-\n   margin_ratio\n   > 80%\n\n   or more",
    "key: |2-\n    margin_ratio > 80%",
    "- {key: [margin_ratio > 80%, 'x']}",
]


@pytest.mark.parametrize("text", STYLES)
def test_every_character_of_a_text_is_found_where_it_stands(tmp_path: Path, text: str) -> None:
    source = read(tmp_path, "# a first line\n" + text)
    location = (0, "key", 0) if text.startswith("-") else ("key",)
    value = source.get(location)
    assert isinstance(value, str)
    lines = source.text.split("\n")
    for index, character in enumerate(value):
        if not character.isspace():
            line = value.count("\n", 0, index) + 1
            column = index - value.rfind("\n", 0, index)
            found = source.problem_within(location, line, column, "here")
            assert lines[found.line - 1][found.column - 1] in (character, "\\")


@given(st.text(alphabet=st.sampled_from("ab'\"\\ é%"), min_size=1, max_size=30))
def test_a_single_quoted_text_maps_back_whatever_it_holds(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    quoted = "'" + text.replace("'", "''") + "'"
    source = read(tmp_path_factory.getbasetemp(), f"key: {quoted}")
    for index, character in enumerate(text):
        if not character.isspace():
            place = source.problem_within(("key",), 1, index + 1, "")
            assert f"key: {quoted}"[place.column - 1] == character


def test_the_end_of_a_text_is_just_behind_its_last_character(tmp_path: Path) -> None:
    source = read(tmp_path, "key: 'a and'\n")
    assert source.problem_within(("key",), 1, 6, "more expected").column == 12
