"""BitMEX's inverse prices, which it computes in whole satoshis a contract and rounds to the tick.

Exact on the shorts that could be compared; of longs the same is only supposed, by symmetry.
"""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

SATOSHIS = 100_000_000


def price_after_loss(contracts: int, cost: int, loss: int, tick: Decimal) -> Decimal | None:
    """Where contracts of 1 USD at that cost have lost so many satoshis; None where none is.

    `contracts` is signed, `cost` the satoshis that it was worth at its entry, positive. To
    liquidation it may lose posMargin − posMaint (posMaint = rate · cost + posComm), to bankruptcy
    posInit. Value a contract: up to the whole satoshi for a short, down for a long; price: down
    to the tick for a short, up for a long.
    """
    if not contracts:
        return None
    long = contracts > 0
    worth = cost + loss if long else cost - loss
    per_contract = Decimal(worth) / abs(contracts)
    value = per_contract.to_integral_value(ROUND_FLOOR if long else ROUND_CEILING)
    if value <= 0:
        return None
    steps = SATOSHIS / value / tick
    return steps.to_integral_value(ROUND_CEILING if long else ROUND_FLOOR) * tick
