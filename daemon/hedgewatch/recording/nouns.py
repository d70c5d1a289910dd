"""Which objects may stand in a recording: those of the core, found by their names.

A recording comes from a file, perhaps from somebody else's machine. It may name classes of
`hedgewatch.core` and nothing else, none of them is ever called with what the file says, and what
becomes code (the expressions of rules) goes through the parser of rules again (`derived`).
"""

import sys
from collections.abc import Mapping
from dataclasses import is_dataclass
from enum import Enum
from functools import cache
from importlib import import_module
from typing import Any

from hedgewatch.recording.errors import RecordingError

_CORE = "hedgewatch.core."
_LANGUAGE = "hedgewatch.core.expression."
"""What it holds becomes code: it is written as a text, and parsed when it is read."""

Name = tuple[str, str]


def name_of(cls: type) -> Name:
    """Module and name of a class that may be recorded. RecordingError for any other."""
    name = cls.__module__, cls.__qualname__
    if not _may_be_recorded(cls.__module__) or _found(*name) is not cls:
        raise RecordingError(f"{cls.__module__}.{cls.__qualname__} cannot be recorded")
    return name


def class_named(module: str, name: str) -> type:
    """The class of that name. RecordingError when there is none that may be recorded."""
    found = _found(module, name) if _may_be_recorded(module) else None
    if not isinstance(found, type) or (found.__module__, found.__qualname__) != (module, name):
        raise RecordingError(f"no class {module}.{name} here: another version recorded it")
    return found


def constant_named(module: str, name: str) -> object:
    """The object that a module of the core holds under that name."""
    found = _found(module, name) if _may_be_recorded(module) else None
    if found is None or not _may_be_recorded(type(found).__module__):
        raise RecordingError(f"no constant {module}.{name} here: another version recorded it")
    return found


@cache
def constants() -> Mapping[int, Name]:
    """What the modules of the core hold under a name, by identity: it is compared with `is`."""
    found: dict[int, Name] = {}
    for module in sorted(name for name in sys.modules if name.startswith(_CORE)):
        for name, held in vars(sys.modules[module]).items():
            if _may_be_recorded(type(held).__module__) and not isinstance(held, Enum):
                found.setdefault(id(held), (module, name))
    return found


@cache
def slots_of(cls: type[Any]) -> tuple[str, ...]:
    """The slots of a class and its bases, in a stable order."""
    found = {slot for base in cls.__mro__ for slot in _own_slots(base)}
    return tuple(sorted(found - {"__dict__", "__weakref__"}))


@cache
def is_frozen(cls: type[Any]) -> bool:
    """Whether it never changes, so that it may be the key of a mapping."""
    parameters: Any = getattr(cls, "__dataclass_params__", None)
    return is_dataclass(cls) and bool(parameters.frozen)


def _own_slots(cls: type) -> tuple[str, ...]:
    slots = cls.__dict__.get("__slots__", ())
    return (slots,) if isinstance(slots, str) else tuple(slots)


def _may_be_recorded(module: str) -> bool:
    return module.startswith(_CORE) and not module.startswith(_LANGUAGE)


def _found(module: str, name: str) -> object:
    try:
        return getattr(import_module(module), name, None)
    except ImportError:
        return None
