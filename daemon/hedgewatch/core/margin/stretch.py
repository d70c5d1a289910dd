"""The safe part of one stretch of a surplus that may bend."""

from collections.abc import Callable
from math import inf, sqrt
from typing import NamedTuple

from hedgewatch.core.margin.edges import EMPTY


class Shape(NamedTuple):
    """constant + linear·z + square·z² + root·z^1.5, the last two never positive: concave."""

    constant: float
    linear: float
    square: float = 0.0
    root: float = 0.0

    def at(self, z: float) -> float:
        return self.constant + z * (self.linear + z * self.square + self.root * sqrt(z))

    def steepness(self, z: float) -> float:
        return self.linear + 2.0 * z * self.square + 1.5 * self.root * sqrt(z)


def safe_part(shape: Shape, low: float, high: float) -> tuple[float, float]:
    """Where between `low` and `high` (≤ inf) the shape is at least 0, or EMPTY."""
    if shape.root:
        left, right = _bent(shape, low, high)
    elif shape.square:
        left, right = _quadratic(shape)
    else:
        left, right = _straight(shape)
    left, right = max(left, low), min(right, high)
    return (left, right) if left < right else EMPTY


def _straight(shape: Shape) -> tuple[float, float]:
    constant, linear = shape.constant, shape.linear
    if not linear:
        return (-inf, inf) if constant >= 0.0 else EMPTY
    return (-constant / linear, inf) if linear > 0.0 else (-inf, -constant / linear)


def _quadratic(shape: Shape) -> tuple[float, float]:
    """Between the roots, each from the form in which nothing cancels."""
    constant, linear, square = shape[:3]
    inside = linear * linear - 4.0 * square * constant
    if inside < 0.0:
        return EMPTY
    far = -(linear + (sqrt(inside) if linear >= 0.0 else -sqrt(inside))) / 2.0
    roots = (far / square, constant / far if far else 0.0)
    return min(roots), max(roots)


def _bent(shape: Shape, low: float, high: float) -> tuple[float, float]:
    """Left and right of the peak there is one root each at most."""
    end = high if high < inf else _beyond(shape, low)
    peak = _falls(shape.steepness, low, end)
    if shape.at(peak) < 0.0:
        return EMPTY
    left = low if shape.at(low) >= 0.0 else _falls(lambda z: -shape.at(z), low, peak)
    right = high if shape.at(end) >= 0.0 else _falls(shape.at, peak, end)
    return left, right


def _beyond(shape: Shape, low: float) -> float:
    """Somewhere up where it is negative and falling, which it comes to be."""
    end = 2.0 * low or 1.0
    while shape.at(end) >= 0.0 or shape.steepness(end) > 0.0:
        end *= 2.0
    return end


def _falls(value: Callable[[float], float], low: float, high: float) -> float:
    """Where a value that only falls gets below 0, to the last float; `low` or `high` if beyond."""
    if value(low) < 0.0:
        return low
    if value(high) >= 0.0:
        return high
    while low < (middle := (low + high) / 2.0) < high:
        low, high = (middle, high) if value(middle) >= 0.0 else (low, middle)
    return low
