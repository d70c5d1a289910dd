"""What is kept of each minute, by an engine that lives through it."""

from dataclasses import replace
from datetime import date

import pytest

from hedgewatch.core.events import MarketDefined
from hedgewatch.reports.content import page_of
from hedgewatch.reports.figures import Figures, figures
from hedgewatch.reports.minute import (
    BOOKED,
    FUNDING,
    MARK,
    PARTS,
    TRADES,
    UNSEEN,
    Minute,
    decode,
    encode,
)
from hedgewatch.reports.periods import Kind, Period
from tests.reports.watching import MIDNIGHT, Watching
from tests.support.builders import AIX, balance, held, market, paid, read, told
from tests.support.stories import danger

FIRST = Period(kind=Kind.DAILY, last=date(2026, 12, 1), timezone="Europe/Berlin")


def day_of(watching: Watching, seconds: float) -> Figures:
    """The first of December, as it is reported so many seconds into it."""
    kept = watching.written.kept()
    of_the_day = tuple(minute for minute in kept.minutes if minute.begins >= FIRST.begins)
    return figures(FIRST, replace(kept, minutes=of_the_day), FIRST.begins + seconds)


def test_midnight_in_berlin_is_where_the_day_begins() -> None:
    assert FIRST.begins == MIDNIGHT


def test_a_minute_that_changes_nothing_keeps_what_stands() -> None:
    watching = Watching()
    watching.until(180.0)
    minute = watching.written.minutes[-1]
    pool = minute.pools["main/USDT"]
    assert (pool.opens, pool.closes, pool.parts) == (50_000.0, 50_000.0, {})
    assert pool.ratio == pytest.approx(0.06)
    assert pool.nearest == AIX
    assert minute.spans == ()
    assert minute.ends - minute.begins == 60.0
    assert minute.hedges["basket"].drift == 0.0


def test_what_prices_did_is_mark_to_market_and_its_worst_moment_is_kept() -> None:
    watching = Watching()
    watching.until(30.0)
    watching.until(32.0, aix=1_100.0)
    watching.until(180.0, aix=1_010.0)
    (pool,) = day_of(watching, 180.0).pools
    assert (pool.opens, pool.closes, pool.change) == (50_000.0, 48_000.0, -2_000.0)
    assert pool.parts == {MARK: pytest.approx(-2_000.0)}
    assert pool.ratio is not None
    assert pool.ratio.value == pytest.approx(3_400.0 / 30_000.0)
    (hedge,) = day_of(watching, 180.0).hedges
    assert hedge.worst is not None
    assert hedge.worst.value == pytest.approx(0.10)


def test_what_is_booked_when_funding_is_due_stands_apart_from_other_bookings() -> None:
    watching = Watching()
    watching.until(100.0)
    watching.at(paid(balance(50_400.0)))
    watching.until(130.0)
    watching.at(paid(balance(50_300.0)))
    watching.until(240.0)
    (pool,) = day_of(watching, 240.0).pools
    assert pool.parts == {BOOKED: pytest.approx(300.0)}, "this market tells no funding"
    assert FUNDING not in pool.parts


def test_what_is_booked_while_funding_is_due_and_nothing_is_traded_is_told_so() -> None:
    watching = Watching()
    watching.at(replaced(market(AIX), funding_interval=3_600.0))
    watching.until(10.0)
    watching.at(paid(balance(49_985.0)))
    watching.until(200.0)
    watching.at(paid(balance(50_985.0)))
    watching.until(300.0)
    (pool,) = day_of(watching, 300.0).pools
    assert pool.parts == {FUNDING: pytest.approx(-15.0), BOOKED: pytest.approx(1_000.0)}


def test_how_a_venue_rounds_its_wallet_is_no_booking_and_costs_no_mark_to_market() -> None:
    watching = Watching()
    for second in range(100):
        watching.at(paid(balance(50_000.0 + 0.0004 * (second % 2))))
        watching.until(float(second), aix=1_000.0 + second / 100.0)
    watching.until(180.0)
    (pool,) = day_of(watching, 180.0).pools
    assert pool.parts.keys() == {MARK}


def replaced(defined: MarketDefined, **terms: float) -> MarketDefined:
    return MarketDefined(replace(defined.market, **terms))  # type: ignore[arg-type]


def test_a_trade_costs_its_fee_and_the_prices_of_that_second_are_mark_to_market() -> None:
    watching = Watching()
    watching.until(60.0)
    watching.aix = 1_005.0
    # 50 contracts bought back at 1005: 250 lost are realised, 20 are the fee.
    watching.at(told(held(AIX, -150.0)), paid(balance(50_000.0 - 250.0 - 20.0)))
    watching.until(180.0)
    (pool,) = day_of(watching, 180.0).pools
    assert pool.parts == {MARK: pytest.approx(-1_000.0), TRADES: pytest.approx(-20.0)}
    assert pool.change == pytest.approx(-1_020.0)


