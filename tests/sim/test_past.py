"""The past of the paper exchange: everybody is told the same one, and it ends in the present."""

from math import log
from statistics import correlation, stdev

from hedgewatch.sim.past import MINUTE, MINUTES_BEFORE
from hedgewatch.sim.wire.binance_candles import mark_candles, spot_candles
from hedgewatch.sim.world import World

START = 1_700_000_040_000


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> int:
        return self.now


def closes(world: World, symbol: str = "ALTUSDT", limit: int = 1500) -> dict[int, float]:
    rows = mark_candles(world, symbol, {"interval": "1m", "limit": str(limit)})
    return {int(row[0]): float(row[4]) for row in rows}


def test_minutes_that_are_over_close_at_the_price_that_they_really_ended_with() -> None:
    clock = Clock()
    world = World(clock)
    clock.now += MINUTE // 2
    world.move("ALTUSDT", "0.45")
    clock.now += 2 * MINUTE
    world.move("ALTUSDT", "0.50")
    told = closes(world)
    assert [told[START + n * MINUTE] for n in range(3)] == [0.45, 0.45, 0.50]
    assert max(told) == START + 2 * MINUTE


def test_the_past_stays_the_same_however_often_and_late_it_is_asked_for() -> None:
    clock = Clock()
    world, other = World(clock), World(clock)
    asked = closes(world)
    for exchange in (world, other):
        clock.now += MINUTE
        exchange.move("ALTUSDT", "0.47")
    again = closes(world)
    running = max(asked)
    kept = [minute for minute in asked if minute != running and minute in again]
    assert len(kept) > 1_400
    assert all(asked[minute] == again[minute] for minute in kept)
    assert closes(other)[running - 7 * MINUTE] == asked[running - 7 * MINUTE]


def test_before_the_world_began_prices_walked_together_to_where_it_began() -> None:
    world = World(Clock())
    alt, aix = closes(world), closes(world, "AIXUSDT")
    returns = [
        [log(there[minute] / there[minute - MINUTE]) for minute in sorted(there)[1:]]
        for there in (alt, aix)
    ]
    assert (alt[START], aix[START], len(alt)) == (0.40, 1_000.0, 1_500)
    assert 0.7 < correlation(*returns) < 0.9
    assert 0.0005 < stdev(returns[0]) < 0.0008
    assert all(0.2 < price < 0.8 for price in alt.values())


def test_a_pair_of_the_spot_market_has_the_past_of_its_mark_at_its_own_price() -> None:
    world = World(Clock())
    world.spot_prices["ALTUSDT"] = world.marks["ALTUSDT"] / 2
    rows = spot_candles(world, "ALTUSDT", {"interval": "1m", "limit": "1000"})
    marks = closes(world)
    assert len(rows) == 1_000 < MINUTES_BEFORE
    assert all(abs(2.0 * float(row[4]) / marks[int(row[0])] - 1.0) < 1e-4 for row in rows)
