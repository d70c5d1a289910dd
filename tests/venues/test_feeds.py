import asyncio
from random import Random

import ccxt
import pytest
from structlog.testing import capture_logs

from hedgewatch.core.events import Event, FeedLost, FeedRestored, PositionReading
from hedgewatch.venues.attempts import Patience
from hedgewatch.venues.feeds import Ages, Feeds
from hedgewatch.venues.ledger import Ledger
from hedgewatch.venues.pauses import PausedError
from hedgewatch.venues.surroundings import Backoff, Surroundings


def position(contracts: float, venue_time: float) -> PositionReading:
    return PositionReading(
        symbol="ALT/USDT:USDT",
        kind="net",
        contracts=contracts,
        entry_price=1.0,
        venue_time=venue_time,
    )


def test_a_loss_and_a_return_are_each_said_once() -> None:
    said: list[Event] = []
    feeds = Feeds("main", said.append)
    feeds.restored("mark")
    feeds.restored("mark")
    feeds.lost("mark", "silent")
    feeds.lost("mark", "still silent")
    feeds.restored("mark")
    assert said == [
        FeedRestored("main", "mark"),
        FeedLost("main", "mark", "silent"),
        FeedRestored("main", "mark"),
    ]


def test_a_feed_that_we_let_go_of_is_lost_and_is_no_news_in_the_log() -> None:
    said: list[Event] = []
    feeds = Feeds("main", said.append)
    with capture_logs() as logs:
        feeds.restored("mark")
        feeds.let_go("no longer watched")
        feeds.let_go("no longer watched")
    assert said[1:] == [FeedLost("main", "mark", "no longer watched")]
    assert [entry["event"] for entry in logs] == ["feed delivers"]


def test_why_a_feed_stays_away_is_said_after_why_it_went() -> None:
    said: list[Event] = []
    feeds = Feeds("main", said.append)
    feeds.restored("user")
    for reason in ("cut", "cut", "the login is refused", "the login is refused"):
        feeds.failed("user", reason)
    assert not feeds.is_up("user")
    assert said[1:] == [
        FeedLost("main", "user", "cut"),
        FeedLost("main", "user", "the login is refused"),
    ]


def test_a_feed_that_never_came_is_lost_as_well() -> None:
    said: list[Event] = []
    Feeds("main", said.append).lost("user", "no key")
    assert said == [FeedLost("main", "user", "no key")]


def test_one_silent_market_among_others_that_flow_is_noticed() -> None:
    ages = Ages(each=True)
    ages.expect(["ALT", "AIX"], now=0.0)
    ages.heard("ALT", venue_time=100.0, now=4.9)
    assert ages.silent(now=5.1, limit=5.0) == ["AIX"]
    assert not ages.complete


def test_frames_that_repeat_an_old_time_are_no_sign_of_life() -> None:
    ages = Ages(each=True)
    ages.expect(["ALT"], now=0.0)
    for second in range(1, 8):
        ages.heard("ALT", venue_time=100.0, now=float(second))
    assert ages.silent(now=7.0, limit=5.0) == ["ALT"]


def test_the_last_frame_replayed_on_a_new_socket_does_not_make_a_feed_fresh() -> None:
    ages = Ages(each=True)
    ages.expect(["ALT"], now=0.0)
    ages.heard("ALT", venue_time=100.0, now=1.0)
    for reconnected in (10.0, 20.0, 30.0):
        ages.expect(["ALT"], now=reconnected)
        ages.heard("ALT", venue_time=100.0, now=reconnected + 1.0)
        assert not ages.complete
        assert ages.silent(now=reconnected + 6.0, limit=5.0) == ["ALT"]


def test_a_venue_that_comes_back_with_its_clock_an_hour_behind_is_heard_again() -> None:
    ages = Ages(each=True)
    ages.expect(["ALT"], now=0.0)
    ages.heard("ALT", venue_time=10_000.0, now=1.0)
    ages.expect(["ALT"], now=10.0)
    ages.heard("ALT", venue_time=6_400.0, now=11.0)
    assert ages.complete
    ages.heard("ALT", venue_time=6_401.0, now=16.0)
    assert ages.silent(now=20.0, limit=5.0) == []


def test_a_clock_that_was_read_to_have_stepped_back_needs_no_new_socket() -> None:
    ages = Ages(each=True)
    ages.expect(["ALT"], now=0.0)
    ages.heard("ALT", venue_time=10_000.0, now=1.0)
    ages.forget_order()
    ages.heard("ALT", venue_time=6_400.0, now=4.0)
    assert ages.silent(now=8.0, limit=5.0) == []
    ages.heard("ALT", venue_time=6_400.0, now=8.0)
    assert ages.silent(now=9.5, limit=5.0) == ["ALT"]


def test_a_quiet_pair_is_normal_while_another_on_its_socket_speaks() -> None:
    ages = Ages(each=False)
    ages.expect(["ALT", "BTC"], now=0.0)
    ages.heard("BTC", venue_time=100.0, now=29.0)
    assert ages.complete
    assert ages.silent(now=31.0, limit=30.0) == []
    assert ages.silent(now=60.0, limit=30.0) == ["ALT", "BTC"]


