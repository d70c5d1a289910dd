"""Matchers as Alertmanager has them: `account=main`, `severity!=critical`, `pool=~"USD.*"`.

A pattern matches the whole value, and what could make a match take for ever is refused: a silence
may come from outside, and the loop that judges every tick would wait for it.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, Protocol, cast

from hedgewatch.core.alert_model import Severity
from hedgewatch.core.model import Subject

Operator = Literal["=", "!=", "=~", "!~"]

_LONGEST_PATTERN = 200
_LONGEST_VALUE = 128  # of a label; what is longer matches no pattern
_MOST_GROUPS = 2
_MOST_REPETITIONS, _MOST_REPETITIONS_WITH_GROUPS = 3, 2
_REPEATING = ("*", "+", "?", "{")
_OPENING = ("(", "(?:")
_WRITTEN = re.compile(r"\s*([^\s=!~]*)\s*(=~|!~|!=|=)\s*(.*?)\s*", re.DOTALL)
_LABEL = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_BACK_REFERENCE = re.compile(r"\\[1-9]")
_TOKEN = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?:?|.", re.DOTALL)


class MatcherError(ValueError):
    """A matcher that cannot be meant, with what to write instead."""


class Labelled(Protocol):
    """What has the labels of an alert: a transition, or a record."""

    @property
    def alertname(self) -> str: ...
    @property
    def subject(self) -> Subject: ...
    @property
    def severity(self) -> Severity: ...
    @property
    def labels(self) -> Mapping[str, str]: ...


@dataclass(frozen=True, slots=True)
class Matcher:
    """One condition on one label; an alert without that label has it empty. MatcherError."""

    name: str
    operator: Operator
    value: str

    def __post_init__(self) -> None:
        if not _LABEL.fullmatch(self.name):
            raise MatcherError(f"'{self.name}' is no name of a label: write NAME=VALUE")
        if len(self.value) > _LONGEST_PATTERN:
            raise MatcherError(f"{self.name}: at most {_LONGEST_PATTERN} signs, not more")
        if self.operator in ("=~", "!~"):
            _check_pattern(self.value)

    def __str__(self) -> str:
        escaped = self.value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'{self.name}{self.operator}"{escaped}"'

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether these labels satisfy it."""
        value = labels.get(self.name, "")
        match self.operator:
            case "=":
                return value == self.value
            case "!=":
                return value != self.value
            case "=~":
                return _whole(self.value, value)
            case "!~":
                return not _whole(self.value, value)


def parse_matcher(text: str) -> Matcher:
    """`account=main`, with or without double quotes around the value; MatcherError."""
    written = _WRITTEN.fullmatch(text)
    if written is None:
        raise MatcherError(
            f"'{text}' is no matcher: write NAME=VALUE, NAME!=VALUE, NAME=~PATTERN or NAME!~PATTERN"
        )
    name, operator, value = written.groups()
    return Matcher(name, cast("Operator", operator), _unquoted(value))


def labels_of(alert: Labelled) -> dict[str, str]:
    """All labels of an alert; what identifies it cannot be overwritten by what its rule says."""
    identity = {"alertname": alert.alertname, "severity": alert.severity.value}
    return {**alert.labels, **dict(alert.subject.labels), **identity}


def matches_all(matchers: Collection[Matcher], labels: Mapping[str, str]) -> bool:
    """Whether the labels satisfy each of the matchers."""
    return all(matcher.matches(labels) for matcher in matchers)


def _unquoted(value: str) -> str:
    if not value.startswith('"'):
        return value
    quoted = _QUOTED.fullmatch(value)
    if quoted is None:
        raise MatcherError(f'{value}: a quote opens here, and must close at the end: "…"')
    return re.sub(r"\\(.)", _unescaped, quoted.group(1), flags=re.DOTALL)


def _unescaped(escape: re.Match[str]) -> str:
    """Escapes of patterns stay what they are."""
    sign = escape.group(1)
    return {"n": "\n", '"': '"', "\\": "\\"}.get(sign, escape.group(0))


def _whole(pattern: str, value: str) -> bool:
    # The module keeps what it has compiled.
    return len(value) <= _LONGEST_VALUE and re.fullmatch(pattern, value) is not None


def _check_pattern(pattern: str) -> None:
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise MatcherError(f"'{pattern}' is no pattern: {error}") from None
    danger = _danger(_TOKEN.findall(pattern))
    if danger:
        raise MatcherError(f"'{pattern}': {danger}")


def _danger(tokens: list[str]) -> str:
    """What could make a pattern of these match for ever, empty when nothing could."""
    groups = sum(map(tokens.count, _OPENING))
    if "(?" in tokens or any(map(_BACK_REFERENCE.fullmatch, tokens)):
        return "of groups only (…) and (?:…) are allowed"
    if any(before == ")" and sign in _REPEATING for before, sign in pairwise(tokens)):
        return "a group that repeats could match for ever: write it out"
    if groups > _MOST_GROUPS:
        return f"at most {_MOST_GROUPS} groups (…)"
    most = _MOST_REPETITIONS_WITH_GROUPS if groups else _MOST_REPETITIONS
    parts = [tokens] if groups else _alternatives(tokens)
    if any(sum(map(part.count, _REPEATING)) > most for part in parts):
        return f"at most {most} of * + ? {{}}, or it could match for ever"
    return ""


def _alternatives(tokens: list[str]) -> list[list[str]]:
    """The parts between `|` of a pattern without groups, which could multiply them."""
    parts: list[list[str]] = [[]]
    for sign in tokens:
        if sign == "|":
            parts.append([])
        else:
            parts[-1].append(sign)
    return parts
