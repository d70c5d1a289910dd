"""What a hedge lacks, what would mend it, and what rolling it costs, in words."""

from typing import TYPE_CHECKING

from hedgewatch.core.model import Unknown
from hedgewatch.core.wording import figure

if TYPE_CHECKING:  # it has it said of itself
    from hedgewatch.core.book.rows.hedge import HedgeLeg, HedgeRow


def trade_to_target(hedge: "HedgeRow") -> str:
    """`buy 50 contracts of AIX/USDT:USDT in main`, in whole steps of its market."""
    contracts = hedge.contracts_to_target
    if len(hedge.cover) > 1:
        return _trade_of_several(hedge)
    if isinstance(contracts, Unknown):
        return f"what to trade is unknown: {contracts.reason}"
    if contracts == 0.0:
        return "nothing to trade: less than half a contract step is missing"
    amount = figure(abs(contracts), ",.8g")
    return f"{'buy' if contracts > 0.0 else 'sell'} {amount} {_place(hedge.cover[0])}"


def uncovered(hedge: "HedgeRow") -> str:
    """`50,000.00 USDT are without cover (125,000 ALT)`, against the target; or is too much."""
    value, coins = hedge.uncovered_value, hedge.uncovered_coins
    if isinstance(value, Unknown):
        return f"what is without cover is unknown: {value.reason}"
    told = "are without cover" if value >= 0.0 else "of cover are too much"
    said = f"{abs(value):,.2f} {hedge.currency} {told}"
    if isinstance(coins, Unknown):
        return said
    return f"{said} ({figure(abs(coins), ',.8g')} {hedge.exposure[0].underlying})"


def roll(hedge: "HedgeRow") -> str:
    """`rolling all of it costs 120.00 USDT`: the near contract of its cover into the next."""
    cost = hedge.roll_cost
    if isinstance(cost, Unknown):
        return f"what a roll costs is unknown: {cost.reason}"
    does = "costs" if cost >= 0.0 else "earns"
    return f"rolling all of it {does} {abs(cost):,.2f} {hedge.currency}"


def _trade_of_several(hedge: "HedgeRow") -> str:
    """Which of its markets is for its owner to say. A long holding is covered by what is sold."""
    missing, owned = hedge.uncovered_value, hedge.exposure_value
    if isinstance(missing, Unknown):
        return f"what to trade is unknown: {missing.reason}"
    if isinstance(owned, Unknown):
        return f"what to trade is unknown: {owned.reason}"
    sells = (missing >= 0.0) == (owned >= 0.0)
    return (
        f"{'sell' if sells else 'buy'} cover worth {abs(missing):,.2f} {hedge.currency}, "
        f"in whichever of its {len(hedge.cover)} markets"
    )


def _place(leg: "HedgeLeg") -> str:
    plan = leg.plan
    held = f"contracts of {plan.symbol}" if plan.symbol else plan.asset
    return f"{held} in {plan.account or plan.wallet}"