def test_what_is_unknown_is_told_to_the_second_and_nothing_stands_in_for_it() -> None:
    watching = Watching()
    watching.until(100.0)
    watching.until(200.0, blind=True)
    watching.until(300.0, aix=1_020.0)
    day = day_of(watching, 300.0)
    (equity,) = [span for span in day.spans if span.what == "equity"]
    assert equity.begins - MIDNIGHT == pytest.approx(106.0, abs=2.0), "5 s without a price"
    assert equity.ends - MIDNIGHT == pytest.approx(201.0, abs=1.0)
    assert "main" in {span.subject for span in day.spans if span.what == "account"}
    (pool,) = day.pools
    assert pool.parts == {UNSEEN: pytest.approx(-4_000.0)}
    holes = [at for at, value in pool.equity if value is None]
    assert [at - MIDNIGHT for at in holes] == [pytest.approx(180.0, abs=2.0)]


def test_a_restart_leaves_a_gap_in_which_nobody_watched() -> None:
    early, late = Watching(), Watching(begins=600.0)
    early.until(100.0)
    early.looking.finish()
    late.until(780.0, aix=1_010.0)
    early.written.minutes += late.written.minutes
    day = day_of(early, 780.0)
    (gap,) = day.unwatched
    assert [edge - MIDNIGHT for edge in gap] == [100.0, pytest.approx(601.0, abs=1.0)]
    (pool,) = day.pools
    assert pool.change == pytest.approx(-2_000.0)
    assert sum(pool.parts.values()) == pytest.approx(-2_000.0)


def test_alerts_of_a_story_are_told_with_how_long_they_fired() -> None:
    watching = Watching(danger())
    watching.until(60.0)
    watching.until(120.0, aix=1_225.0)
    watching.until(400.0, aix=1_000.0)
    (firing,) = day_of(watching, 400.0).episodes
    assert (firing.alertname, firing.subject, firing.ended) == ("Danger", "main/USDT", "resolved")
    assert firing.seconds(MIDNIGHT + 400.0) == pytest.approx(60.0, abs=3.0)
    assert "at" in firing.summary
    assert day_of(watching, 400.0).rules == ("Danger",)


def test_what_stands_is_told_once_an_hour_so_that_a_lost_end_is_found() -> None:
    watching = Watching(danger(), begins=-90.0)
    watching.until(3_700.0, aix=1_225.0)
    hourly = [minute.standing for minute in watching.written.minutes if minute.rules]
    (fired,) = watching.written.told
    assert hourly == [(fired.episode,)] * 3


def test_a_night_reads_as_it_was() -> None:
    """Blind for more than a minute, a squeeze that fires, and half of the cover bought back."""
    watching = Watching(danger())
    watching.until(60.0)
    watching.until(150.0, blind=True)
    watching.until(200.0, aix=1_222.0)
    watching.until(300.0, aix=1_000.0)
    watching.at(told(held(AIX, -100.0)), paid(balance(49_970.0)))
    watching.until(420.0)
    page = page_of(day_of(watching, 420.0))
    assert page.title == "desk-1: daily report, Tuesday 1 December 2026"
    assert page.subtitle == "times are Europe/Berlin, so far until 00:07"
    split = "mark to market +44,400.00, trades -30.00, while unseen -44,400.00"
    assert page.brief == (
        "alerts: 1 critical (Danger main/USDT)",
        "critical and never acknowledged: Danger main/USDT",
        f"equity 49,970.00 USDT, -30.00 (-0.06%): {split}",
        "nearest liquidation 0.69% at 00:02 (AIX/USDT:USDT) in main/USDT",
        "highest margin ratio 69.43% at 00:02 in main/USDT",
        "hedge basket: worst drift -50.00% at 00:05, last -50.00%",
        "blind: main 1 min",
    )


def test_a_pool_that_is_emptied_and_gone_is_no_loss_that_nobody_saw() -> None:
    watching = Watching()
    watching.until(60.0)
    watching.at(read(wallet=0.0), read(wallet=0.0), told(held(AIX, 0.0)), paid(balance(0.0)))
    watching.until(240.0)
    pools = day_of(watching, 240.0).pools
    assert sum(pool.change or 0.0 for pool in pools) == pytest.approx(-50_000.0)
    for pool in pools:
        assert sum(pool.parts.values()) == pytest.approx(pool.change)
        assert UNSEEN not in pool.parts
        assert set(pool.parts) <= set(PARTS)


def test_a_minute_survives_the_way_to_the_disk_and_back() -> None:
    watching = Watching(danger())
    watching.looking.told("phone", 0.25)
    watching.looking.untold("mail")
    watching.until(60.0, aix=1_300.0)
    for minute in watching.written.minutes:
        understood = decode(encode(minute))
        assert encode(understood) == encode(minute)
        assert understood.pools["main/USDT"].ratio == minute.pools["main/USDT"].ratio
    (first, *_) = watching.written.minutes
    assert first.pools["main/USDT"].ratio == float("inf"), "equity is gone, and that is known"
    assert (first.told, first.untold) == ((("phone", 0.25),), {"mail": 1})
    assert decode(encode(Minute(begins=1.0, ends=2.0, total=0.0))).total == 0.0
