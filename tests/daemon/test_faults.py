"""Whatever the line does, the daemon survives it, says what it cannot see, and sees again."""

import asyncio
import resource
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter

import pytest

from hedgewatch.sim.faults import POISONS
from tests.daemon.house import House
from tests.support.daemons import Metrics

pytestmark = [
    pytest.mark.live,
    pytest.mark.slow,
    pytest.mark.asyncio(loop_scope="module"),
]

AIX = "AIX/USDT:USDT"


def _shows(mark: float, contracts: float) -> Callable[[Metrics], bool]:
    return lambda seen: (
        seen.value("mark_price", symbol=AIX) == mark
        and seen.value("position_contracts") == contracts
    )


@pytest.mark.parametrize("where", ["market", "private"])
async def test_poison_of_every_kind_leaves_prices_and_positions_fresh(
    house: House, where: str
) -> None:
    for step, kind in enumerate(POISONS, start=1):
        house.exchange.faults.poison(kind, where=where)
        house.exchange.world.set_mark("AIXUSDT", 1000 + step)
        house.exchange.world.set_position("AIXUSDT", -200 - step, 1000)
        await house.daemon.until(_shows(1000 + step, -200 - step), 2.0, f"fresh after {kind}")
    seen = await house.daemon.metrics()
    assert seen.value("account_blind") == 0
    assert seen.value("mark_price", symbol="ALT/USDT:USDT") == 0.4


async def test_poison_frames_of_an_account_are_counted(house: House) -> None:
    before = (await house.daemon.metrics()).value("poison_frames_total", account="main")
    assert before is not None
    house.exchange.faults.poison("negative")
    await house.daemon.until(
        lambda seen: (seen.value("poison_frames_total", account="main") or 0) > before, 2.0
    )


async def test_silent_sockets_and_hanging_requests_are_noticed_said_and_left_behind(
    house: House,
) -> None:
    """The sockets stay open and answer pings: only the age of the data tells. That it is noticed
    no later than after 5.5 s is held by test_watch_faults, within one loop.
    """
    began = perf_counter()
    house.exchange.faults.silence()
    house.exchange.faults.rest_outage("hang")
    house.exchange.world.deposit(1)  # its event asks for a reading, which never ends
    await house.daemon.until(
        lambda seen: seen.value("feed_up", feed="mark") == 0, 6.0, "the feed counts as lost"
    )
    assert perf_counter() - began > 4.5, "not before its time"
    await house.daemon.until(lambda seen: seen.value("account_blind") == 1, 0.6)
    house.exchange.world.set_mark("AIXUSDT", 1100)
    seen = await house.daemon.until_fires("FeedLost", 2.0, feed="mark")
    assert seen.value("liquidation_distance_ratio") is None
    assert (seen.value("liquidation_distance_worst_ratio") or 1) < 0.4272
    assert seen.value("mark_price", symbol=AIX) is None
    await house.daemon.until_fires("FeedLost", 2.0, feed="rest")
    await house.until_told("FeedLost", "firing", 1.0)
    assert (await house.daemon.ask("/readyz"))[0] == 503
    house.exchange.faults.restore()
    house.exchange.world.deposit(1_000)
    await house.daemon.until(lambda seen: seen.value("mark_price", symbol=AIX) == 1100, 2.0)
    await house.daemon.until_ready(6.0)
    await house.until_told("FeedLost", "resolved", 4.0)


async def test_feed_of_old_event_times_is_as_blind_as_a_silent_one(house: House) -> None:
    house.exchange.faults.lag(30)
    await house.daemon.until(lambda seen: seen.value("account_blind") == 1, 6.5)
    house.exchange.faults.lag(0)
    await house.daemon.until_ready(5.0)


