"""What would mend a pool does mend it, and nothing less would: told to the engine anew."""

import re
from dataclasses import dataclass, replace
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hedgewatch.core.book.rows.nearness import move_in_words, nearness_of
from hedgewatch.core.events import CollateralPriced, CollateralReading
from hedgewatch.core.mending import SAFE_MOVE, SAFE_RATIO
from hedgewatch.core.model import CollateralSlice, Scope, Tier, Unknown
from tests.support.builders import (
    AIX,
    ALT,
    Said,
    balance,
    desk,
    held,
    mark,
    market,
    read,
    rule,
    tiered,
)
from tests.support.builders import tiers as table
from tests.support.chance import examples
from tests.support.stories import Story, known

TIERS = table((0.0, 0.01), (100_000.0, 0.02), (250_000.0, 0.10))
COIN = "BTC/USD:BTC"
BY_SIZE = (Tier(0.0, 0.01, 0.0), Tier(100.0, 0.05, 0.0), Tier(200.0, 0.20, 0.0))
SLOPE = (Tier(0.0, 0.01, 0.0, 0.005),)


@dataclass(frozen=True, slots=True)
class _Book:
    """An account with one coin behind it: (symbol, contracts, entry, mark) of each position."""

    regime: str
    wallet: float
    held: tuple[tuple[str, float, float, float], ...]
    coin: str = "USDT"
    tiers: tuple[Tier, ...] = TIERS
    step: str = "1"
    isolated: bool = False

    def story(self) -> Story:
        story = Story(on=desk(prices={}, holdings={}))
        marks = [mark(symbol, price) for symbol, _, _, price in self.held]
        size = 100.0 if self.coin == "BTC" else 1.0
        for symbol, *_ in self.held:
            defined = market(symbol, contract_size=size, step=self.step, taker_fee=0.0005)
            story.at(0.0, defined, tiered(symbol, self.tiers))
        story.at(0.0, *marks, self._reading())
        if self.regime == "binance-usdm-multi-assets":
            story.at(0.0, _priced)
        story.at(0.0, *marks)
        return story

    def _reading(self) -> Said:
        alone = self.wallet if self.isolated else None
        positions = [
            held(symbol, contracts, entry, isolated=alone)
            for symbol, contracts, entry, _ in self.held
            if contracts
        ]
        funds = [balance(self.wallet, self.coin)]
        if self.regime == "binance-usdm-multi-assets":
            funds.append(balance(1.0, "BTC"))
        return read(*positions, wallet=None, balances=funds, regime=self.regime)

    def pool(self) -> str:
        if self.isolated:
            return self.held[0][0]
        return "account" if self.regime == "binance-usdm-multi-assets" else self.coin

    def richer(self, money: float) -> "_Book":
        return replace(self, wallet=self.wallet + money)

    def cut(self, contracts: float) -> "_Book":
        """So many contracts less of the first position, traded at its mark."""
        (symbol, size, entry, price), *rest = self.held
        sign = 1.0 if size > 0.0 else -1.0
        gained = sign * contracts * (price - entry)
        if self.coin == "BTC":
            gained *= 100.0 / (entry * price)
        left = (symbol, size - sign * contracts, entry, price)
        return replace(self, held=(left, *rest), wallet=self.wallet + gained)


def _priced(now: float) -> CollateralPriced:
    bitcoin = CollateralReading(asset="BTC", price=5_000.0, slices=(CollateralSlice(inf, 0.95),))
    return CollateralPriced("main", (bitcoin, CollateralReading(asset="USDT", price=1.0)), now)


def _safe(book: _Book, slack: float = 0.0) -> bool:
    """Whether the engine says so; `slack` widens the bounds by that much. A debt is not safe."""
    story = book.story()
    if book.pool() not in story.account().pools:  # the last position of its isolated pool went
        return book.wallet >= 0.0
    pool = story.pool(book.pool())
    bound = SAFE_MOVE * (1.0 - slack)
    return (
        known(pool.equity) >= 0.0
        and known(pool.margin_ratio) <= SAFE_RATIO * (1.0 + slack)
        and known(pool.shock_down) <= -bound
        and known(pool.shock_up) >= bound
    )


