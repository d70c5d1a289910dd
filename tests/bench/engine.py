"""What a quiet tick costs the engine, alone in a process: no socket, and the events made before."""

import json
import sys
from collections.abc import Callable
from statistics import median, quantiles
from time import perf_counter_ns

from hedgewatch.core.alert_model import NOTHING
from hedgewatch.core.events import ClockAdvanced, MarkPriceChanged
from hedgewatch.core.recompute import price_moved
from tests.bench.desk import SYMBOLS, ticks, told
from tests.bench.mixed import COINS, coin_pool, plain_pool, whole_account
from tests.support.stories import Story

Found = dict[str, list[float]]
"""Samples by name: each is the median of one round, in µs."""


def measure(rounds: int, size: int) -> Found:
    """Rounds are interleaved, so that what else the machine does falls on all alike."""
    one, five = told(1, 20), told(5, 20)
    bare, many = told(1, 0), told(200, 50)
    plain, coins, whole = plain_pool(), coin_pool(), whole_account()
    found: Found = {}
    for _ in range(rounds):
        _note(found, "floor", _floor(size))
        _note(found, "one pool", _handled(one, size))
        _note(found, "five pools", _handled(five, size // 3))
        _note(found, "200 pools", _handled(many, max(size // 100, 15)))
        _note(found, "clock of 1 pool", _aged(one, 15))
        _note(found, "clock of 200 pools", _aged(many, 15))
        _note(found, "one pool without rules", _handled(bare, size))
        _note(found, "plain pool", _handled(plain, size // 3))
        _note(found, "coin pool", _handled(coins, size // 3, COINS[0]))
        _note(found, "whole account", _handled(whole, size // 3))
        _note(found, "recompute", _timed_parts(one, size, _recompute(one)))
        _note(found, "judge", _timed_parts(one, size, _judge(one)))
    found["rows"] = [float(len(many.market(SYMBOLS[0]).touched))]
    return found


def _note(found: Found, name: str, nanoseconds: list[int]) -> None:
    found.setdefault(name, []).append(median(nanoseconds) / 1000.0)
    found.setdefault(f"{name} p99", []).append(quantiles(nanoseconds, n=100)[98] / 1000.0)


def _handled(story: Story, size: int, symbol: str = SYMBOLS[0]) -> list[int]:
    """The time of each of `size` quiet ticks."""
    handle, now = story.engine.handle, story.now
    times = []
    for event in ticks(size, since=now, symbol=symbol):
        before = perf_counter_ns()
        outcome = handle(event, event.venue_time)
        times.append(perf_counter_ns() - before)
        assert outcome is NOTHING, outcome
    story.now = now + size / 1000.0
    return times


def _floor(size: int) -> list[int]:
    """What this machine takes to keep one float of a message that is parsed already, times a
    hundred: one by one the clock would cost more.
    """
    messages = [{"s": event.symbol, "p": f"{event.price:.8f}"} for event in ticks(100, since=0.0)]
    last: dict[str, float] = {}
    times = []
    for _ in range(size // 10):
        before = perf_counter_ns()
        for message in messages:
            last[message["s"]] = float(message["p"])
        times.append(perf_counter_ns() - before)
    return times


def _aged(story: Story, size: int) -> list[int]:
    """The time of each of `size` ticks of the clock in which nothing but time passes."""
    times = []
    for _ in range(size):
        story.now += 0.01
        before = perf_counter_ns()
        story.engine.handle(ClockAdvanced(), story.now)
        times.append(perf_counter_ns() - before)
    return times


def _timed_parts(story: Story, size: int, part: Callable[[MarkPriceChanged], object]) -> list[int]:
    times = []
    for event in ticks(size, since=story.now):
        before = perf_counter_ns()
        part(event)
        times.append(perf_counter_ns() - before)
    return times


def _recompute(story: Story) -> Callable[[MarkPriceChanged], object]:
    market = story.market(SYMBOLS[0])

    def part(event: MarkPriceChanged) -> None:
        market.price = event.price
        price_moved(market)

    return part


def _judge(story: Story) -> Callable[[MarkPriceChanged], object]:
    touched, judge = story.market(SYMBOLS[0]).touched, story.engine.judge.judge
    return lambda event: judge(touched, event.venue_time)


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]), int(sys.argv[2]))))
