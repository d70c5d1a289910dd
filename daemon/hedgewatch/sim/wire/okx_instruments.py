"""What OKX lists, and by which rules: instruments, position tiers, discounts of collateral.

Sources: OKX API, "Public data".
"""

from decimal import Decimal

from hedgewatch.sim.accounts import ZERO
from hedgewatch.sim.markets import SpotPair
from hedgewatch.sim.okx_markets import CONTRACTS, DISCOUNTS, Contract
from hedgewatch.sim.wire.numbers import plain
from hedgewatch.sim.wire.okx_market import ODD_PARAMETER, Row
from hedgewatch.sim.wire.okx_signature import Refusal
from hedgewatch.sim.world import World

_EMPTY = (
    "alias", "auctionEndTime", "baseCcy", "contTdSwTime", "ctMult", "ctType", "ctVal", "ctValCcy",
    "expTime", "instFamily", "lever", "optType", "quoteCcy", "settleCcy", "stk", "uly",
)  # fmt: skip


def instruments(world: World, kind: str) -> list[Row]:
    """GET /api/v5/public/instruments, of one type."""
    if kind == "SPOT":
        return [_pair(pair) for pair in world.spot_pairs.values()]
    if kind in {"SWAP", "FUTURES"}:
        return [_contract(world, each) for each in CONTRACTS.values() if each.kind == kind]
    if kind in {"OPTION", "MARGIN"}:
        return []
    raise Refusal(ODD_PARAMETER[0], ODD_PARAMETER[1], "Parameter instType error.")


def _pair(pair: SpotPair) -> Row:
    return {
        **dict.fromkeys(_EMPTY, ""),
        "baseCcy": pair.base,
        "quoteCcy": "USDT",
        "instId": f"{pair.base}-USDT",
        "instType": "SPOT",
        "lever": "5",
        "listTime": "1548133413000",
        "lotSz": plain(pair.step),
        "minSz": plain(pair.step),
        "state": "live",
        "tickSz": plain(pair.tick),
        "groupId": "1",
        "ruleType": "normal",
    }


def _contract(world: World, contract: Contract) -> Row:
    market = world.markets[contract.priced]
    end = market.expiry if contract.end is None else contract.end[1]
    ends = "" if end is None else str(end)
    return {
        **dict.fromkeys(_EMPTY, ""),
        "ctMult": "1",
        "ctType": "linear" if contract.linear else "inverse",
        "ctVal": plain(contract.value),
        "ctValCcy": contract.base if contract.linear else "USD",
        "expTime": ends,
        "instFamily": contract.family,
        "instId": contract.id,
        "instType": contract.kind,
        "lever": str(market.tiers[0].leverage),
        "listTime": "1573557408000",
        "lotSz": plain(contract.lot),
        "minSz": plain(contract.lot),
        "settleCcy": contract.settle,
        "state": "live",
        "tickSz": plain(market.tick),
        "uly": contract.family,
        "groupId": "1",
        "ruleType": "normal",
    }


def tiers(world: World, kind: str, families: str) -> list[Row]:
    """GET /api/v5/public/position-tiers: of five families at most."""
    named = families.split(",")
    if len(named) > 5:  # noqa: PLR2004 - OKX's own bound
        raise Refusal(ODD_PARAMETER[0], ODD_PARAMETER[1], "Parameter instFamily error.")
    return [
        {
            "baseMaxLoan": "",
            "imr": plain(Decimal(1) / step.leverage),
            "instFamily": contract.family,
            "instId": "",
            "maxLever": str(step.leverage),
            "maxSz": plain(step.most),
            "minSz": plain(step.least),
            "mmr": plain(step.maintenance),
            "optMgnFactor": "0",
            "quoteMaxLoan": "",
            "tier": str(number),
            "uly": contract.family,
        }
        for contract in CONTRACTS.values()
        if contract.family in named and contract.kind == kind
        for number, step in enumerate(contract.steps(world.markets[contract.priced]), 1)
    ]


def discounts() -> list[Row]:
    """GET /api/v5/public/discount-rate-interest-free-quota."""
    found = []
    for coin, slices in DISCOUNTS.items():
        least, details = ZERO, list[Row]()
        for number, part in enumerate(slices, 1):
            most = "" if part.most is None else plain(part.most)
            details.append(
                {
                    "discountRate": plain(part.rate),
                    "liqPenaltyRate": "0.02",
                    "maxAmt": most,
                    "minAmt": plain(least),
                    "tier": str(number),
                }
            )
            least = part.most or least
        found.append({"amt": "0", "ccy": coin, "details": details, "minDiscountRate": "0"})
    return found
