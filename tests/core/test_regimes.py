"""The venues' rules are data, all of them shown on the page, and their own shapes are exact."""

import re
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from hedgewatch.core.margin.bybit import Leveraged
from hedgewatch.core.margin.contract import bankruptcy_price
from hedgewatch.core.margin.deribit import SizedRate
from hedgewatch.core.margin.polarity import VENUE_RATIOS
from hedgewatch.core.margin.regimes import REGIMES, UNKNOWN, Display, Netting, PoolOf
from hedgewatch.core.model import Tier
from tests.support.published.bybit import (
    entry_liquidation_price,
    inverse_cross_bankruptcy_price,
    inverse_cross_liquidation_price,
    mark_liquidation_price,
)
from tests.support.published.contract import signed_quantity
from tests.support.published.deribit import inverse_prices
from tests.support.published.display import shifted, shown
from tests.support.published.single import Terms, charge, liquidation_price

PAGE = (Path(__file__).parents[2] / "daemon" / "NUMBERS.md").read_text(encoding="utf-8")


def _table() -> dict[str, list[str]]:
    text = PAGE.partition("**Regimes**")[2].partition("**One market")[0]
    rows = [line.strip("|").split("|") for line in re.findall(r"^\|.+\|$", text, re.MULTILINE)]
    return {cells[0].strip(" `"): [cell.strip() for cell in cells[1:]] for cells in rows[2:]}


def _yes(value: object) -> str:
    return "yes" if value else "no"


def test_every_regime_stands_on_the_page_as_it_is_and_no_other_does() -> None:
    keys = {id(ratio): f"`{key}`" for key, ratio in VENUE_RATIOS.items()}
    shown_on_page = {
        name: [
            regime.pool,
            f"{regime.theta:g}",
            regime.fee,
            regime.basis,
            regime.tiers,
            regime.netting,
            _yes(regime.balance_includes_pnl),
            _yes(regime.profit_in_haircut),
            keys[id(regime.ratio)] if regime.ratio else "–",
            regime.display,
            f"unknown: {regime.unknown}" if regime.unknown else "yes",
            regime.source,
        ]
        for name, regime in REGIMES.items()
    }
    assert _table() == shown_on_page


def test_a_venue_that_nobody_studied_is_unknown_and_says_why() -> None:
    assert "some-new-venue" not in REGIMES
    assert UNKNOWN.unknown


@pytest.mark.parametrize("name", ["hyperliquid-portfolio-margin", "okx-portfolio-margin"])
def test_what_cannot_be_rebuilt_from_what_the_venue_says_is_unknown_with_a_reason(
    name: str,
) -> None:
    assert REGIMES[name].unknown


def test_the_regimes_differ_where_the_venues_do() -> None:
    assert REGIMES["binance-portfolio-margin"].theta == 1.05
    assert REGIMES["kraken-futures-multi-collateral"].netting is Netting.LARGER_SIDE
    assert REGIMES["bybit-uta-cross"].pool is PoolOf.ACCOUNT
    assert REGIMES["okx-isolated"].display is Display.LONG_ONE_TICK_UP


INVERSE = Leveraged(
    quantity=10_000.0, entry=8_000.0, leverage=1.0, rate=0.005, taker=0.00075, linear=False
)


def test_bybits_own_example_of_an_inverse_cross_position_comes_out_to_the_cent() -> None:
    bust = inverse_cross_bankruptcy_price(INVERSE, 0.5)
    price = inverse_cross_liquidation_price(INVERSE, 0.5)
    assert bust == pytest.approx(5718.571428571428, rel=1e-12)
    assert price == pytest.approx(5739.083528002316, rel=1e-12)
    assert shown(price, 1.0, Decimal("0.5"), Display.AGAINST_TRADER) == 5739.5


@pytest.mark.parametrize("side", [1, -1])
@pytest.mark.parametrize("kind", ["linear", "inverse"])
def test_margin_added_to_an_isolated_position_counts_less_its_fee_as_the_page_says(
    side: int, kind: str
) -> None:
    linear = kind == "linear"
    q, entry, leverage, rate, taker, extra = 3000, 500, 10, Fraction(1, 200), Fraction(1, 1000), 1
    if linear:
        wallet = Fraction(q * entry, leverage) + extra / (1 - side * taker)
        wanted = (wallet - side * q * entry) / (q * rate - side * q)
    else:
        wallet = Fraction(q, entry * leverage) + extra / (1 + side * taker)
        below = wallet + Fraction(side * q, entry)
        wanted = q * (side + rate) / below
    position = Leveraged(
        quantity=float(side * q),
        entry=float(entry),
        leverage=float(leverage),
        rate=float(rate),
        taker=float(taker),
        linear=linear,
    )
    price = mark_liquidation_price(position, float(extra))
    assert price == (pytest.approx(float(wanted), rel=1e-12) if wanted > 0 else None)


