"""What a number counts, so that a ratio is never compared with a time: the small algebra of units.

`None` stands for the unit of a name that is a mistake already: it fits everything, lest one mistake
be reported twice.
"""

from enum import Enum


class Unit(Enum):
    """What the value of a measure counts."""

    RATIO = "ratio"
    PRICE = "price"
    MONEY = "money"
    CONTRACTS = "contracts"
    SECONDS = "seconds"
    BOOLEAN = "boolean"
    NUMBER = "number"
    RATIO_PER_SECOND = "ratio per second"
    PRICE_PER_SECOND = "price per second"
    MONEY_PER_SECOND = "money per second"
    CONTRACTS_PER_SECOND = "contracts per second"

    @property
    def phrase(self) -> str:
        """How a message calls it."""
        return _PHRASES[self]

    @property
    def example(self) -> str:
        """Show a literal that may stand beside it."""
        return _EXAMPLES.get(self, "1000")


_PHRASES = {
    Unit.RATIO: "a ratio",
    Unit.PRICE: "a price",
    Unit.MONEY: "an amount of money",
    Unit.CONTRACTS: "a number of contracts",
    Unit.SECONDS: "a time in seconds",
    Unit.BOOLEAN: "true or false",
    Unit.NUMBER: "a number",
    Unit.RATIO_PER_SECOND: "a ratio per second",
    Unit.PRICE_PER_SECOND: "a price per second",
    Unit.MONEY_PER_SECOND: "an amount of money per second",
    Unit.CONTRACTS_PER_SECOND: "a number of contracts per second",
}
_EXAMPLES = {
    Unit.RATIO: "80%",
    Unit.SECONDS: "30s",
    Unit.CONTRACTS: "10",
    Unit.BOOLEAN: "true",
    Unit.RATIO_PER_SECOND: "5% / 1h",
    Unit.PRICE_PER_SECOND: "1000 / 1h",
    Unit.MONEY_PER_SECOND: "1000 / 1h",
    Unit.CONTRACTS_PER_SECOND: "10 / 1h",
}
_RATES = {
    Unit.RATIO: Unit.RATIO_PER_SECOND,
    Unit.PRICE: Unit.PRICE_PER_SECOND,
    Unit.MONEY: Unit.MONEY_PER_SECOND,
    Unit.CONTRACTS: Unit.CONTRACTS_PER_SECOND,
}
"""What each counts in a second; a number, or a time, per second is a plain number."""

_COUNTED = {rate: unit for unit, rate in _RATES.items()}
_SCALES = frozenset({Unit.NUMBER, Unit.RATIO})


def fit(left: Unit | None, right: Unit | None) -> bool:
    """Tell whether the two may be compared, added or subtracted."""
    if left is None or right is None or left is right:
        return True
    return Unit.BOOLEAN not in {left, right} and Unit.NUMBER in {left, right}


def common(left: Unit | None, right: Unit | None) -> Unit | None:
    """Name the unit of a sum, or of the smaller of two: a plain number takes the other's."""
    if left is None or right is None:
        return None
    return right if left is Unit.NUMBER else left


def per_second(unit: Unit) -> Unit:
    """Name the unit of a change per second."""
    return _RATES.get(unit, Unit.NUMBER)


def product(left: Unit | None, right: Unit | None) -> Unit | None:
    """Name the unit of a product: a number or ratio scales the other side, a time undoes "per
    second".
    """
    if left is None or right is None:
        return None
    for one, other in ((left, right), (right, left)):
        if one in _COUNTED and other is Unit.SECONDS:
            return _COUNTED[one]
    if left in _SCALES and right in _SCALES:
        return common(left, right)
    if left in _SCALES:
        return right
    return left if right in _SCALES else Unit.NUMBER


def quotient(left: Unit | None, right: Unit | None) -> Unit | None:
    """Name the unit of a division: by a number or ratio it stays, by a time it becomes "per
    second", by what it is per second it becomes the time that takes; by anything else it goes.
    """
    if left is None or right is None:
        return None
    if right is Unit.SECONDS and left is not Unit.SECONDS:
        return _RATES.get(left, Unit.NUMBER)
    if _COUNTED.get(right) is left:
        return Unit.SECONDS
    return left if right in _SCALES else Unit.NUMBER
