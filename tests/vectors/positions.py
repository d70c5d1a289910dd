"""The families of one market: isolated, cross, and the arithmetic of a contract."""

from typing import Any

from hedgewatch.core.margin.tiers import marginal
from tests.support.published.contract import (
    average_entry,
    isolated_wallet,
    margin_requirement,
    signed_quantity,
    unrealized_pnl,
)
from tests.support.published.display import shifted
from tests.support.published.single import (
    Terms,
    bankrupt_at,
    cross_prices,
    equity_over_requirement,
    implied_wallet,
    liquidation_price,
    liquidation_prices,
)
from tests.vectors.cases import Answer, Fields


def quantity_of(given: Fields) -> float:
    """Signed coins, or the signed face value of so many contracts."""
    name = "contracts" if "contracts" in given else "qty"
    return signed_quantity(
        given.side(), given.number(name, 1.0), given.number("contract_size", 1.0)
    )


def terms_of(given: Fields, *, linear: bool, entry: str = "entry", fee: str = "fee") -> Terms:
    return Terms(
        quantity_of(given),
        given.number(entry),
        rate=given.number("mmr", 0.0),
        deduction=given.number("cum", 0.0),
        fee=given.number(fee, 0.0),
        linear=linear,
        tiers=marginal(given.rows("tiers")),
    )


def _isolated(given: Fields, *, linear: bool) -> Answer:
    terms = terms_of(given, linear=linear)
    wallet, leverage = given.optional("wallet"), given.optional("leverage")
    if wallet is None and leverage is not None:
        wallet = isolated_wallet(terms.quantity, terms.entry, leverage, linear=linear)
    assert wallet is not None
    price = liquidation_price(terms, wallet)
    answer: dict[str, Any] = {
        "liquidation_price": shifted(price, given.number("tick_shift", 0.0)),
        "bankruptcy_price": bankrupt_at(terms, wallet),
    }
    mark = given.optional("mark")
    if mark is not None:
        answer["margin_ratio_eq_over_mm"] = equity_over_requirement(terms, wallet, mark)
    return answer


def linear_isolated(given: Fields) -> Answer:
    return _isolated(given, linear=True)


def inverse_isolated(given: Fields) -> Answer:
    return _isolated(given, linear=False)


def linear_cross_multi(given: Fields) -> Answer:
    target = given.raw("target")
    mine, others = [], []
    for one in given.each("positions"):
        terms, mark = terms_of(one, linear=True), one.optional("mark")
        if one.raw("symbol") == target:
            mine.append(terms)
        else:
            assert mark is not None
            others.append((terms, mark))
    return {"liquidation_price": cross_prices(mine, given.number("wallet"), others).only(mine)}


def inverse_cross(given: Fields) -> Answer:
    size = given.number("contract_size", 1.0)
    market = []
    for one in given.each("positions"):
        one.optional("mark")  # of the same market: no part of its liquidation price
        quantity = signed_quantity(one.side(), one.number("qty"), size)
        market.append(
            Terms(
                quantity,
                one.number("entry"),
                rate=one.number("mmr"),
                deduction=one.number("cum", 0.0),
                fee=one.number("fee", 0.0),
                linear=False,
            )
        )
    return {"liquidation_price": liquidation_prices(market, given.number("wallet")).only(market)}


def kraken_inverse(given: Fields) -> Answer:
    return _isolated(given, linear=False)


def wallet_implied(given: Fields) -> Answer:
    terms = terms_of(given, linear=not given.flag("inverse"))
    return {"wallet": implied_wallet(terms, given.number("liq"))}


def pnl(given: Fields) -> Answer:
    entry, mark = given.number("entry"), given.number("mark")
    linear = not given.flag("inverse")
    return {"unrealized_pnl": unrealized_pnl(quantity_of(given), entry, mark, linear=linear)}


def avg_entry(given: Fields) -> Answer:
    return {"avg_entry": average_entry(given.rows("fills"), linear=not given.flag("inverse"))}


def requirement_of_margin(given: Fields) -> Answer:
    return {
        "margin": margin_requirement(
            signed_quantity("long", given.number("qty"), given.number("contract_size", 1.0)),
            given.number("price"),
            rate=given.number("rate", 1.0),
            leverage=given.number("leverage", 1.0),
            linear=not given.flag("inverse"),
        )
    }