sizes = st.integers(-400, 400).filter(bool).map(float)
prices = st.integers(700, 1_300).map(float)
legs = st.tuples(st.just(AIX), sizes, prices, prices)
others = st.lists(st.tuples(st.just(ALT), sizes, prices, prices), max_size=1)
linear = st.builds(
    lambda regime, wallet, first, rest: _Book(
        regime,
        wallet,
        (first, *rest),
        tiers=BY_SIZE if regime.startswith("okx") else SLOPE if "deribit" in regime else TIERS,
    ),
    st.sampled_from(
        (
            "binance-usdm-cross",
            "binance-usdm-multi-assets",
            "gate-cross",
            "okx-single-currency-cross",
            "deribit-linear",
        )
    ),
    st.integers(1_000, 150_000).map(float),
    legs,
    others,
)
isolated = st.builds(
    lambda wallet, first: _Book("binance-usdm-cross", wallet, (first,), isolated=True),
    st.integers(1_000, 150_000).map(float),
    legs,
)
inverse = st.builds(
    lambda regime, wallet, contracts, entry, price: _Book(
        regime,
        wallet,
        ((COIN, contracts, entry, price),),
        coin="BTC",
        tiers=SLOPE if "deribit" in regime else table((0.0, 0.01), (5.0, 0.05), (20.0, 0.2)),
    ),
    st.sampled_from(("binance-coinm-cross", "deribit-inverse")),
    st.integers(1, 400).map(lambda tenths: tenths / 10),
    st.integers(-9_000, 9_000).filter(bool).map(float),
    st.integers(40_000, 60_000).map(float),
    st.integers(40_000, 60_000).map(float),
)
books = linear | isolated | inverse


@given(books)
@settings(max_examples=examples(50))
def test_what_is_put_into_a_pool_makes_it_safe_and_a_thousandth_less_would_not(
    book: _Book,
) -> None:
    lacking = known(book.story().pool(book.pool()).top_up_to_safe)
    assert lacking >= 0.0
    assert (lacking == 0.0) is _safe(book)
    assert _safe(book.richer(lacking), slack=1e-6)
    if lacking > 0.01:
        assert not _safe(book.richer(0.999 * lacking))