async def test_a_process_that_was_stopped_for_eight_seconds_sees_the_present_again(
    house: House,
) -> None:
    """What piled up in its sockets meanwhile is old, and is not taken for news."""
    house.daemon.tell(signal.SIGSTOP)
    await asyncio.sleep(7.0)
    house.exchange.world.set_mark("AIXUSDT", 1060)
    house.exchange.world.trade("AIXUSDT", -10)
    await asyncio.sleep(1.0)
    house.daemon.tell(signal.SIGCONT)
    await house.daemon.until(_shows(1060, -210), 2.0, "it sees what is")
    await house.daemon.until(lambda seen: seen.value("account_blind") == 0, 2.0)
    await house.daemon.until_ready(5.0)


async def test_announced_end_of_the_listen_key_loses_no_change_of_the_position(
    house: House,
) -> None:
    house.exchange.faults.expire_listen_key(announce=True)
    house.exchange.world.trade("AIXUSDT", -10)
    await house.daemon.until(
        lambda seen: seen.value("position_contracts") == -210, 5.0, "the change shows"
    )
    await house.daemon.until_ready(5.0)
    house.exchange.world.trade("AIXUSDT", 10)
    await house.daemon.until(
        lambda seen: seen.value("position_contracts") == -200, 1.0, "the new stream tells"
    )


async def test_silent_end_of_the_listen_key_loses_no_change_of_the_position(house: House) -> None:
    known = (await house.daemon.metrics()).value("reconnects_total", feed="user")
    assert known is not None
    house.exchange.faults.expire_listen_key(announce=False)
    house.exchange.world.trade("AIXUSDT", -10)
    await house.daemon.until(
        lambda seen: seen.value("position_contracts") == -210, 12.0, "a reading shows the change"
    )
    # The first may have been read because of what was told just before: no contradiction then.
    house.exchange.world.trade("AIXUSDT", -10)
    await house.daemon.until(
        lambda seen: seen.value("position_contracts") == -220, 12.0, "a reading shows the next"
    )
    await house.daemon.until(
        lambda seen: (seen.value("reconnects_total", feed="user") or 0) > known,
        5.0,
        "the stream is opened anew, with a new key",
    )
    await house.daemon.until(lambda seen: seen.value("feed_up", feed="user") == 1, 5.0)
    house.exchange.world.trade("AIXUSDT", 20)
    await house.daemon.until(
        lambda seen: seen.value("position_contracts") == -200, 1.0, "the new stream tells"
    )


@pytest.mark.parametrize(("status", "retry_after"), [(503, None), (429, 1)], ids=str)
async def test_outage_of_requests_is_said_while_prices_go_on_and_ends_by_itself(
    house: House, status: int, retry_after: int | None
) -> None:
    house.exchange.faults.rest_outage(status, retry_after=retry_after)
    house.exchange.world.deposit(1_000)  # its event asks for a reading, which fails
    house.exchange.world.set_mark("AIXUSDT", 1010)
    await house.daemon.until(
        lambda seen: seen.value("mark_price", symbol=AIX) == 1010, 1.0, "prices go on"
    )
    await house.daemon.until_fires("FeedLost", 15.0, feed="rest")
    assert (await house.daemon.ask("/readyz"))[0] == 503
    house.exchange.faults.restore()
    await asyncio.sleep(retry_after or 0)
    house.exchange.world.deposit(1_000)
    await house.daemon.until(
        lambda seen: seen.value("feed_up", feed="rest") == 1, 15.0, "readings work again"
    )


async def test_position_that_changes_while_every_socket_is_cut_is_right_afterwards(
    house: House,
) -> None:
    house.exchange.faults.cut_sockets(refuse_seconds=1.0)
    house.exchange.world.trade("AIXUSDT", -10)
    await house.daemon.until(
        lambda seen: {"mark", "user"} <= {
            has["feed"] for has, up in seen.series("feed_up") if not up
        },
        1.0,
        "the cut is seen",
    )  # fmt: skip
    await asyncio.sleep(1.0)
    await house.daemon.until_ready(5.0)
    seen = await house.daemon.metrics()
    assert seen.value("position_contracts") == -210
    house.exchange.world.set_mark("AIXUSDT", 1020)
    await house.daemon.until(lambda seen: seen.value("mark_price", symbol=AIX) == 1020, 1.0)


