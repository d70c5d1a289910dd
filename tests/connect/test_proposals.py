"""Which hedges are recognised, and which are not made up."""

from collections.abc import Mapping

import pytest

from hedgewatch.connect.found import NOT_PRICED, Coins, Position
from hedgewatch.connect.proposals import Proposal, propose
from hedgewatch.core.book.underlying import underlying_of

Legs = list[tuple[str, str]]


def coins(
    asset: str, amount: float, *, account: str = "", wallet: str = "", price: float | None = None
) -> Coins:
    value = NOT_PRICED if price is None else amount * price
    where = {"account": account} if account else {"wallet": wallet or "cold"}
    return Coins(asset=asset, amount=amount, value=value, **where)


def position(
    symbol: str, contracts: float, *, account: str = "main", size: float = 1.0, price: float = 1.0
) -> Position:
    return Position(
        account=account,
        symbol=symbol,
        base=symbol.partition("/")[0],
        currency=symbol.rpartition(":")[2],
        contracts=contracts,
        quantity=contracts * size,
        notional=abs(contracts) * size * price,
    )


def legs(one: Proposal) -> tuple[Legs, Legs]:
    exposure, cover = (
        [(leg.account or leg.wallet, leg.asset or leg.symbol) for leg in side]
        for side in (one.exposure, one.cover)
    )
    return exposure, cover


def test_coins_in_a_wallet_against_a_short_perpetual_are_a_hedge_and_how_much_is_covered() -> None:
    (one,) = propose(
        [coins("BTC", 2.5), coins("USDT", 10_000.0, account="main")],
        [position("BTC/USDT:USDT", -2.0)],
        underlying_of,
    )
    assert legs(one) == ([("cold", "BTC")], [("main", "BTC/USDT:USDT")])
    assert (one.name, one.covered, one.is_certain) == ("btc", 0.8, True)


def test_legs_of_one_coin_are_one_hedge_wherever_they_are() -> None:
    (one,) = propose(
        [coins("ETH", 10.0, account="spot"), coins("ETH", 5.0)],
        [
            position("ETH/USDT:USDT", -8.0),
            position("ETH/USD:ETH", -30.0, account="coinm", size=0.1),
            position("ETH/USDC:USDC", 2.0, account="okx"),
        ],
        underlying_of,
    )
    assert legs(one) == (
        [("spot", "ETH"), ("cold", "ETH"), ("okx", "ETH/USDC:USDC")],
        [("main", "ETH/USDT:USDT"), ("coinm", "ETH/USD:ETH")],
    )
    assert one.covered == pytest.approx(11.0 / 17.0)


def test_a_future_against_a_future_is_one_too() -> None:
    (one,) = propose(
        [],
        [position("BTC/USDT:USDT", 1.0), position("BTC/USDT:USDT-261225", -1.0, account="okx")],
        underlying_of,
    )
    assert legs(one) == ([("main", "BTC/USDT:USDT")], [("okx", "BTC/USDT:USDT-261225")])


def test_contracts_on_a_thousand_coins_cover_the_coin() -> None:
    (one,) = propose(
        [coins("PEPE", 5_000_000.0)], [position("1000PEPE/USDT:USDT", -5_000.0)], underlying_of
    )
    assert one.asset == "PEPE"
    assert one.covered == 1.0


@pytest.mark.parametrize(
    ("amount", "short"),
    [(2.5, 1.0), (0.0, -1.0), (2.5, 0.0), (0.0001, -1.0), (2.5, -0.0001)],
    ids=["long and long", "nothing owned", "no position", "dust of coins", "dust of a short"],
)
def test_what_has_one_side_only_is_no_hedge(amount: float, short: float) -> None:
    assert propose([coins("BTC", amount)], [position("BTC/USDT:USDT", short)], underlying_of) == []


def test_dust_beside_a_leg_is_left_out_of_the_hedge() -> None:
    (one,) = propose(
        [coins("BTC", 2.5), coins("BTC", 0.0001, account="spot")],
        [position("BTC/USDT:USDT", -2.5)],
        underlying_of,
    )
    assert legs(one)[0] == [("cold", "BTC")]


def test_other_coins_of_about_the_same_worth_may_be_a_hedge_of_which_only_the_owner_knows() -> None:
    held = [coins("ALT", 500_000.0, price=0.4), coins("XYZ", 10.0, price=1.0)]
    shorts = [position("AIX/USDT:USDT", -200.0, price=1_000.0)]
    (one,) = propose(held, shorts, underlying_of)
    assert legs(one) == ([("cold", "ALT")], [("main", "AIX/USDT:USDT")])
    assert (one.name, one.is_certain) == ("alt-aix", False)
    assert propose(held, [position("AIX/USDT:USDT", -20.0, price=1_000.0)], underlying_of) == []


def test_what_is_in_a_hedge_already_is_proposed_no_more_and_names_are_never_twice() -> None:
    held, shorts = [coins("BTC", 1.0)], [position("BTC/USDT:USDT", -1.0)]
    used = [("", "cold", "BTC")]
    assert propose(held, shorts, underlying_of, used=used) == []
    (one,) = propose(held, shorts, underlying_of, names=["btc", "btc-2"])
    assert one.name == "btc-3"


@pytest.mark.parametrize("amount", [-1.0, -0.5])
def test_coins_that_are_owed_are_not_owned(amount: float) -> None:
    owed: Mapping[str, float] = {"BTC": amount}
    borrowed = [coins(asset, much, account="main") for asset, much in owed.items()]
    assert propose(borrowed, [position("BTC/USDT:USDT", -1.0)], underlying_of) == []
