"""Exact documents of the core's objects: what JSON can hold, with nothing lost (`decoding` reads
them).

A document is `{classes, nodes, root}`. A value is a number, a text, true, false or null as it
stands; `[n]` is node n; `["inf"]`, `["-inf"]`, `["nan"]` are the floats that JSON lacks; `[]` is an
attribute that is not set. A node begins with what it is: the number of its class for an object, a
letter for everything else (`_MAKERS`). An object that is referred to twice is one node, so that
shared references and cycles stay what they are.
"""

from array import array
from base64 import b64encode
from collections import deque
from collections.abc import Callable, Mapping
from decimal import Decimal
from enum import Enum
from operator import attrgetter
from typing import Any

from hedgewatch.recording.derived import DERIVED, LEFT_OUT
from hedgewatch.recording.errors import RecordingError
from hedgewatch.recording.nouns import constants, name_of, slots_of

Document = dict[str, Any]

_PLAIN = frozenset({bool, type(None)})
_UNSET: list[Any] = []
_LARGEST = 2**63
_MANY = 8


def encoded(root: object) -> Document:
    """The document of an object and of all that it refers to. RecordingError names what cannot be
    recorded: a function, a class outside of the core.
    """
    return _Encoder().document(root)


class _Encoder:
    def __init__(self) -> None:
        self._classes: dict[tuple[type, tuple[str, ...]], int] = {}
        self._objects: list[Any] = []  # in the order of their numbers; it also keeps them alive
        self._numbers: dict[int, int] = {}
        self._constants = constants()
        self._readers: dict[type, tuple[int, Callable[[Any], tuple[Any, ...]]]] = {}

    def document(self, root: object) -> Document:
        begun = self.value(root)
        nodes = [self._node(held) for held in self._objects]  # which grows meanwhile
        classes = [[*name_of(cls), *names] for cls, names in self._classes]
        return {"classes": classes, "nodes": nodes, "root": begun}

    def value(self, held: Any) -> Any:
        kind = type(held)
        if kind is float:
            return held if held - held == 0.0 else [repr(held)]
        if kind is str and (held.isascii() or _is_unicode(held)):
            return held
        if kind in _PLAIN:
            return held
        if kind is int and -_LARGEST <= held < _LARGEST:
            return held
        number = self._numbers.get(id(held))
        if number is None:
            number = self._numbers[id(held)] = len(self._objects)
            self._objects.append(held)
        return [number]

    def values(self, held: Any) -> list[Any]:
        return list(map(self.value, held))

    def _node(self, held: Any) -> list[Any]:
        if id(held) in self._constants:
            return ["k", *self._constants[id(held)]]
        kind = type(held)
        maker = _MAKERS.get(kind, _Encoder._other)
        try:
            if kind in self._readers:
                return self._alike(held, *self._readers[kind])
            return maker(self, held)
        except RecordingError as error:
            raise RecordingError(f"{error}{self._owner(held)}") from None

    def _other(self, held: Any) -> list[Any]:
        kind = type(held)
        if isinstance(held, Enum):
            return ["e", self._class(kind, ()), held.name]
        derivation = DERIVED.get(kind)
        if derivation is not None:
            parts = derivation.parts(held)
            self._objects.append(parts)  # kept alive, so that its number stays its own
            self._numbers[id(parts)] = len(self._objects) - 1
            return ["x", f"{kind.__module__}:{kind.__qualname__}", [len(self._objects) - 1]]
        if isinstance(held, dict):
            return ["m", self._class(kind, ()), *self.pairs(held)]
        if isinstance(held, tuple):
            return ["n", self._class(kind, ()), *self.values(held)]
        return self._object(held, kind)

    def _alike(
        self, held: Any, number: int, attributes: Callable[[Any], tuple[Any, ...]]
    ) -> list[Any]:
        """Another object of a class that has slots only: most of a recording are prices."""
        try:
            found = attributes(held)
        except AttributeError:  # one that is not set
            return self._object(held, type(held))
        return [number, *map(self.value, found)]

    def _object(self, held: Any, kind: type) -> list[Any]:
        left_out = LEFT_OUT.get(kind, frozenset())
        names = (*slots_of(kind), *(n for n in getattr(held, "__dict__", ()) if n not in left_out))
        node: list[Any] = [self._class(kind, names)]
        if len(names) > 1 and not hasattr(held, "__dict__"):
            self._readers[kind] = node[0], attrgetter(*names)
        for name in names:
            value = getattr(held, name, _UNSET)
            node.append(value if value is _UNSET else self.value(value))
        return node

    def _class(self, kind: type, names: tuple[str, ...]) -> int:
        key = (kind, names)
        if key not in self._classes:
            name_of(kind)
            self._classes[key] = len(self._classes)
        return self._classes[key]

    def pairs(self, held: Mapping[Any, Any]) -> list[Any]:
        return [self.value(part) for pair in held.items() for part in pair]

    def tuple_of(self, held: Any) -> list[Any]:
        """An order book is most of what is recorded: its pairs stand in two columns."""
        if len(held) >= _MANY and all(map(_is_pair, held)):
            return ["p", *(each[0] for each in held), *(each[1] for each in held)]
        return ["t", *self.values(held)]

    def members(self, held: Any) -> list[Any]:
        return self.values(sorted(held, key=_in_order))

    def _owner(self, held: object) -> str:
        for owner in self._objects:  # only where it is about to fail
            kind: type = type(owner)
            for name in (*slots_of(kind), *getattr(owner, "__dict__", ())):
                if getattr(owner, name, _UNSET) is held:
                    return f" (it is {kind.__qualname__}.{name})"
        return ""


_MAKERS: Mapping[type, Callable[[_Encoder, Any], list[Any]]] = {
    list: lambda made, held: ["l", *made.values(held)],
    tuple: lambda made, held: made.tuple_of(held),
    dict: lambda made, held: ["d", *made.pairs(held)],
    set: lambda made, held: ["s", *made.members(held)],
    frozenset: lambda made, held: ["f", *made.members(held)],
    deque: lambda made, held: ["q", held.maxlen, *made.values(held)],
    array: lambda _, held: ["a", held.typecode, b64encode(held.tobytes()).decode()],
    Decimal: lambda _, held: ["D", str(held)],
    int: lambda _, held: ["i", str(held)],
    str: lambda _, held: ["u", held.encode("utf-8", "surrogatepass").hex()],
}


def _is_pair(held: Any) -> bool:
    """Of two finite numbers."""
    if type(held) is not tuple or len(held) != 2:  # noqa: PLR2004 (a pair)
        return False
    first, second = held
    return type(first) is type(second) is float and first - first == second - second == 0.0


def _is_unicode(text: str) -> bool:
    """Half of a surrogate pair, which a venue might send, is none."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _in_order(member: object) -> tuple[str, str]:
    """A set has no order of its own: the same one in every process."""
    if type(member).__repr__ is object.__repr__:
        raise RecordingError(f"a set of {type(member).__qualname__} has no order")
    return type(member).__qualname__, repr(member)
