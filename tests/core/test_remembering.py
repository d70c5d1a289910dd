"""What changed while the daemon was down is told at its next start."""

from dataclasses import replace
from math import inf

from hedgewatch.core.events import (
    CollateralPriced,
    CollateralReading,
    MarketDefined,
    PositionReading,
)
from hedgewatch.core.model import CollateralSlice, Tier, Unknown
from hedgewatch.core.remembering import WAITED_FOR, facts_now, remember
from tests.support.builders import (
    AIX,
    TIERS,
    Said,
    accepted,
    balance,
    held,
    market,
    read,
    tiered,
    tiers,
)
from tests.support.stories import ALTS, CALM, Story, known

STRICTER = tiers((0.0, 0.02), (100_000.0, 0.05), (1_000_000.0, 0.10))


def _started(size: float = 1.0, leverage: float = 10.0, table: tuple[Tier, ...] = TIERS) -> Story:
    story = Story()
    story.at(0.0, accepted(), market(AIX, contract_size=size), tiered(AIX, table), CALM)
    story.at(0.0, _read(leverage))
    story.advance(1.0, CALM, ALTS)
    return story


def _read(leverage: float = 10.0) -> Said:
    def position(said: float) -> PositionReading:
        return replace(held(AIX, -20.0)(said), leverage=leverage)

    return read(position, balances=[balance(1.0, "BTC")])


def _heir(before: Story, story: Story) -> Story:
    """The next run, which remembers what the last one stored."""
    remember(story.engine.book, facts_now(before.engine.book), story.now)
    story.advance(2.0, CALM, ALTS)
    return story


def test_what_is_as_it_was_is_no_news() -> None:
    story = _heir(_started(), _started())
    assert story.position().terms_change_age_seconds == inf
    assert story.position().settings_change_age_seconds == inf
    assert story.position().tier_change_age_seconds == inf
    assert story.engine.book.remembered == {}


def test_a_contract_size_that_changed_while_nobody_watched_is_found_at_the_start() -> None:
    story = _heir(_started(), _started(size=10.0))
    assert story.position().terms_change == "contract size 1 → 10 (found at the start)"
    assert story.position().terms_change_age_seconds < 2.0
    assert isinstance(story.position().liquidation_distance_before_terms, Unknown)


def test_leverage_and_tiers_that_changed_meanwhile_are_found_too() -> None:
    story = _heir(_started(), _started(leverage=5.0, table=STRICTER))
    assert story.position().settings_change == "leverage 10 → 5 (found at the start)"
    assert known(story.position().tier_change_age_seconds) < 2.0


def test_a_collateral_ratio_that_changed_meanwhile_is_found_of_the_account() -> None:
    def counting(rate: float) -> CollateralPriced:
        slices = (CollateralSlice(inf, rate),)
        coin = CollateralReading(asset="BTC", price=60_000.0, slices=slices)
        return CollateralPriced("main", (coin,), 1.0)

    before, after = _started(), _started()
    before.at(1.0, counting(0.95))
    after.at(1.0, counting(0.90))
    remember(after.engine.book, facts_now(before.engine.book), after.now)
    after.advance(2.0, CALM, ALTS)
    assert after.account().collateral_change == "BTC counts 95.0% → 90.0% (found at the start)"


def test_it_waits_until_all_that_was_told_is_told_again_and_not_for_ever() -> None:
    before = _started()
    capped = replace(market(AIX).market, funding_cap=0.02)
    before.at(1.0, MarketDefined(capped))
    story = _heir(before, _started(size=10.0))
    assert story.position().terms_change == ""
    assert len(facts_now(story.engine.book)) >= 2
    story.advance(WAITED_FOR + 5.0, CALM, ALTS, _read(), every=5.0)
    assert story.position().terms_change == "contract size 1 → 10 (found at the start)"
    assert story.engine.book.remembered == {}


def test_what_is_no_longer_held_is_forgotten() -> None:
    story = Story()
    remember(
        story.engine.book, {"position main binanceusdm X/USDT:USDT net": {"a": "1"}}, story.now
    )
    assert facts_now(story.engine.book) != {}
    story.advance(WAITED_FOR + 5.0, every=5.0)
    assert facts_now(story.engine.book) == {}
