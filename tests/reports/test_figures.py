"""What is made of minutes: parts add up, and nothing is put where nothing was known."""

import json
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hedgewatch.core.alert_model import Severity
from hedgewatch.reports.episodes import encode, episodes, flapped
from hedgewatch.reports.figures import Kept, figures
from hedgewatch.reports.minute import BOOKED, MARK, TRADES, UNSEEN, Minute, PoolMinute, Span
from hedgewatch.reports.periods import Kind, Period
from hedgewatch.reports.pool_figures import pool_figures
from hedgewatch.reports.total_figures import RATES, owned_figures, total_figures
from tests.notify.alerts import transition
from tests.reports.days import SUNDAY, Pool, firing, minutes_of
from tests.reports.watching import lines
from tests.support.chance import examples

AMOUNTS = st.floats(-1e6, 1e6, allow_nan=False).map(lambda amount: round(amount, 2))
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["seen", "unknown", "gone", "unwatched", "doubted"]),
        AMOUNTS,
        st.sampled_from([MARK, TRADES, BOOKED]),
    ),
    min_size=1,
    max_size=30,
)


def lived(steps: list[tuple[str, float, str]], currency: str = "USDT") -> list[Minute]:
    """A pool whose equity takes these steps, seen or not."""
    minutes, equity = [], 1_000.0
    for number, (sight, change, part) in enumerate(steps):
        at = 60.0 * number
        if sight == "unwatched":
            equity += change
            continue
        pool: PoolMinute | None = None
        spans: tuple[Span, ...] = ()
        if sight == "seen":
            pool = PoolMinute(
                currency=currency, opens=equity, opens_at=at,
                closes=equity + change, closes_at=at + 60.0, parts={part: change},
            )  # fmt: skip
        elif sight != "gone":
            pool = PoolMinute(currency=currency) if sight == "unknown" else None
            spans = (Span(what="account", subject="main", begins=at, ends=at + 60, reason="mute"),)
        equity += change
        pools = {} if pool is None else {"main/USDT": pool}
        minutes.append(Minute(begins=at, ends=at + 60.0, pools=pools, spans=spans))
    return minutes


@settings(max_examples=examples(50))
@given(STEPS)
def test_whatever_is_seen_or_not_the_parts_add_up_to_the_change(
    steps: list[tuple[str, float, str]],
) -> None:
    for pool in pool_figures(lived(steps)):
        if pool.change is None:
            assert not any(step[0] == "seen" for step in steps)
        else:
            assert sum(pool.parts.values()) == pytest.approx(pool.change, abs=1e-4)


@settings(max_examples=examples(30))
@given(STEPS, STEPS, st.floats(0.5, 2.0), st.floats(0.5, 2.0))
def test_parts_of_all_pools_add_up_to_their_change_in_one_currency_with_what_rates_did(
    one: list[tuple[str, float, str]],
    other: list[tuple[str, float, str]],
    before: float,
    after: float,
) -> None:
    pools = (*pool_figures(lived(one)), *pool_figures(lived(other, "USDC")))
    rates = [
        Minute(begins=0.0, ends=60.0, currency="USD", rates={"USDT": before, "USDC": 1.0}),
        Minute(begins=60.0, ends=120.0, currency="USD", rates={"USDT": after, "USDC": 1.0}),
    ]
    total = total_figures(pools, rates)
    if total.unknown:
        assert any(pool.change is None for pool in pools)
    else:
        assert sum(total.parts.values()) == pytest.approx(total.change, abs=1e-3)


def test_a_currency_that_nothing_prices_makes_the_sum_unknown_and_says_so() -> None:
    pools = (
        *pool_figures(lived([("seen", 1.0, MARK)])),
        *pool_figures(lived([("seen", 1.0, MARK)], "BTC")),
    )
    total = total_figures(pools, [Minute(begins=0.0, ends=1.0, currency="USD")])
    assert total.unknown == "nothing told the price of USDT in USD"
    assert RATES not in total.parts