@given(books)
@settings(max_examples=examples(50))
def test_what_is_cut_of_a_position_makes_its_pool_safe_and_a_contract_less_would_not(
    book: _Book,
) -> None:
    cut = known(book.story().position(book.held[0][0]).contracts_to_safe)
    size = abs(book.held[0][1])
    assert (cut == 0.0) is _safe(book)
    if cut == inf:
        tried = {size, size / 2.0 // 1.0, 1.0, *(size * part // 8.0 for part in range(1, 8))}
        assert not any(_safe(book.cut(part), slack=-1e-6) for part in tried)
    elif cut:
        assert cut <= size
        assert _safe(book.cut(cut), slack=1e-6)
        assert not _safe(book.cut(cut - 1.0), slack=-1e-6)


def test_the_leg_that_gains_is_not_the_one_to_cut() -> None:
    """Long 300 AIX beside short 200 ALT: without the short the long has nothing against it."""
    book = _Book(
        "binance-usdm-cross",
        20_000.0,
        ((ALT, -200.0, 1_000.0, 1_000.0), (AIX, 300.0, 1_000.0, 1_000.0)),
    )
    story = book.story()
    assert known(story.pool().top_up_to_safe) > 0.0
    assert story.position(ALT).contracts_to_safe == inf
    assert 0.0 < known(story.position(AIX).contracts_to_safe) < 300.0


@pytest.mark.parametrize(("step", "cut"), [("1", 37.0), ("0.001", 36.306), ("25", 50.0)])
def test_a_cut_is_rounded_up_to_the_steps_of_the_market_and_never_beyond_what_is_held(
    step: str, cut: float
) -> None:
    """Short n at 1,000: at +15 % 20,000 - 150 n is 23 n - 1,000 at n = 21,000 / 173 = 121.387."""
    short = (AIX, -157.693, 1_000.0, 1_000.0)
    book = _Book("binance-usdm-cross", 20_000.0, (short,), step=step)
    assert book.story().position().contracts_to_safe == pytest.approx(cut)


def test_a_rest_smaller_than_a_step_can_be_closed_with_all() -> None:
    book = _Book("binance-usdm-cross", 10.0, ((AIX, -1.5, 1_000.0, 1_000.0),))
    assert book.story().position().contracts_to_safe == 1.5


def test_what_is_not_known_is_not_mended() -> None:
    story = Story(on=desk(prices={}))
    story.at(0.0, market(AIX), mark(AIX, 1_000.0), read(held(AIX, -200.0)))
    assert isinstance(story.pool().top_up_to_safe, Unknown)
    assert isinstance(story.position().contracts_to_safe, Unknown)


def test_a_rule_may_read_what_would_mend_it() -> None:
    top_up = rule("TopUp", Scope.POOL, "top_up_to_safe > 0", summary="{top_up_to_safe:,.0f}")
    story = Story(top_up, on=desk(prices={}))
    story.at(0.0, market(AIX), tiered(AIX), mark(AIX, 1_000.0))
    story.at(0.0, read(held(AIX, -100.0), wallet=1_500.0), mark(AIX, 1_000.0))
    assert story.firing() == {"TopUp"}
    assert story.record("TopUp").annotations["summary"] == "14,800"


def test_the_remedy_says_both_ways_in_words_and_names_the_cheapest_position() -> None:
    squeezed = _Book(
        "binance-usdm-cross",
        100_000.0,
        ((AIX, -250.0, 1_000.0, 1_310.0), (ALT, 10.0, 1_000.0, 1_000.0)),
        tiers=table((0.0, 0.02), (50_000.0, 0.05), (250_000.0, 0.10)),
    )
    story = squeezed.story()
    money = f"{known(story.pool().top_up_to_safe):,.2f}"
    cut = f"{known(story.position(AIX).contracts_to_safe):g}"
    words = f"put {money} USDT into main/USDT, or close {cut} of 250 contracts of {AIX}"
    assert story.pool().remedy == words
    assert story.position(AIX).remedy == words
    assert story.position(ALT).contracts_to_safe == inf
    assert story.position(ALT).remedy == words


def test_what_no_single_position_mends_and_what_needs_no_mending_say_so() -> None:
    both = ((AIX, -150.0, 1_000.0, 1_300.0), (ALT, -150.0, 1_000.0, 1_300.0))
    story = _Book("binance-usdm-cross", 100_500.0, both).story()
    assert story.pool().remedy.endswith(
        "USDT into main/USDT, or close several positions: no one alone is enough"
    )
    calm = _Book("binance-usdm-cross", 900_500.0, both).story()
    assert calm.pool().remedy == "nothing, it is safe as it stands"
    assert calm.position(AIX).remedy == "nothing, it is safe as it stands"


def test_a_position_near_liquidation_in_a_pool_that_stands_any_common_move_is_not_called_safe() -> (
    None
):
    legs = ((AIX, -200.0, 1_000.0, 1_000.0), (ALT, 500_000.0, 0.4, 0.4))
    story = _Book("binance-usdm-cross", 17_000.0, legs, tiers=table((0.0, 0.01))).story()
    assert story.pool().remedy == "nothing, it is safe as it stands"
    assert known(story.position(AIX).liquidation_distance) < 0.10
    said = story.position(AIX).remedy
    assert said.endswith(
        f" USDT into main/USDT, or close a part of {AIX}: "
        "the pool stands a move of all its markets, but not one of this market alone"
    )
    put = float(said.removeprefix("put ").partition(" ")[0].replace(",", ""))
    mended = _Book("binance-usdm-cross", 17_000.0 + put, legs, tiers=table((0.0, 0.01))).story()
    assert mended.position(AIX).liquidation_distance == pytest.approx(SAFE_MOVE, abs=1e-6)


def test_the_only_position_of_a_pool_is_not_called_several() -> None:
    story = _Book("binance-usdm-cross", 50_000.0, ((AIX, -200.0, 1_000.0, 1_260.0),)).story()
    assert story.pool().remedy.endswith(" USDT into main/USDT: to close the position is not enough")


def test_contracts_by_the_billion_and_prices_of_many_zeros_are_written_out() -> None:
    long = ("PEPE/USDT:USDT", 1_234_567_891.0, 1.234e-5, 1.1e-5)
    position = _Book("binance-usdm-cross", 2_300.0, (long,)).story().position("PEPE/USDT:USDT")
    assert " of 1,234,567,891 contracts of PEPE" in position.remedy
    assert position.liquidation_in_words.startswith("at 0.0000")
    assert "e-" not in position.liquidation_in_words + position.remedy


def test_which_move_liquidates_a_pool_is_said_until_it_is_due() -> None:
    assert move_in_words(-0.038, 20.0) == "a move of -3.8% liquidates"
    assert move_in_words(0.0, -480.0) == "liquidation is due now"
    assert move_in_words(0.05, -1.0) == "liquidation is due now"
    assert move_in_words(inf, 0.0) == move_in_words(-inf, 900.0) == "no move liquidates"
    assert move_in_words(Unknown("no price yet", 0.0), Unknown("no price yet", 0.0)) == (
        "which move liquidates is unknown: no price yet"
    )


def test_coins_are_put_in_as_coins_and_what_is_not_known_is_said() -> None:
    long = _Book("binance-coinm-cross", 0.03, ((COIN, 100.0, 50_000.0, 50_000.0),), coin="BTC")
    assert long.story().pool("BTC").remedy.startswith("put 0.007")
    story = Story(on=desk(prices={}))
    story.at(0.0, market(AIX), mark(AIX, 1_000.0), read(held(AIX, -200.0)))
    assert story.pool().remedy.startswith("unknown: ")


def test_whoever_looks_gets_the_answer_of_this_second_and_a_rule_that_of_now() -> None:
    book = _Book("binance-usdm-cross", 20_000.0, ((AIX, -200.0, 1_000.0, 1_000.0),))
    story = book.story()
    before = story.pool().top_up_to_safe
    story.at(0.5, mark(AIX, 1_050.0))
    assert story.pool().top_up_to_safe == before
    story.engine.adviser.judging = True
    assert known(story.pool().top_up_to_safe) > known(before)
    story.engine.adviser.judging = False
    story.at(1.5, mark(AIX, 1_050.0))
    assert known(story.pool().top_up_to_safe) > known(before)


def test_how_near_liquidation_is_reads_the_same_before_it_at_it_and_past_it() -> None:
    def words(wallet: float, mark_price: float) -> str:
        book = _Book("binance-usdm-cross", wallet, ((AIX, -200.0, 1_000.0, mark_price),))
        return book.story().position(AIX).liquidation_in_words

    assert re.fullmatch(r"at 1,0\d\d(\.\d+)? is \d\.\d% away", words(20_000.0, 1_000.0))
    assert re.fullmatch(r"is due now: safe only \d\.\d% from here", words(20_000.0, 1_095.0))
    assert nearness_of(1_000.0, -inf) == "is due now: no price is safe"
    assert nearness_of(inf, inf) == "is at no price"
    assert nearness_of(Unknown("tiers not told", 0.0), Unknown("tiers not told", 0.0)) == (
        "is unknown: tiers not told"
    )
