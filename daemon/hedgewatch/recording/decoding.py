"""The objects of a document that `encoding` made, as they were.

What never changes (tuples, frozen dataclasses, expressions) is made at once, with its parts; of all
else first an empty one is made, so that cycles find it, and filled when everything is there.
"""

from array import array
from base64 import b64decode
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from math import inf, nan
from typing import Any, NoReturn

from hedgewatch.recording.derived import DERIVED, Derivation
from hedgewatch.recording.encoding import Document
from hedgewatch.recording.errors import RecordingError
from hedgewatch.recording.nouns import class_named, constant_named, is_frozen, slots_of

_FLOATS = {"inf": inf, "-inf": -inf, "nan": nan}
_DERIVATIONS: Mapping[str, tuple[type, Derivation]] = {
    f"{kind.__module__}:{kind.__qualname__}": (kind, derivation)
    for kind, derivation in DERIVED.items()
}
_UNSET = object()
_MISSING = object()


def decoded(document: Document) -> Any:
    """The object of a document. RecordingError when it is none, or of another version."""
    try:
        return _Decoder(document).root()
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise RecordingError(f"it makes no sense here: {error}") from error
    except RecursionError:
        raise RecordingError("it makes no sense here: what never changes contains itself") from None


@dataclass(frozen=True, slots=True)
class _Class:
    kind: type
    names: tuple[str, ...]

    @staticmethod
    def read(held: list[str]) -> "_Class":
        module, name, *names = held
        kind = class_named(module, name)
        slots = slots_of(kind)
        listed = tuple(names[: len(slots)])
        is_bare = not names and (issubclass(kind, Enum | dict | tuple))
        if listed != slots and not is_bare:
            odd = sorted(set(slots) ^ set(listed))
            raise RecordingError(f"{name} has other attributes here ({', '.join(odd)})")
        if names[len(slots) :] and not hasattr(object.__new__(kind), "__dict__"):
            raise RecordingError(f"{name} has no such attributes here ({names[-1]})")
        return _Class(kind, tuple(names))


class _Decoder:
    def __init__(self, document: Document) -> None:
        self._classes = [_Class.read(held) for held in document["classes"]]
        self._nodes: list[list[Any]] = document["nodes"]
        self._root = document["root"]
        self._made: list[Any] = [_MISSING] * len(self._nodes)

    def root(self) -> Any:
        for number in range(len(self._nodes)):
            self._get(number)
        late = []
        for number, node in enumerate(self._nodes):
            if node[0] == "x":
                late.append(number)
            else:
                self._fill(self._made[number], node)
        for number in late:
            self._finish(self._made[number], self._nodes[number])
        return self.value(self._root)

    def value(self, held: Any) -> Any:
        if type(held) is not list:
            return held
        if not held:
            return _UNSET
        return self._get(held[0]) if type(held[0]) is int else _FLOATS[held[0]]

    def values(self, held: list[Any]) -> list[Any]:
        return list(map(self.value, held))

    def _get(self, number: int) -> Any:
        made = self._made[number]
        if made is _MISSING:
            made = self._made[number] = self._begin(self._nodes[number])
        return made

    def _begin(self, node: list[Any]) -> Any:
        """All of what never changes, else an empty one."""
        kind = node[0]
        if type(kind) is int:
            return self._object(node)
        return _BEGINNINGS[kind](self, node[1:])

    def _object(self, node: list[Any]) -> Any:
        kind = self._classes[node[0]].kind
        made = object.__new__(kind)
        if is_frozen(kind):
            self._set_attributes(made, node)
        return made

    def _set_attributes(self, made: object, node: list[Any]) -> None:
        held = self._classes[node[0]]
        for name, value in zip(held.names, self.values(node[1:]), strict=True):
            if value is not _UNSET:
                object.__setattr__(made, name, value)

    def _fill(self, made: Any, node: list[Any]) -> None:
        kind = node[0]
        if type(kind) is int:
            if not is_frozen(self._classes[kind].kind):
                self._set_attributes(made, node)
        elif kind in _FILLINGS:
            _FILLINGS[kind](self, made, node[1:])

    def pairs(self, held: list[Any]) -> Any:
        values = iter(self.values(held))
        return zip(values, values, strict=True)

    def derived(self, node: list[Any]) -> Any:
        kind, derivation = _DERIVATIONS[node[0]]
        if derivation.late:
            return object.__new__(kind)
        return derivation.make(*self.value(node[1]))

    def _finish(self, made: Any, node: list[Any]) -> None:
        kind, derivation = _DERIVATIONS[node[1]]
        if derivation.late:
            kind.__init__(made, *self.value(node[2]))  # type: ignore[misc] # the same object

    def member(self, node: list[Any]) -> Any:
        kind: Any = self._classes[node[0]].kind
        if not issubclass(kind, Enum):
            _refuse(kind)
        return kind[node[1]]

    def mapping(self, node: list[Any]) -> Any:
        kind = self._classes[node[0]].kind
        if not issubclass(kind, dict):
            _refuse(kind)
        return kind.__new__(kind)

    def named_tuple(self, node: list[Any]) -> Any:
        kind = self._classes[node[0]].kind
        if not issubclass(kind, tuple):
            _refuse(kind)
        return tuple.__new__(kind, self.values(node[1:]))


def _refuse(kind: type) -> NoReturn:
    raise RecordingError(f"{kind.__qualname__} is something else here")


def _pairs(node: list[float]) -> tuple[tuple[float, float], ...]:
    half = len(node) // 2
    return tuple(zip(node[:half], node[half:], strict=True))


_BEGINNINGS: Mapping[str, Callable[[_Decoder, list[Any]], Any]] = {
    "l": lambda _, __: [],
    "d": lambda _, __: {},
    "s": lambda _, __: set(),
    "q": lambda _, node: deque(maxlen=node[0]),
    "p": lambda _, node: _pairs(node),
    "t": lambda made, node: tuple(made.values(node)),
    "f": lambda made, node: frozenset(made.values(node)),
    "a": lambda _, node: array(node[0], b64decode(node[1])),
    "D": lambda _, node: Decimal(node[0]),
    "i": lambda _, node: int(node[0]),
    "u": lambda _, node: bytes.fromhex(node[0]).decode("utf-8", "surrogatepass"),
    "k": lambda _, node: constant_named(*node),
    "e": _Decoder.member,
    "m": _Decoder.mapping,
    "n": _Decoder.named_tuple,
    "x": _Decoder.derived,
}

_FILLINGS: Mapping[str, Callable[[_Decoder, Any, list[Any]], None]] = {
    "l": lambda held, made, node: made.extend(held.values(node)),
    "q": lambda held, made, node: made.extend(held.values(node[1:])),
    "s": lambda held, made, node: made.update(held.values(node)),
    "d": lambda held, made, node: made.update(held.pairs(node)),
    "m": lambda held, made, node: made.update(held.pairs(node[1:])),
}