def test_a_pool_that_opens_under_our_eyes_began_with_nothing_and_one_found_is_not_a_gain() -> None:
    minutes = lived([("gone", 0.0, MARK), ("seen", 5.0, MARK), ("gone", 0.0, MARK)])
    (opened,) = pool_figures(minutes)
    assert (opened.opens, opened.closes) == (0.0, 0.0)
    assert opened.parts == {MARK: 5.0, TRADES: -5.0}
    (found,) = pool_figures(lived([("doubted", 0.0, MARK), ("seen", 5.0, MARK)]))
    assert (found.opens, found.closes, found.parts) == (1_000.0, 1_005.0, {MARK: 5.0})


def test_what_changed_while_nobody_watched_is_called_so() -> None:
    steps = [("seen", 1.0, MARK), ("unwatched", -300.0, MARK), ("seen", 1.0, MARK)]
    (pool,) = pool_figures(lived(steps))
    assert pool.parts == {MARK: 2.0, UNSEEN: -300.0}


def test_all_that_is_owned_is_told_from_its_first_to_its_last_known_worth() -> None:
    worth = [None, 100.0, None, 130.0, None]
    minutes = tuple(
        Minute(begins=60.0 * n, ends=60.0 * n + 60.0, currency="USD", total=total)
        for n, total in enumerate(worth)
    )
    owned = owned_figures(minutes)
    assert owned is not None
    assert (owned.opens, owned.opens_at, owned.closes, owned.closes_at) == (100, 120, 130, 240)
    assert [value for _, value in owned.worth] == worth
    assert owned_figures(minutes[:1]) is None


def test_minutes_that_are_missing_are_times_in_which_nobody_watched() -> None:
    gap = (SUNDAY.begins + 36_000.0, SUNDAY.begins + 39_600.0)
    minutes = tuple(minutes_of(SUNDAY, Pool("main/USDT"), unwatched=gap))
    told = figures(SUNDAY, Kept(minutes=minutes), SUNDAY.ends)
    assert told.unwatched == (gap,)
    assert all(not gap[0] < at < gap[1] for at, _ in told.pools[0].equity)
    nothing = figures(SUNDAY, Kept(), SUNDAY.ends)
    assert nothing.unwatched == ((SUNDAY.begins, SUNDAY.ends),)


def test_a_day_that_is_not_over_misses_nothing_of_what_is_to_come() -> None:
    noon = SUNDAY.begins + 43_200.0
    minutes = [each for each in minutes_of(SUNDAY, Pool("main/USDT")) if each.begins < noon]
    told = figures(SUNDAY, Kept(minutes=tuple(minutes)), noon)
    assert (told.until, told.unwatched) == (noon, ())


def test_blindness_over_minutes_is_one_time_and_the_same_again_is_another() -> None:
    early, late = SUNDAY.begins + 610.0, SUNDAY.begins + 850.0
    minutes = [*minutes_of(SUNDAY, Pool("main/USDT", blind=(early, late)))]
    again = [*minutes_of(SUNDAY, Pool("main/USDT", blind=(late + 3_600.0, late + 3_630.0)))]
    day = [a if a.spans else b for a, b in zip(minutes, again, strict=True)]
    told = figures(SUNDAY, Kept(minutes=tuple(day)), SUNDAY.ends)
    found = [(each.begins, each.ends) for each in told.spans if each.what == "equity"]
    assert found == [(early, late), (late + 3_600.0, late + 3_630.0)]


