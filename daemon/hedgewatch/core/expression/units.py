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
}
_EXAMPLES = {Unit.RATIO: "80%", Unit.SECONDS: "30s", Unit.CONTRACTS: "10", Unit.BOOLEAN: "true"}
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


def product(left: Unit | None, right: Unit | None) -> Unit | None:
    """Name the unit of a product: a number or ratio scales the other side."""
    if left is None or right is None:
        return None
    if left in _SCALES and right in _SCALES:
        return common(left, right)
    if left in _SCALES:
        return right
    return left if right in _SCALES else Unit.NUMBER


def quotient(left: Unit | None, right: Unit | None) -> Unit | None:
    """Name the unit of a division: by a number or ratio it stays, by anything else it goes."""
    if left is None or right is None:
        return None
    return left if right in _SCALES else Unit.NUMBER
