"""YAML without surprises: parsed in C, its scalars resolved as YAML 1.2's core schema has them.

PyYAML speaks YAML 1.1, in which `on` is true, `010` is 8, `12:30` is 750 and `1e5` is a text: only
its parser is used.
"""

import math
import re
from pathlib import Path

import yaml

from hedgewatch.config.problems import ConfigurationError, Problem

_LARGEST_FILE = 1024 * 1024
_DEEPEST = 30
_LONGEST_NUMBER = 40
_TAG = "tag:yaml.org,2002:"
_SCALARS = {
    "null": r"null|Null|NULL|~|",
    "bool": r"true|True|TRUE|false|False|FALSE",
    "int": r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+",
    "float": r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
    r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
}

Scalar = str | int | float | bool | None


class _Parser(yaml.CSafeLoader):
    """The C parser with the resolvers of YAML 1.2's core schema."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 -- the name and kind that PyYAML looks for


for _name, _pattern in _SCALARS.items():
    _Parser.add_implicit_resolver(_TAG + _name, re.compile(f"(?:{_pattern})$"), None)


def read_text(path: Path) -> str:
    """The text of a file, with plain line ends."""
    try:
        with path.open("rb") as opened:
            content = opened.read(_LARGEST_FILE + 1)
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise _error(str(path), 1, 1, f"the file cannot be read: {reason}") from None
    if len(content) > _LARGEST_FILE:
        raise _error(str(path), 1, 1, "the file is larger than 1 MiB: split it")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _error(str(path), line, 1, "the file is not UTF-8: save it as UTF-8") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def parse(file: str, text: str) -> yaml.Node | None:
    """The one document of a text, None when the text is empty."""
    parser = _Parser(text)
    try:
        _refuse_depth(file, text)
        return parser.get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        what = " ".join(part for part in (error.context, error.problem) if part)
        raise _error(file, line, column, f"this is not YAML: {what}") from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise _error(file, line, 1, f"YAML forbids a character here: {error.reason}") from None
    finally:
        parser.dispose()


def place(node: yaml.Node) -> tuple[int, int]:
    """Line and column, from 1, at which a node starts."""
    mark = node.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def scalar(node: yaml.ScalarNode) -> Scalar:
    """The value of a scalar; a ValueError says what is wrong with it."""
    text: str = node.value
    kind = node.tag.removeprefix(_TAG)
    if kind in ("int", "float"):
        return _number(text, kind)
    if kind == "bool":
        return text.lower() == "true"
    if kind not in ("str", "null"):
        raise ValueError("tags (!…) are not known here: put a text that starts with ! in quotes")
    return text if kind == "str" else None


def _number(text: str, kind: str) -> int | float:
    if len(text) > _LONGEST_NUMBER:
        raise ValueError("this number is too long: put it in quotes if it is a text")
    if kind == "int":
        return int(text, 0) if text.startswith(("0o", "0x")) else int(text)
    number = float(text.replace(".", "") if text[-1] in "fFnN" else text)
    if not math.isfinite(number):
        raise ValueError("a number must be finite")
    return number


def _refuse_depth(file: str, text: str) -> None:
    """Refuse what nests too deeply before it is composed: the C composer recurses unguarded."""
    depth = 0
    for event in yaml.parse(text, _Parser):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _DEEPEST:
            mark = event.start_mark
            line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            raise _error(file, line, column, "this nests too deeply: write it flatter")


def _error(file: str, line: int, column: int, message: str) -> ConfigurationError:
    return ConfigurationError([Problem(file, line, column, message)])
