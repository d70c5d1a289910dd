"""How near liquidation is, in words for whoever is woken by it."""

from math import inf, isinf

from hedgewatch.core.model import Known, Unknown
from hedgewatch.core.wording import figure, spoken


def nearness_of(price: Known, distance: Known) -> str:
    """`at 1,427.27 is 4.8% away`; of a position that the venue may close already, how far it is
    back to safety: then `price` is the mark itself, and `distance` is 0 or less (decision 11).
    """
    if isinstance(distance, Unknown):
        return f"is unknown: {distance.reason}"
    if distance == inf:
        return "is at no price"
    if distance <= 0.0:
        back = f"safe only {-distance:.1%} from here" if distance > -inf else "no price is safe"
        return f"is due now: {back}"
    where = "" if isinstance(price, Unknown) else f"at {figure(price, ',.8g')} "
    return f"{where}is {distance:.1%} away"


def move_in_words(move: Known, headroom: Known) -> str:
    """`a move of +7.0% liquidates`: of all prices of a pool together. What has no headroom left may
    be liquidated already, and then `move` may be the way back.
    """
    if isinstance(move, Unknown):
        return f"which move liquidates is unknown: {move.reason}"
    if not isinstance(headroom, Unknown) and headroom <= 0.0 and not isinf(move):
        return "liquidation is due now"
    return "no move liquidates" if isinf(move) else f"a move of {move:+.1%} liquidates"


def mark_in_words(mark: Known, disagreement: Known) -> str:
    """`mark price 1,130, +0.1% off what others say`: whether it can be believed."""
    if isinstance(mark, Unknown):
        return f"the mark price is unknown: {mark.reason}"
    said = f"mark price {figure(mark, ',.8g')}"
    if isinstance(disagreement, Unknown):
        return f"{said}, which nothing else confirms"
    return f"{said}, {disagreement:+.1%} off what others say"


def told_in_words(venue: str, age: Known) -> str:
    """`okx's own number of 4 s ago, which move liquidates is not computed here`."""
    when = "" if isinstance(age, Unknown) else f" of {spoken(age)} ago"
    return f"{venue}'s own number{when}, which move liquidates is not computed here"
