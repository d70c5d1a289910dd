"""The witness's own formulas, against Binance's published example and against exact fractions."""

from decimal import Decimal
from fractions import Fraction

import pytest

from hedgewatch.sim.accounts import Account, Position
from hedgewatch.sim.margin import Venue, liquidation_price, maintenance_margin, margin_ratio
from hedgewatch.sim.markets import PERPETUALS, Perpetual, Tier, brackets

MARKETS = {market.symbol: market for market in PERPETUALS}
MARKS = {"ALTUSDT": Decimal("0.40"), "AIXUSDT": Decimal(1000), "BTCUSDT": Decimal(60_000)}
STEP = Fraction(1, 10**6)


def account_with(wallet: int, *positions: Position) -> Account:
    held = {(position.symbol, position.side): position for position in positions}
    return Account("main", "key", "secret", Decimal(wallet), positions=held)


def single_bracket(symbol: str, rate: str, deduction: str) -> Perpetual:
    tier = Tier(Decimal(0), Decimal(10**12), Decimal(rate), Decimal(deduction), 1)
    return Perpetual(symbol, symbol[:3], Decimal("0.01"), Decimal("0.001"), (tier,))


def published_example(*, isolated: bool) -> tuple[Account, Venue]:
    """FAQ b3c689c1f50a44cabb3a84e663b81d93: BTC and ETH long on 1,535,443.01 USDT."""
    btc = Position("BTCUSDT", Decimal("109.488"), Decimal("32481.980"))
    eth = Position("ETHUSDT", Decimal("3683.979"), Decimal("1456.84"))
    if isolated:
        wallet = Decimal("1535443.01")
        btc = Position(btc.symbol, btc.amount, btc.entry, isolated_wallet=wallet)
        eth = Position(eth.symbol, eth.amount, eth.entry, isolated_wallet=wallet)
    owner = Account("main", "key", "secret", Decimal("1535443.01"))
    owner.positions = {("BTCUSDT", "BOTH"): btc, ("ETHUSDT", "BOTH"): eth}
    listed = {
        "BTCUSDT": single_bracket("BTCUSDT", "0.025", "16300"),
        "ETHUSDT": single_bracket("ETHUSDT", "0.10", "135365"),
    }
    marks = {"BTCUSDT": Decimal("31967.27"), "ETHUSDT": Decimal("1335.18")}
    return owner, Venue(listed, marks)


@pytest.mark.parametrize(
    ("isolated", "symbol", "published"),
    [
        (False, "ETHUSDT", "1153.26"),
        (True, "ETHUSDT", "1114.78"),
        (True, "BTCUSDT", "18778.73"),
    ],
)
def test_liquidation_prices_that_binance_published_come_out(
    isolated: bool,  # noqa: FBT001
    symbol: str,
    published: str,
) -> None:
    owner, venue = published_example(isolated=isolated)
    price = liquidation_price(owner.positions[symbol, "BOTH"], owner, venue)
    assert price.quantize(Decimal("0.01")) == Decimal(published)


def test_deductions_make_maintenance_continuous_where_brackets_meet() -> None:
    for market in PERPETUALS:
        for below, above in zip(market.tiers, market.tiers[1:], strict=False):
            edge = below.cap
            assert edge * below.rate - below.deduction == edge * above.rate - above.deduction


def test_brackets_of_the_worked_example_deduct_what_the_story_says() -> None:
    assert [tier.deduction for tier in MARKETS["AIXUSDT"].tiers] == [0, 1_500, 14_000, 164_000]


def surplus(owner: Account, price: Fraction) -> Fraction:
    """Balance minus maintenance with AIX at a price, brackets as a maximum of lines."""
    total = Fraction(owner.wallet)
    for position in owner.held():
        mark = price if position.symbol == "AIXUSDT" else Fraction(MARKS[position.symbol])
        amount, entry = Fraction(position.amount), Fraction(position.entry)
        lines = MARKETS[position.symbol].tiers
        notional = abs(amount * mark)
        needed = max(notional * Fraction(t.rate) - Fraction(t.deduction) for t in lines)
        total += amount * (mark - entry) - needed
    return total


def aix(amount: str, entry: str, side: str = "BOTH") -> Position:
    return Position("AIXUSDT", Decimal(amount), Decimal(entry), side)


@pytest.mark.parametrize(
    ("wallet", "positions"),
    [
        pytest.param(100_000, [aix("-200", "1000")], id="short-of-the-worked-example"),
        pytest.param(100_000, [aix("-250", "1000")], id="short-after-the-trader-added"),
        pytest.param(175_000, [aix("-250", "1000")], id="short-after-the-top-up"),
        pytest.param(20_000, [aix("-40", "990")], id="small-short-crossing-two-brackets"),
        pytest.param(50_000, [aix("200", "1010")], id="long"),
        pytest.param(
            60_000,
            [aix("300", "950", "LONG"), aix("-180", "1020", "SHORT")],
            id="both-legs-of-a-symbol-share-one-price",
        ),
        pytest.param(
            60_000,
            [aix("-200", "1000"), Position("BTCUSDT", Decimal("0.7"), Decimal(61_000))],
            id="another-market-stands-at-its-mark",
        ),
    ],
)
def test_surplus_changes_sign_exactly_at_the_liquidation_price(
    wallet: int, positions: list[Position]
) -> None:
    owner = account_with(wallet, *positions)
    price = Fraction(liquidation_price(positions[0], owner, Venue(MARKETS, MARKS)))
    assert price > 0
    assert surplus(owner, Fraction(1000)) > 0
    assert surplus(owner, price - STEP) * surplus(owner, price + STEP) < 0


def test_position_that_nothing_can_liquidate_has_no_price() -> None:
    covered = Position("AIXUSDT", Decimal(10), Decimal(1000))
    owner = account_with(1_000_000, covered)
    assert liquidation_price(covered, owner, Venue(MARKETS, MARKS)) == 0


def test_margin_ratio_of_the_squeezed_book_is_five_sixths() -> None:
    owner = account_with(100_000, aix("-250", "1000"))
    venue = Venue(MARKETS, MARKS | {"AIXUSDT": Decimal(1310)})
    assert maintenance_margin(owner, venue) == 18_750
    assert Fraction(margin_ratio(owner, venue)).limit_denominator(1000) == Fraction(5, 6)


def test_brackets_are_numbered_by_what_they_end_at() -> None:
    tiers = brackets((100, "0.01", 50), (200, "0.02", 25))
    assert [tier.floor for tier in tiers] == [0, 100]
    assert [tier.cap for tier in tiers] == [100, 200]
    assert [tier.deduction for tier in tiers] == [0, 1]