def test_margin_added_at_the_entry_basis_moves_the_price_by_itself_a_coin() -> None:
    position = Leveraged(quantity=2.0, entry=20_000.0, leverage=50.0, rate=0.005)
    assert entry_liquidation_price(position) == pytest.approx(19_700.0)
    assert entry_liquidation_price(position, 100.0) == pytest.approx(19_650.0)


def test_an_inverse_short_without_leverage_is_never_bankrupt() -> None:
    assert bankruptcy_price(-100.0, 100.0, 1.0, linear=False) is None
    assert bankruptcy_price(100.0, 40.0, 1.0) == 0.0
    short = Leveraged(
        quantity=-100.0, entry=100.0, leverage=1.0, rate=0.0, taker=0.001, linear=False
    )
    assert short.fee_to_close == 0.0
    assert inverse_cross_bankruptcy_price(short, 1.0) is None
    assert inverse_cross_liquidation_price(short, 1.0) is None


@pytest.mark.parametrize(
    ("quantity", "wallet"), [(1e6, 5.0), (-1e6, 5.0), (-1e6, 50.0), (-1e7, 1.0), (0.0, 1.0)]
)
def test_a_deribit_inverse_position_has_no_surplus_left_at_its_prices(
    quantity: float, wallet: float
) -> None:
    entry, rate = 50_000.0, SizedRate(0.01, 0.00005)
    prices = inverse_prices(quantity, entry, wallet, rate)
    for price in (prices.down, prices.up):
        if price is not None:
            coins = abs(quantity) / price
            profit = quantity / entry - quantity / price
            assert wallet + profit == pytest.approx(coins * rate.at(coins), rel=1e-9)
    assert (prices.down is None) is (quantity == 0.0)


def test_deribit_without_a_slope_is_liquidated_where_any_other_inverse_position_is() -> None:
    for quantity, wallet in ((1e6, 5.0), (-1e6, 5.0), (-1e6, 50.0), (1e6, 0.0)):
        prices = inverse_prices(quantity, 50_000.0, wallet, SizedRate(0.01, 0.0))
        plain = liquidation_price(Terms(quantity, 50_000.0, 0.01, linear=False), wallet)
        steeper = inverse_prices(quantity, 50_000.0, wallet, SizedRate(0.01, 1e-12))
        mine, other = (
            (found.down, found.up) if quantity > 0 else (found.up, found.down)
            for found in (prices, steeper)
        )
        assert mine[0] == (plain and pytest.approx(plain, rel=1e-12))
        assert other[0] == (plain and pytest.approx(plain, rel=1e-6))


@pytest.mark.parametrize(
    ("quantity", "display", "wanted"),
    [
        (1.0, Display.EXACT, 100.123),
        (1.0, Display.AGAINST_TRADER, 100.5),
        (-1.0, Display.AGAINST_TRADER, 100.0),
        (1.0, Display.LONG_ONE_TICK_UP, 100.623),
        (-1.0, Display.LONG_ONE_TICK_UP, 100.123),
    ],
)
def test_a_price_is_shown_as_the_venue_shows_it(
    quantity: float, display: Display, wanted: float
) -> None:
    assert shown(100.123, quantity, Decimal("0.5"), display) == pytest.approx(wanted)
    assert shown(None, quantity, Decimal("0.5"), display) is None
    assert shifted(None, 0.5) is None


def test_the_tier_that_charges_is_the_one_that_begins_at_the_notional() -> None:
    tiers = (Tier(0.0, 0.01, 0.0), Tier(1000.0, 0.02, 10.0))
    at_floor = charge(Terms(signed_quantity("long", 10.0, 10.0), 10.0, tiers=tiers), 10.0)
    assert (at_floor.rate, at_floor.deduction, at_floor.maintenance_margin) == (0.02, 10.0, 10.0)
