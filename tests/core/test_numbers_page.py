"""The page of numbers names every measure, and its worked figures are what the code computes."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain
from math import isinf
from pathlib import Path

import pytest

from hedgewatch.core.events import (
    AccountRead,
    Appointment,
    CalendarRead,
    ClockAdvanced,
    ClockStepped,
    CollateralPriced,
    CollateralReading,
    DaemonObserved,
    Event,
    KeyRead,
    SignalHeard,
    VenueClockRead,
)
from hedgewatch.core.expression import Unit
from hedgewatch.core.margin import Leg, Line
from hedgewatch.core.margin.regimes import UNKNOWN, Regime
from hedgewatch.core.measures import CATALOGUE, STRESS_MEASURES
from hedgewatch.core.model import AccountPlan, EndReason, Scope, SignalPlan, Tier, Unknown
from tests.support.builders import (
    AIX,
    ALT,
    BASKET,
    VENUE,
    Said,
    accepted,
    balance,
    desk,
    held,
    lost,
    mark,
    market,
    read,
    refused,
    restored,
    tiered,
    tiers,
    told,
    with_its_own,
)
from tests.support.stories import Story, known

PAGE = (Path(__file__).parents[2] / "daemon" / "NUMBERS.md").read_text(encoding="utf-8")
DEMO_TIERS = tiers((0.0, 0.02), (50_000.0, 0.05), (250_000.0, 0.10))
FORMATS = {
    Unit.RATIO: "{:.2%}",
    Unit.PRICE: "{:,.2f}",
    Unit.MONEY: "{:,.0f}",
    Unit.CONTRACTS: "{:g}",
    Unit.NUMBER: "{:,.2f}",
    Unit.SECONDS: "{:,.0f}",
}
ELSEWHERE = (
    "Worked example: stress", "A squeezed hedge", "A dated cover", "Worked example: one book",
    "Worked example: other rules",
)  # fmt: skip
"""Tables whose figures `test_stress_numbers.py`, `test_hedge_statistics.py`, `test_one_book.py` and
`test_rulebook.py` compute.
"""
OF_THIS_PAGE = ("", ": two sources", ": blind", ": broken", ": news", ": the daemon", ": outside")
"""Worked examples whose figures are computed here."""


def _sections() -> dict[str, str]:
    """The text under the heading of each measure."""
    parts = re.split(r"^### (.+)$", PAGE, flags=re.MULTILINE)[1:]
    texts = zip(parts[::2], (text.partition("\n## ")[0] for text in parts[1::2]), strict=True)
    return {name: text for names, text in texts for name in re.findall(r"`(\w+)`", names)}


def _rows(heading: str) -> Iterator[list[str]]:
    """The cells of the table under a heading."""
    table = re.split(rf"^##+ {heading}$", PAGE, flags=re.MULTILINE)[1].partition("\n#")[0]
    for line in re.findall(r"^\|(.+)\|$", table, flags=re.MULTILINE):
        yield [cell.strip() for cell in line.split("|")]


def test_every_measure_of_the_catalogue_has_its_section_with_its_metric() -> None:
    sections = _sections()
    assert sections.keys() == {measure.name for measure in (*CATALOGUE, *STRESS_MEASURES)}
    for measure in (*CATALOGUE, *STRESS_MEASURES):
        assert f"`{measure.metric}`" in sections[measure.name] or not measure.metric


def _moment(column: int, given: dict[str, list[str]]) -> Story:
    """The book as one column of the table has it, entered at 1,000."""
    alt, aix, contracts, wallet = (
        float(given[name][column].replace(",", ""))
        for name in ("ALT", "AIX", "contracts", "wallet")
    )
    story = Story(on=desk(BASKET, costs={"ALT": 0.40}))
    story.at(0.0, market(AIX), market(ALT), tiered(AIX, DEMO_TIERS), tiered(ALT))
    story.at(0.0, read(held(AIX, contracts), wallet=wallet), mark(AIX, aix), mark(ALT, alt))
    return story


ROWS: dict[Scope, Callable[[Story], object]] = {
    Scope.POOL: Story.pool,
    Scope.POSITION: Story.position,
    Scope.HEDGE: lambda story: next(iter(story.engine.book.hedges.values())),
    Scope.ACCOUNT: Story.account,
    Scope.FEED: lambda story: story.account().feeds.get("mark"),
    Scope.ASSET: lambda story: story.engine.book.holdings.get("BTC"),
    Scope.BOOK: lambda story: story.engine.book.totals,
    Scope.SIGNAL: lambda story: story.engine.book.outside.signals["gpu"],
    Scope.CORRELATION: lambda story: story.engine.book.outside.correlations["gpu", "ALT"],
    Scope.CALENDAR: lambda story: story.engine.book.outside.calendars["unlocks"],
}


def _shown(story: Story, name: str) -> str:
    measure = next(each for each in CATALOGUE if each.name == name)
    value = getattr(ROWS[measure.scope](story), name)
    if isinstance(value, Unknown):
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return (
        "none"
        if isinf(value)
        else re.sub(r"^-(0(\.0+)?%?)$", r"\1", FORMATS[measure.unit].format(value))
    )


def _measured(heading: str) -> dict[str, list[str]]:
    """The figures of each measure that has a row in the table under a heading."""
    rows = {cells[0].strip("`"): cells[1:] for cells in _rows(heading) if cells[0][:1] == "`"}
    assert rows.keys() <= {measure.name for measure in CATALOGUE}
    return rows


def assert_computed(heading: str, *stories: Story) -> None:
    """The figures under a heading are those of these stories, column by column."""
    measured = _measured(heading)
    assert len(measured) > 4
    for name, figures in measured.items():
        assert figures[: len(stories)] == [_shown(story, name) for story in stories], name


def test_each_figure_of_the_worked_example_is_what_the_engine_computes() -> None:
    rows = {cells[0].strip("`"): cells[1:] for cells in _rows("Worked example")}
    moments = [_moment(column, rows) for column in range(len(rows["ALT"]))]
    assert_computed("Worked example", *moments)


def _squeezed(
    *,
    equity: float | None = None,
    maintenance: float | None = None,
    price: float | None = None,
    rank: float | None = None,
    limit: float | None = None,
    regime: Regime | None = None,
) -> Story:
    """The squeezed column, read twice; then its prices came once more, a second later."""
    plan = AccountPlan(name="main", venue=VENUE, leverage_limit=limit)
    story = Story(on=replace(desk(BASKET), accounts=(plan,)))
    story.at(0.0, accepted(), restored(), market(AIX), market(ALT))
    story.at(0.0, tiered(AIX, DEMO_TIERS), tiered(ALT), *_prices())
    short = with_its_own(held(AIX, -250.0), price=price, rank=rank)
    funds = balance(100_000.0, equity=equity, maintenance=maintenance)
    account = read(short, wallet=None, balances=[funds])

    def reading(now: float) -> Event:
        said = account(now)
        assert isinstance(said, AccountRead)
        return said if regime is None else replace(said, cross_regime=regime)

    for second in (0.0, 1.0):
        story.at(second, reading)
    story.at(1.0, *_prices(), ClockAdvanced())
    return story


def _prices() -> tuple[Said, Said]:
    return mark(AIX, 1_310.0), mark(ALT, 0.655)


def test_each_figure_of_two_sources_is_what_the_engine_computes() -> None:
    untold = replace(UNKNOWN, unknown="a simulation of the venue's own", told_whole=True)
    stories = [
        _squeezed(equity=22_000.0, maintenance=19_800.0, price=1_318.0, regime=regime)
        for regime in (None, untold)
    ]
    for story in stories:
        story.advance(4.0, *_prices())
    assert_computed("Worked example: two sources", *stories)


def test_each_figure_of_the_blind_account_is_what_the_engine_computes() -> None:
    blind, gone, shut_out = _squeezed(), _squeezed(), _squeezed()
    blind.at(1.0, lost())
    blind.advance(61.0, mark(ALT, 0.655), read(held(AIX, -250.0), wallet=100_000.0))
    for second in (2.0, 3.0):
        gone.at(second, *_prices(), read(wallet=100_000.0, margin=18_750.0))
    gone.at(3.0, ClockAdvanced())
    shut_out.at(1.0, refused("the key was withdrawn"))
    shut_out.advance(61.0, *_prices())
    assert_computed("Worked example: blind", _squeezed(), blind, gone, shut_out)


def test_each_figure_of_the_broken_hedge_is_what_the_engine_computes() -> None:
    ends = (None, EndReason.AUTO_DELEVERAGED, EndReason.UNKNOWN, EndReason.CLOSED)
    start = {cells[0].strip("`"): cells[1:] for cells in _rows("Worked example")}
    stories = [_moment(0, start) for _ in ends]
    for story, end in zip(stories[1:], ends[1:], strict=True):
        story.at(1.0, told(held(AIX, -150.0), end))
    assert_computed("Worked example: broken", *stories)


def test_each_figure_of_the_news_is_what_the_engine_computes() -> None:
    told = _squeezed(rank=4.0, limit=5.0)
    told.at(2.0, tiered(AIX, tiers((0.0, 0.02), (50_000.0, 0.08))), *_prices())
    told.at(2.0, lost(), restored(), lost(), restored())
    ends_at = told.now + 60.0 + 6 * 86_400.0
    ends = KeyRead(account="main", expires_at=ends_at, bound_to_address=False)
    told.at(62.0, *_prices(), ends, refused("the key can trade", powerful=True))
    tether = CollateralReading(asset="USDT", price=0.985)
    told.at(62.0, CollateralPriced("main", (tether,), told.now))
    told.at(62.0, VenueClockRead(VENUE, -2.0), ClockAdvanced())
    assert_computed("Worked example: news", _squeezed(), told)


def test_each_figure_of_the_daemon_is_what_the_engine_computes() -> None:
    well, troubled = Story(on=desk()), Story(on=desk())
    well.at(0.0, DaemonObserved(loop_lag=0.0), ClockAdvanced())
    seen = DaemonObserved(
        loop_lag=2.0,
        stuck=(("phone", 75.0), ("hook", 5.0)),
        store_error="no space left on device",
        configuration_error="the configuration was refused",
        recording_error="not recording: no space left on device",
        withheld=("store: no space left on device, and no alert says so",),
        memory_share=300.0 / 512.0,
    )
    troubled.at(0.0, ClockStepped(-3.5), seen, ClockAdvanced())
    assert_computed("Worked example: the daemon", well, troubled)


def _signalled(silent: float) -> Story:
    """40 minutes of a signal and of ALT, then so many seconds without the signal."""
    plan = SignalPlan(name="gpu", stale_after=120.0, correlate=60.0)
    story = Story(on=replace(desk(BASKET), signals=(plan,), calendars=("unlocks",)))
    begins = story.start + 40 * 60.0 + 7_260.0
    unlock = Appointment(begins, begins + 3_600.0, "ALT unlock")
    story.at(0.0, accepted(), market(AIX), market(ALT), tiered(AIX, DEMO_TIERS), tiered(ALT))
    story.at(0.0, read(held(AIX, -200.0)), mark(AIX, 1_000.0), CalendarRead("unlocks", (unlock,)))
    value, price = 50.0, 0.40
    for minute in range(1, 41):
        change = (-1.0) ** minute * (1 + minute % 3)
        value, price = value + change, price * (1.0 + 0.001 * change + 0.001 * (minute % 2))
        second = 60.0 * minute
        heard = SignalHeard("gpu", value, story.start + second)
        story.at(second, heard, mark(ALT, price), mark(AIX, 1_000.0), ClockAdvanced())
    story.advance(story.now - story.start + silent, every=30.0)
    return story


def test_each_figure_of_what_is_outside_is_what_the_engine_computes() -> None:
    assert_computed("Worked example: outside", _signalled(60.0), _signalled(7_260.0))


def test_the_transfer_of_two_accounts_is_what_the_engine_advises() -> None:
    story = Story(on=desk(accounts=("main", "second"), prices={}))
    table = tiers((0.0, 0.01), (100_000.0, 0.02))
    story.at(0.0, market(AIX), mark(AIX, 1_000.0))
    for account, contracts, wallet in (("main", -100.0, 20_000.0), ("second", -50.0, 60_000.0)):
        story.at(0.0, accepted(account), tiered(AIX, table, account))
        story.at(0.0, read(held(AIX, contracts), wallet=wallet, account=account))
    worked = PAGE.partition("### Two accounts, by hand\n")[2].partition("\n## ")[0]
    amount = known(story.pool().transfer_to_even)
    gain = known(story.engine.book.totals.evenness_gain)
    assert f"**{amount:,.2f}** (`transfer_to_even`)" in worked
    assert f"{100 * gain:.2f} points farther (`evenness_gain`)" in worked


def test_every_measure_of_the_catalogue_has_a_figure_that_is_computed_anew() -> None:
    page = (*ELSEWHERE, *(f"Worked example{each}" for each in OF_THIS_PAGE))
    computed = set(chain.from_iterable(chain.from_iterable(map(_rows, page))))
    computed |= {"`transfer_to_even`", "`evenness_gain`"}
    named = {f"`{measure.name}`" for measure in (*CATALOGUE, *STRESS_MEASURES)}
    assert named - computed == set()


def test_the_textbook_contract_of_100_needs_2_and_binances_of_1_needs_200() -> None:
    assert "200,000 ÷ (100 × 1,000) = **2** contracts" in PAGE
    assert "200,000 ÷ 1,000 = **200**" in PAGE
    for size, contracts in ((100.0, 2.0), (1.0, 200.0)):
        story = Story(on=desk(BASKET))
        story.at(0.0, market(AIX, contract_size=size), market(ALT), tiered(AIX), tiered(ALT))
        story.at(0.0, read(held(AIX, -contracts)), mark(AIX, 1_000.0), mark(ALT, 0.40))
        assert story.hedge().required_contracts == contracts


def test_binances_published_liquidation_price_comes_out_of_the_solver() -> None:
    bitcoin = Leg(109.488, 32_481.98, [Tier(0.0, 0.025, 16_300.0)])
    ether = Leg(3_683.979, 1_456.84, [Tier(0.0, 0.10, 135_365.0)])
    mark_of_bitcoin = 31_967.27
    profit = bitcoin.quantity * (mark_of_bitcoin - 32_481.98)
    required = bitcoin.maintenance(mark_of_bitcoin, 0)
    low, _ = Line(ether).interval(1_535_443.01 + profit - required)
    assert f"**{low:,.2f}**" in PAGE
    assert low == pytest.approx(1_153.26, abs=0.005)
    assert f"**{required:,.2f}**" in PAGE