def test_a_market_that_was_let_go_of_is_no_silence_whatever_it_still_says() -> None:
    ages = Ages(each=True)
    ages.expect(["ALT", "EXPIRED"], now=0.0)
    ages.heard("ALT", venue_time=100.0, now=6.0)
    ages.forget(["EXPIRED"])
    assert ages.complete
    ages.heard("EXPIRED", venue_time=100.0, now=6.0)
    ages.heard("ALT", venue_time=105.0, now=12.0)
    assert ages.silent(now=12.0, limit=5.0) == []


def test_a_change_that_was_read_but_never_told_gives_a_dead_stream_away() -> None:
    ledger = Ledger()
    ledger.read([position(1.0, 10.0)], now=100.0)
    ledger.read([position(2.0, 20.0)], now=115.0)
    assert ledger.untold(now=117.0) == ""
    assert ledger.untold(now=118.5) == "ALT/USDT:USDT"
    ledger.begin()
    assert ledger.untold(now=200.0) == ""


def test_a_change_that_the_stream_tells_a_moment_after_the_reading_is_well() -> None:
    ledger = Ledger()
    ledger.read([position(1.0, 10.0)], now=100.0)
    ledger.read([position(2.0, 20.0)], now=115.0)
    ledger.told(position(2.0, 20.0))
    assert ledger.untold(now=200.0) == ""


def test_a_reading_older_than_what_the_stream_told_accuses_nobody() -> None:
    ledger = Ledger()
    ledger.read([], now=100.0)
    ledger.told(position(2.0, 20.0))
    ledger.read([position(1.0, 10.0)], now=115.0)
    assert ledger.untold(now=200.0) == ""


@pytest.mark.parametrize("update_time", [0.0, 10.0])
def test_a_change_without_a_newer_time_gives_a_dead_stream_away_once_read_twice(
    update_time: float,
) -> None:
    ledger = Ledger()
    ledger.read([position(1.0, update_time)], now=100.0)
    ledger.told(position(1.5, 50.0))
    ledger.read([position(1.5, update_time)], now=115.0)
    ledger.read([position(1.5, update_time)], now=130.0)
    assert ledger.untold(now=145.0) == ""
    ledger.read([position(2.0, update_time)], now=145.0)
    assert ledger.untold(now=159.0) == ""
    ledger.read([position(2.0, update_time)], now=160.0)
    assert ledger.untold(now=163.5) == "ALT/USDT:USDT"


def test_a_change_without_a_newer_time_that_the_stream_tells_in_between_is_well() -> None:
    ledger = Ledger()
    ledger.read([position(1.0, 0.0)], now=100.0)
    ledger.read([position(3.0, 0.0)], now=115.0)
    ledger.told(position(3.0, 114.0))
    ledger.read([position(3.0, 0.0)], now=130.0)
    ledger.read([position(3.0, 0.0)], now=145.0)
    assert ledger.untold(now=200.0) == ""


def test_a_change_from_before_a_new_socket_is_not_its_to_tell_however_often_read() -> None:
    ledger = Ledger()
    ledger.read([position(1.0, 0.0)], now=100.0)
    ledger.begin()
    ledger.read([position(2.0, 0.0)], now=115.0)
    ledger.read([position(2.0, 0.0)], now=130.0)
    assert ledger.untold(now=200.0) == ""


def test_an_old_reading_of_a_slow_replica_accuses_nobody_however_often_it_comes() -> None:
    ledger = Ledger()
    ledger.read([position(1.0, 10.0)], now=100.0)
    ledger.told(position(2.0, 20.0))
    ledger.read([position(1.0, 10.0)], now=102.0)
    ledger.read([position(2.0, 20.0)], now=104.0)
    ledger.read([position(1.0, 10.0)], now=106.0)
    ledger.read([position(1.0, 10.0)], now=108.0)
    assert ledger.untold(now=200.0) == ""


def test_pauses_grow_from_almost_nothing_to_half_a_minute_and_differ() -> None:
    backoff = Backoff(Random(1), good_while=30.0)
    pauses = [backoff.after(1.0) for _ in range(12)]
    assert pauses[0] <= 0.2
    assert 15.0 <= pauses[-1] <= 30.0
    assert pauses != sorted(pauses) or len(set(pauses)) == len(pauses)


def test_after_a_good_while_the_pauses_begin_anew_and_after_a_short_one_they_do_not() -> None:
    backoff = Backoff(Random(1), good_while=30.0)
    for _ in range(12):
        backoff.after(1.0)
    assert backoff.after(29.0) >= 15.0
    assert backoff.after(31.0) <= 0.2
    assert 0.5 <= backoff.after(1.0) <= 1.0


def test_a_venue_that_stumbles_is_asked_again_before_anybody_is_blind_and_no_other() -> None:
    at, waited = [0.0], list[float]()
    around = Surroundings(lambda _: None, lambda: at[0], _nobody, Random(7))
    patience = Patience(around)
    for _ in range(4):
        assert patience.goes_on(ccxt.ExchangeNotAvailable("50013 Systems are busy"))
        waited.append(patience.pause)
        at[0] += patience.pause
    assert waited[0] < 1.5
    assert sum(waited) < 30.0
    refusals = (ccxt.RateLimitExceeded("429"), ccxt.DDoSProtection("418"), PausedError("later"))
    for wants_quiet in (*refusals, ccxt.AuthenticationError("50111"), None):
        assert not patience.goes_on(wants_quiet)
        assert patience.pause == 1.0


def _nobody(_: str, __: object) -> "asyncio.Task[None]":
    raise AssertionError("nothing is begun here")