def test_an_alert_is_told_of_in_every_period_in_which_it_fired() -> None:
    at = SUNDAY.begins
    told = lines(
        firing("Old", at - 900.0, episode="a"),
        firing("Old", at + 60.0, episode="a", state="resolved"),
        firing("Gone", at - 900.0, episode="b"),
        firing("Gone", at - 60.0, episode="b", state="resolved"),
        firing("Late", at + 90_000.0, episode="c"),
        firing("Held", at + 50.0, episode="d", severity="warning"),
        firing("Held", at + 60.0, episode="d", change="worse"),
        firing("Held", at + 99.0, episode="d", change="acknowledged", seen_by="ann"),
        firing("Taken", at + 70.0, episode="e", subject="main/AIX"),
        firing("Taken", at + 80.0, episode="e", subject="main/AIX", state="ended",
               reason="auto_deleveraged", alarming=True),
    )  # fmt: skip
    old, held, taken = episodes(told, SUNDAY.begins, SUNDAY.ends)
    assert (old.alertname, old.ended) == ("Old", "resolved")
    assert (held.severity, held.worsened, held.seen_by) == (Severity.CRITICAL, 1, "ann")
    assert (held.seconds(at + 100.0), held.ended_at) == (50.0, None)
    assert (taken.ended, taken.alarming) == ("auto deleveraged", True)


def test_an_alert_whose_end_was_not_kept_does_not_fire_for_ever() -> None:
    """Its news of the end was lost with a disk; an hour later it did not stand any more."""
    at = SUNDAY.begins
    told = lines(
        firing("Lost", at + 60.0, episode="gone"),
        firing("Stands", at - 20 * 86_400.0, episode="h"),
        firing("New", SUNDAY.ends - 30.0, episode="new"),
        firing("Begun", at + 500.0, episode="b", state="resolved", since=at - 900.0),
    )
    minutes = tuple(minutes_of(SUNDAY, Pool("main/USDT")))
    found = {
        e.alertname: e for e in figures(SUNDAY, Kept(minutes=minutes, told=told), at + 1e6).episodes
    }
    assert (found["Lost"].ended, found["Lost"].ended_at) == ("not known", at + 23 * 3_600.0)
    assert found["Stands"].ended_at is None
    assert found["New"].ended_at is None
    assert found["Begun"].fired_at == at - 900.0


def test_three_times_in_an_hour_on_one_subject_is_coming_and_going() -> None:
    def fired(*moments: float, subject: str = "main") -> list[object]:
        return [
            news
            for number, at in enumerate(moments)
            for news in (
                firing("A", at, episode=f"{subject}{number}", subject=subject),
                firing("A", at + 9.0, episode=f"{subject}{number}", subject=subject,
                       state="resolved"),
            )
        ]  # fmt: skip

    often = episodes(lines(*fired(0.0, 1_800.0, 3_600.0)), 0.0, 1e6)
    seldom = episodes(lines(*fired(0.0, 1_800.0, 3_700.0)), 0.0, 1e6)
    apart = episodes(lines(*fired(0.0, 900.0), *fired(1_800.0, subject="spare")), 0.0, 1e6)
    assert flapped(often) == {("A", "main")}
    assert flapped(seldom) == flapped(apart) == frozenset()


def test_what_is_reported_of_latency_counts_what_was_given_up() -> None:
    day = Period(kind=Kind.DAILY, last=date(2026, 11, 29), timezone="UTC")
    minute = Minute(
        begins=day.begins, ends=day.begins + 60.0,
        told=(("phone", 3.0), ("phone", 0.2), ("phone", 0.1)), untold={"mail": 2},
    )  # fmt: skip
    mail, phone = figures(day, Kept(minutes=(minute,)), day.ends).latencies
    assert (mail.median, mail.worst, mail.refused) == (None, None, 2)
    assert (phone.median, phone.worst, phone.refused) == (0.2, 3.0, 0)


def test_the_lines_of_these_stories_hold_what_a_daemon_keeps() -> None:
    written = json.loads(encode(transition()))
    assert written.keys() - {"since"} == firing("A", 1.0, episode="x").keys()


@pytest.mark.parametrize("damaged", ["", "{", "[]", "null", "\x00"])
def test_news_that_cannot_be_understood_costs_itself_and_no_other(damaged: str) -> None:
    whole = lines(firing("MarginDanger", SUNDAY.begins + 60.0, episode="a"))
    assert episodes([damaged, *whole, damaged], SUNDAY.begins, SUNDAY.ends) == episodes(
        whole, SUNDAY.begins, SUNDAY.ends
    )
    assert len(episodes(whole, SUNDAY.begins, SUNDAY.ends)) == 1
