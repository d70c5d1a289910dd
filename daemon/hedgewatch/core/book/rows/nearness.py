"""How near liquidation is, in words for whoever is woken by it."""

from math import inf

from hedgewatch.core.model import Known, Unknown


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
    where = "" if isinstance(price, Unknown) else f"at {price:,.8g} "
    return f"{where}is {distance:.1%} away"
