"""The families of whole accounts: several positions with their tier tables, coins behind them."""

from hedgewatch.core.margin.account import Account
from hedgewatch.core.margin.collateral import Collateral, at_rate
from hedgewatch.core.margin.leg import Leg
from hedgewatch.core.margin.motion import HeldLeg
from hedgewatch.core.margin.tiers import marginal
from hedgewatch.core.model import Tier
from tests.support.published.contract import signed_quantity
from tests.support.published.verdict import verdict_on_price, verdict_on_shock
from tests.vectors.cases import Answer, Fields

_MONEY = "USDT"
"""The coin of the account where a case names none."""


def _held(given: Fields, settle: str, theta: float) -> HeldLeg:
    quantity = signed_quantity(
        given.side(), given.number("qty"), given.number("contract_size", 1.0)
    )
    tiers = marginal(given.rows("tiers"))
    leg = Leg(
        quantity,
        given.number("entry"),
        tiers or (Tier(0.0, given.number("mmr"), given.number("cum", 0.0)),),
        fee=given.number("fee", 0.0),
        theta=theta,
        inverse=given.raw("kind", "linear") == "inverse",
    )
    return HeldLeg(
        leg=leg,
        market=given.raw("symbol"),
        price=given.number("mark"),
        settle=settle,
        beta=given.number("beta", 1.0),
    )


def account_single(given: Fields) -> Answer:
    theta = given.number("theta", 1.0)
    legs = []
    for one in given.each("positions"):
        one.raw("settle", _MONEY)  # the pool is of one coin, whichever it is
        legs.append(_held(one, _MONEY, theta))
    wallet = Collateral(coin=_MONEY, amount=given.number("wallet"), price=1.0)
    found = verdict_on_price(Account(legs, [wallet], theta=theta), given.raw("target"))
    return {
        "lower": found.low,
        "upper": found.high,
        "safe": found.safe,
        "mm": found.requirement,
        "equity": found.equity,
        "margin_ratio": found.margin_ratio,
    }


def account_factor(given: Fields) -> Answer:
    theta = given.number("theta", 1.0)
    told = given.each("collateral") if "collateral" in given else []
    coins = {one.raw("coin"): _coin(one) for one in told}
    coins.setdefault(_MONEY, Collateral(coin=_MONEY, amount=given.number("wallet", 0.0), price=1.0))
    legs = [_held(one, one.raw("settle", _MONEY), theta) for one in given.each("positions")]
    found = verdict_on_shock(Account(legs, list(coins.values()), theta=theta))
    return {
        "x_lo": found.low,
        "x_hi": found.high,
        "safe": found.safe,
        "surplus": found.headroom,
        "equity": found.equity,
        "mm": found.requirement,
        "margin_ratio": found.margin_ratio,
    }


def _coin(given: Fields) -> Collateral:
    return Collateral(
        coin=given.raw("coin"),
        amount=given.number("amount"),
        price=given.number("price"),
        discount=at_rate(given.number("rate", 1.0)),
        beta=given.number("beta", 0.0),
    )