async def test_empty_positions_neither_drop_the_position_nor_resolve_its_alerts(
    house: House,
) -> None:
    house.exchange.world.set_mark("AIXUSDT", 1300)
    await house.until_told("LiquidationNear", "firing", 3.0)
    house.exchange.faults.positions_empty()
    house.exchange.world.deposit(1)  # its event asks for a reading
    await house.daemon.until_fires("PositionVanished", 5.0)
    await house.until_told("PositionVanished", "firing", 1.0)
    for _ in range(2):
        house.exchange.world.deposit(1)
        await asyncio.sleep(0.6)
    seen = await house.daemon.metrics()
    assert seen.value("position_contracts") == -200
    assert {"LiquidationNear", "MarginDanger", "PositionVanished"} <= seen.alerts()
    assert seen.alerts("ended") == set()
    assert house.statuses("LiquidationNear")[-1] == "firing"
    house.exchange.faults.restore()
    house.exchange.world.deposit(1)
    await house.daemon.until(lambda seen: "PositionVanished" not in seen.alerts(), 4.0)
    assert "LiquidationNear" in (await house.daemon.metrics()).alerts()


async def test_position_that_was_closed_ends_its_alerts_and_is_gone(house: House) -> None:
    house.exchange.world.set_mark("AIXUSDT", 1300)
    await house.until_told("LiquidationNear", "firing", 3.0)
    house.exchange.world.trade("AIXUSDT", 200)
    await house.daemon.until(lambda seen: not seen.series("position_contracts"), 2.0)
    assert "LiquidationNear" not in (await house.daemon.metrics()).alerts()
    await house.until_told("LiquidationNear", "resolved", 1.0)
    assert house.bodies("LiquidationNear")[-1]["commonAnnotations"]["reason"] == "closed"


@contextmanager
def limited(house: House, kind: int, most: int) -> Iterator[None]:
    """The running daemon may not have more of it than that."""
    process = house.daemon.process
    assert process is not None
    before = resource.prlimit(process.pid, kind)
    resource.prlimit(process.pid, kind, (most, before[1]))
    try:
        yield
    finally:
        resource.prlimit(process.pid, kind, before)
    assert process.poll() is None, house.daemon.last_lines()


async def test_without_free_descriptors_it_lives_on_and_sees_again_when_there_are_some(
    house: House,
) -> None:
    with limited(house, resource.RLIMIT_NOFILE, 3):
        house.exchange.faults.cut_sockets()
        house.exchange.world.set_mark("AIXUSDT", 1010)
        await asyncio.sleep(2.0)  # in which it can open no socket, and nobody can ask it
    await house.daemon.until(_shows(1010, -200), 15.0, "it sees again")
    await house.daemon.until_ready(15.0)


async def test_at_the_end_of_its_disk_alerts_go_out_it_is_said_and_made_up_for(
    house: House,
) -> None:
    """Nothing that it has open can be written to, its log neither."""
    with limited(house, resource.RLIMIT_FSIZE, 1):
        house.exchange.world.set_mark("AIXUSDT", 1300)
        await house.until_told("MarginDanger", "firing", 3.0)
        await house.daemon.until(lambda seen: seen.value("store_failing") == 1, 5.0, "it is said")
        assert stored(house, "MarginDanger") != ["firing"]
    await house.daemon.until(lambda seen: seen.value("store_failing") == 0, 30.0, "it is over")
    assert stored(house, "MarginDanger") == ["firing"]


def stored(house: House, alertname: str) -> list[str]:
    """What the file has of an alert."""
    query = "SELECT state FROM alerts WHERE alertname = ?"
    return [state for (state,) in house.daemon.stored(query, f'"{alertname}"')]


async def test_no_secret_is_readable_anywhere_after_all_of_it(house: House) -> None:
    house.exchange.world.set_mark("AIXUSDT", 1300)
    await house.until_told("MarginDanger", "firing", 3.0)
    assert "reading again" in house.daemon.output.read_text(), "it logs at the level debug"
    assert await house.secrets_shown() == []
