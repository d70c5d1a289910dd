"""Which way round a venue counts is decided in one place, and the page shows the same table."""

import re
from math import inf
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedgewatch.core.margin.polarity import VENUE_RATIOS, from_venue, margin_ratio, price_from_venue
from tests.support.published.polarity import published_ratio, to_venue, venue_ratio

PAGE = (Path(__file__).parents[2] / "daemon" / "NUMBERS.md").read_text(encoding="utf-8")


def _table() -> dict[str, list[str]]:
    """The rows of the first table under "Ratios that venues print", by their key."""
    text = PAGE.partition("**Ratios that venues print**")[2].partition("**Regimes**")[0]
    rows = [line.strip("|").split("|") for line in re.findall(r"^\|.+\|$", text, re.MULTILINE)]
    return {cells[0].strip(" `"): [cell.strip() for cell in cells[1:]] for cells in rows[2:]}


def test_every_ratio_of_the_code_stands_on_the_page_as_it_is() -> None:
    table = _table()
    for key, ratio in VENUE_RATIOS.items():
        assert table.get(key) == [
            ratio.venue,
            ratio.field,
            ratio.definition,
            f"{ratio.liquidated_at:g}",
            "high" if ratio.high_is_safe else "low",
        ]


def test_every_row_of_the_page_does_in_code_what_it_says() -> None:
    for key, (_, _, definition, liquidated_at, safe_side) in _table().items():
        ratio = venue_ratio(key)
        threshold = float(liquidated_at)
        assert from_venue(ratio, liquidated_at) == pytest.approx(1.0)
        better = threshold * (2.0 if safe_side == "high" else 0.5)
        assert from_venue(ratio, better) == pytest.approx(0.5)
        top, bottom = (side.strip() for side in definition.split("÷"))
        amounts = {"equity": 100.0, "adjusted equity": 100.0}
        expected = amounts.get(top, 25.0) / amounts.get(bottom, 25.0)
        assert published_ratio(ratio, 100.0, 25.0) == expected


@pytest.mark.parametrize("key", VENUE_RATIOS)
@given(ours=st.floats(1e-6, 1e6))
def test_a_ratio_comes_back_unchanged_from_the_words_of_any_venue(key: str, ours: float) -> None:
    ratio = VENUE_RATIOS[key]
    assert from_venue(ratio, to_venue(ratio, ours)) == pytest.approx(ours, rel=1e-12)


@pytest.mark.parametrize("key", VENUE_RATIOS)
@given(equity=st.floats(0.01, 1e9), requirement=st.floats(0.01, 1e9))
def test_what_a_venue_prints_becomes_what_we_compute(
    key: str, equity: float, requirement: float
) -> None:
    ratio = VENUE_RATIOS[key]
    printed = published_ratio(ratio, equity, requirement)
    theta = ratio.liquidated_at if ratio.high_is_safe else 1.0
    ours = margin_ratio(theta * requirement, equity)
    if printed < 99_999_999.0:
        assert from_venue(ratio, str(printed)) == pytest.approx(ours, rel=1e-12)


@pytest.mark.parametrize("key", VENUE_RATIOS)
@pytest.mark.parametrize("value", ["", None, "n/a", "nan", "inf", True, [], "1_0", " 1", "\u0661"])
def test_an_empty_or_senseless_field_is_no_ratio_never_a_safe_one(key: str, value: object) -> None:
    assert from_venue(VENUE_RATIOS[key], value) is None


def test_nothing_due_is_zero_where_the_venue_says_it_with_a_huge_number() -> None:
    unimmr = venue_ratio("unimmr")
    assert from_venue(unimmr, "99999999") == 0.0
    assert to_venue(unimmr, 0.0) == 99999999.0


def test_zero_is_safe_where_low_is_and_no_telling_where_high_is() -> None:
    assert from_venue(venue_ratio("binance"), "0") == 0.0
    assert from_venue(venue_ratio("okx"), "0") is None


@pytest.mark.parametrize("key", VENUE_RATIOS)
def test_equity_that_is_gone_is_infinitely_bad_never_negative(key: str) -> None:
    assert from_venue(VENUE_RATIOS[key], "-0.5") == inf
    assert to_venue(VENUE_RATIOS[key], inf) is None


def test_the_same_field_name_of_two_venues_means_opposite_things() -> None:
    okx, bitget = venue_ratio("okx"), venue_ratio("bitget")
    assert okx.field == bitget.field == "mgnRatio"
    assert from_venue(okx, "140.499") == pytest.approx(1 / 140.499)
    assert from_venue(bitget, "0.0019") == pytest.approx(0.0019)


def test_a_configured_threshold_of_portfolio_margin_moves_liquidation() -> None:
    unimmr = venue_ratio("unimmr")
    assert from_venue(unimmr, "1.2", theta=1.2) == pytest.approx(1.0)
    assert from_venue(unimmr, "1.2") == pytest.approx(1.05 / 1.2)


def test_a_word_for_a_ratio_that_nobody_knows_is_refused() -> None:
    with pytest.raises(KeyError):
        venue_ratio("margin_level_of_an_unheard_venue")


@pytest.mark.parametrize("value", ["", "0", None, "-12.5", "0.00", "1000000", "99999999", "0.01"])
def test_what_venues_print_for_no_liquidation_price_is_none(value: object) -> None:
    assert price_from_venue(value, 60_000.0) is None


@pytest.mark.parametrize(("value", "mark"), [("0.01", 0.012), ("1000000", 900_000.0)])
def test_a_price_that_is_a_sentinel_elsewhere_is_a_price_where_the_coin_trades(
    value: str, mark: float
) -> None:
    assert price_from_venue(value, mark) == float(value)
