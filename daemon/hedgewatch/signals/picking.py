"""Finds a number and its time in what somebody else wrote, whatever else is in it."""

from datetime import UTC, datetime
from math import isfinite

import orjson

from hedgewatch.signals.settings import SignalPlace

_MILLISECONDS_FROM = 1e11
"""Above this a number is no epoch second any more: 5138 AD."""


class OddSignalError(Exception):
    """What was read holds no such number; the text says why, without what may be a secret."""


def picked(content: bytes, place: SignalPlace, scale: float) -> tuple[float, float | None]:
    """The number, scaled, and when it was true (epoch seconds; None where it does not say)."""
    try:
        document = orjson.loads(content)
    except orjson.JSONDecodeError:
        raise OddSignalError("it is no JSON") from None
    value = _number(_at(document, place.value), place.value) * scale
    if not isfinite(value):
        raise OddSignalError("its number is too large")
    return value, _time(_at(document, place.time), place.time) if place.time else None


def _at(document: object, path: str) -> object:
    held = document
    for step in path.split(".") if path else ():
        if isinstance(held, dict) and step in held:
            held = held[step]
        elif isinstance(held, list) and step.isdecimal() and int(step) < len(held):
            held = held[int(step)]
        else:
            raise OddSignalError(f"there is no {path} in it: {step} is missing")
    return held


def _number(held: object, path: str) -> float:
    where = f"{path} in it" if path else "it"
    if isinstance(held, str | int | float) and not isinstance(held, bool):
        try:
            number = float(held)
        except (ValueError, OverflowError):
            raise OddSignalError(f"{where} is no number") from None
        if isfinite(number):
            return number
    raise OddSignalError(f"{where} is no number")


def _time(held: object, path: str) -> float:
    if isinstance(held, str) and not held.replace(".", "", 1).isdecimal():
        try:
            moment = datetime.fromisoformat(held)
        except ValueError:
            raise OddSignalError(f"{path} in it is no time") from None
        return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()
    number = _number(held, path)
    return number / 1000.0 if number > _MILLISECONDS_FROM else number
