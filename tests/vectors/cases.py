"""The files of vectors, and how a number of ours is held against one of theirs (margin.md §4.2)."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isinf
from pathlib import Path
from typing import Any, Literal

from hedgewatch.core.model import Unknown

HERE = Path(__file__).parent
SCHEMA = "fut-margin-vectors/"

Answer = Mapping[str, Any]
"""What the product says, in the words of the family."""

_ABSENT = object()


class Fields:
    """The inputs of a case, or of one of its positions: what is never read is found out."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self._raw = raw
        self._read: set[str] = set()
        self._inner: list[Fields] = []

    def __contains__(self, name: str) -> bool:
        return name in self._raw

    def raw(self, name: str, default: Any = _ABSENT) -> Any:
        self._read.add(name)
        value = self._raw.get(name, default)
        if value is _ABSENT:
            raise KeyError(f"the case has no {name}")
        return value

    def number(self, name: str, default: float | None = None) -> float:
        value = self.optional(name)
        if value is None:
            value = default
        if value is None:
            raise KeyError(f"the case has no {name}")
        return value

    def optional(self, name: str) -> float | None:
        value = self.raw(name, None)
        return None if value is None else float(value)

    def flag(self, name: str) -> bool:
        return self.raw(name, default=False) in (True, "true", "1", 1)

    def numbers(self, name: str) -> list[float]:
        return [float(value) for value in self.raw(name)]

    def rows(self, name: str) -> list[tuple[float, float]]:
        pairs = self.raw(name, default=()) or ()
        return [(float("inf" if a is None else a), float(b)) for a, b in pairs]

    def each(self, name: str) -> "list[Fields]":
        found = [Fields(raw) for raw in self.raw(name)]
        self._inner.extend(found)
        return found

    def side(self) -> Literal["long", "short"]:
        side = self.raw("side")
        if side not in ("long", "short"):
            raise ValueError(f"{side!r} is no side")
        return "long" if side == "long" else "short"

    def unread(self) -> list[str]:
        """The fields that no product function was given."""
        mine = [name for name in self._raw if name not in self._read]
        return mine + [name for one in self._inner for name in one.unread()]


@dataclass(frozen=True, slots=True)
class Case:
    """One vector: `problem` says why a file or a case could not be read as one."""

    name: str
    family: str
    inputs: Mapping[str, Any]
    expected: Mapping[str, Any]
    tolerance: Mapping[str, Any]
    problem: str = ""


def cases_of(directory: Path) -> list[Case]:
    """Every case of every file."""
    return [case for file in sorted(directory.glob("*.json")) for case in _cases(file)]


def _cases(file: Path) -> Iterator[Case]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        if not content.get("schema", SCHEMA).startswith(SCHEMA):
            raise ValueError(f"schema {content['schema']}")  # noqa: TRY301
        raw_cases = list(content["cases"])
    except (ValueError, LookupError, TypeError, AttributeError) as problem:
        yield Case(file.stem, "", {}, {}, {}, f"no file of vectors: {problem!r}")
        return
    for position, raw in enumerate(raw_cases):
        yield _case(f"{file.stem}-{position}", raw)


def _case(where: str, raw: Any) -> Case:
    try:
        return Case(
            f"{where}-{raw['id']}",
            raw["family"],
            raw["inputs"],
            raw["expected"],
            raw.get("tolerance", {}),
        )
    except (LookupError, TypeError, AttributeError) as problem:
        return Case(where, "", {}, {}, {}, f"no case: {problem!r}")


def differences(case: Case, got: Any, wanted: Any = _ABSENT, path: str = "") -> list[str]:
    """Every leaf of what was expected that ours does not meet."""
    wanted = case.expected if wanted is _ABSENT else wanted
    if isinstance(wanted, Mapping):
        keys: list[Any] = list(wanted)
    elif isinstance(wanted, list):
        if not isinstance(got, list) or len(got) != len(wanted):
            return [f"{path}: {got} has not the length of {wanted}"]
        keys = list(range(len(wanted)))
    else:
        return _leaf(case, got, wanted, path)
    found = []
    for key in keys:
        inner = got.get(key, _ABSENT) if isinstance(got, Mapping) else got[key]
        found += differences(case, inner, wanted[key], f"{path}.{key}".lstrip("."))
    return found


def _leaf(case: Case, got: Any, wanted: Any, path: str) -> list[str]:
    if got is _ABSENT or isinstance(got, Unknown):
        return [f"{path}: {'nothing' if got is _ABSENT else got} for {wanted}"]
    none = got is None or isinf(got)
    if wanted is None or none:
        return [] if wanted is None and none else [f"{path}: {got} for {wanted}"]
    value = float(wanted)
    allowed = max(
        float(case.tolerance.get("abs") or 0),
        float(case.tolerance.get("rel") or 0) * abs(value),
        1e-12 * max(1.0, abs(value)),
    )
    return [] if abs(got - value) <= allowed else [f"{path}: {got!r} for {wanted} ± {allowed}"]
