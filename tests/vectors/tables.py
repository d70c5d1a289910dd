"""The families of tables and ratios: tiers, discounts, and what venues call a margin ratio."""

from hedgewatch.core.margin.collateral import Discount
from hedgewatch.core.margin.tiers import deductions, marginal
from hedgewatch.core.model import CollateralSlice
from tests.support.published.contract import liquidation_requirement, signed_quantity
from tests.support.published.polarity import published_ratio, venue_ratio
from tests.support.published.single import Terms, charge, charge_of_notional
from tests.vectors.cases import Answer, Fields


def mm_tiered(given: Fields) -> Answer:
    rate, deduction = given.number("mmr", 0.0), given.number("cum", 0.0)
    tiers = marginal(given.rows("tiers"))
    if "notional" in given:
        found = charge_of_notional(
            given.number("notional"), Terms(1.0, 1.0, rate, deduction, tiers=tiers)
        )
    else:
        mark, linear = given.number("mark"), not given.flag("inverse")
        quantity = signed_quantity(
            "long", given.number("contracts"), given.number("contract_size", 1.0)
        )
        found = charge(Terms(quantity, mark, rate, deduction, linear=linear, tiers=tiers), mark)
    return {
        "maintenance_margin": found.maintenance_margin,
        "mmr": found.rate,
        "cum": found.deduction,
        "notional": found.notional,
    }


def bracket_cum(given: Fields) -> Answer:
    return {"cum": list(deductions(given.rows("brackets")))}


def discount(given: Fields) -> Answer:
    slices = [CollateralSlice(ceiling, rate) for ceiling, rate in given.rows("tiers")]
    return {"adjusted": Discount(slices).counted(given.number("amount_usd"))}


def margin_ratio(given: Fields) -> Answer:
    requirement = liquidation_requirement(
        given.optional("mm"),
        notional=given.number("notional", 0.0),
        rate=given.number("mmr", 0.0),
        fee=given.number("taker", 0.0),
    )
    ratio = venue_ratio(given.raw("definition"))
    return {"ratio": published_ratio(ratio, given.number("equity"), requirement)}
