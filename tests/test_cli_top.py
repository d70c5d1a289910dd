"""`hedgewatch top`: the status page on a terminal, of a real server and at a real terminal."""

import asyncio
import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest

from hedgewatch.cli import main
from hedgewatch.cli.top_frame import News, frame
from hedgewatch.cli.top_keys import moved
from hedgewatch.cli.top_lines import Window
from hedgewatch.telemetry.http import Equipment, application, serve
from hedgewatch.telemetry.settings import HttpSettings
from hedgewatch.telemetry.state import state_of
from hedgewatch.telemetry.stream import Stream
from hedgewatch.view import EngineView
from tests.support.large import large_book, quiet
from tests.support.patience import PATIENCE
from tests.telemetry.desk import Desk, busy_daemon

NOW = 1_700_000_000.0
ANYWHERE = HttpSettings(listen="127.0.0.1:0")
UNKNOWN = {"unknown": "main is blind", "since": NOW - 12.0}


def state(**changed: Any) -> dict[str, Any]:
    """A desk as the daemon tells it: one pool with a short, one hedge, one account."""
    position = {
        "account": "main", "pool": "USDT", "symbol": "BTC/USDT:USDT", "side": "net",
        "contracts": -0.5, "mark_price": 60_000.0, "liquidation_distance": 0.083,
        "liquidation_price_down": "-inf", "liquidation_price_up": 65_000.0,
    }  # fmt: skip
    pool = {
        "account": "main", "pool": "USDT", "currency": "USDT", "margin_ratio": 0.84,
        "equity": 12_345.6, "shock_down": "-inf", "shock_up": 0.0833, "positions": [position],
    }  # fmt: skip
    hedge = {
        "hedge": "basket", "hedge_ratio": 0.95, "target": 1.0, "hedge_drift": -0.05,
        "hedge_drift_floor": 0.05, "contracts_to_target": -12.0, "hedge_broken": False,
        "exposure": [{"holder": "cold", "asset": "BTC", "held": 0.525, "value": 31_500.0}],
        "cover": [{"holder": "main", "asset": "BTC/USDT:USDT", "held": -0.5, "value": -3e4}],
    }  # fmt: skip
    feeds = [{"feed": "mark", "feed_up": True, "data_age_seconds": 0.24}]
    account = {"account": "main", "blind_seconds": 0.0, "reason": "", "feeds": feeds}
    alert = {
        "alertname": "MarginDanger", "alertstate": "firing", "severity": "critical",
        "subject": "main/USDT", "active_since": NOW - 200.0, "fired_at": NOW - 180.0,
        "annotations": {"summary": "main/USDT: margin ratio 84.0 %"},
        "remedy": "add 4,000 USDT", "acknowledged": None, "silence": None,
    }  # fmt: skip
    desk = {
        "now": NOW, "instance": "desk-1", "reasons": [], "alerts": [alert], "pools": [pool],
        "hedges": [hedge], "accounts": [account], "signals": [], "calendars": [],
    }  # fmt: skip
    return {**desk, **changed}


def shown(news: News, width: int = 80, height: int | None = 32) -> list[str]:
    return [line.plain for line in frame(news, width, height).lines]


def test_what_fires_and_what_to_do_stands_above_the_pools_hedges_and_feeds() -> None:
    lines = shown(News(state=state()))
    assert lines == [
        "hedgewatch desk-1  22:13:20 UTC  1 fires  all is in sight",
        "FIRING",
        "CRITICAL  MarginDanger  main/USDT  3 min",
        "  main/USDT: margin ratio 84.0 %",
        "  do: add 4,000 USDT",
        "POOLS                     margin ratio              equity      down        up",
        "main/USDT                 ████████░░ 84.0%          12,346      none     +8.3%",
        "  BTC/USDT:USDT  -0.5 at 60,000  liquidated above 65,000, 8.3% away",
        "HEDGES",
        "basket                    ratio 0.950 of 1.000  drift -5.0%  to target -12",
        "  owned cold BTC 0.525 (31,500)",
        "  cover main BTC/USDT:USDT -0.5 (-30,000)",
        "ACCOUNTS",
        "main                      in sight",
        "  mark 0.2 s",
    ]


def test_a_margin_that_is_not_computed_here_is_said_to_be_the_venue_s_word() -> None:
    told = state()
    told["pools"][0].update(margin_by_venue=True, venue="okx")
    lines = shown(News(state=told))
    assert lines[6].startswith("main/USDT                 ████████░░ 84.0%")
    assert lines[7] == "  margin as okx tells it"


def test_what_is_less_than_a_coin_is_not_rounded_to_nothing() -> None:
    told = state()
    told["pools"][0] |= {"pool": "BTC", "currency": "BTC", "equity": 0.45}
    told["hedges"][0]["cover"][0]["value"] = -0.0123
    text = " ".join(shown(News(state=told), 40))
    assert "equity 0.45 " in text
    assert "(-0.0123)" in text


def test_in_a_narrow_window_no_number_that_one_acts_on_is_cut() -> None:
    told = state(reasons=["main: the feed of prices is silent for 12 s: BTC/USDT:USDT"])
    told["alerts"][0]["annotations"]["summary"] = "main/USDT: liquidation at 65,000 is 8.3 % away"
    told["alerts"][0]["remedy"] = "put 17,430.00 USDT into main/USDT, or close 55 of 200 contracts"
    lines = shown(News(state=told, age=42.0, trouble="no daemon answers at desk.lan"), 40)
    assert lines[:2] == ["NOT LIVE: all of this is 42 s old: no", "  daemon answers at desk.lan"]
    assert lines[8:] == [
        "  main/USDT: liquidation at 65,000 is",
        "    8.3 % away",
        "  do: put 17,430.00 USDT into main/USDT,",
        "    or close 55 of 200 contracts",
        "POOLS",
        "main/USDT  ████████░░ 84.0%",
        "  equity 12,346  down none  up +8.3%",
        "  BTC/USDT:USDT  -0.5 at 60,000",
        "    liquidated above 65,000, 8.3% away",
        "HEDGES",
        "basket  ratio 0.950 of 1.000",
        "  drift -5.0%  to target -12",
        "  owned cold BTC 0.525 (31,500)",
        "  cover main BTC/USDT:USDT -0.5",
        "    (-30,000)",
        "ACCOUNTS",
        "main                      in sight",
        "  mark 0.2 s",
    ]
    assert max(map(len, lines)) <= 40


@pytest.mark.parametrize("width", [80, 40, 30, 20, 12])
def test_however_narrow_it_is_no_figure_is_lost(width: int) -> None:
    told = state()
    told["pools"][0]["account"] = "an-account-with-a-name-of-more-than-25-letters"
    wide, narrow = (
        "".join("".join(shown(News(state=told), each, None)).split()) for each in (200, width)
    )
    for figure in (
        "84.0%",
        "12,346",
        "+8.3%",
        "65,000",
        "8.3%away",
        "0.950of1.000",
        "-5.0%",
        "-12",
    ):
        assert figure in wide
        assert figure in narrow
    assert max(map(len, shown(News(state=told), width, None))) <= width


def test_a_ratio_is_marked_from_where_the_shipped_rules_speak() -> None:
    styles = []
    for ratio in (0.59, 0.61, 0.81):
        told = state()
        told["pools"][0]["margin_ratio"] = ratio
        (line,) = [each for each in frame(News(state=told), 80, 24).lines if "█" in each.plain]
        styles.append(str(line.spans[0].style))
    assert styles == ["green", "bold yellow", "bold red"]


def test_what_is_calm_for_now_is_no_danger_and_asks_for_nothing() -> None:
    told = state()
    told["alerts"][0] |= {"calm_since": NOW - 26.0, "resolved_at": NOW + 4.0}
    told["alerts"][0]["annotations"]["resolved"] = "main/USDT: margin ratio 6.9 % again"
    at = "22:13:24"
    assert shown(News(state=told), width=100)[:5] == [
        "hedgewatch desk-1  22:13:20 UTC  1 calm for now  all is in sight",
        "CALM FOR NOW",
        f"CRITICAL  MarginDanger  main/USDT  3 min  calm for 26 s, resolved at {at} if that lasts",
        "  main/USDT: margin ratio 6.9 % again",
        "POOLS                     margin ratio              equity      down        up",
    ]
    told["alerts"].append(state()["alerts"][0])
    assert "1 fires, 1 calm for now" in shown(News(state=told))[0]
    told["alerts"][0]["resolved_at"] = NOW - 4.0
    assert "resolved at the next observation if that lasts" in "\n".join(shown(News(state=told)))
    assert shown(News(state=told))[1] == "FIRING"


def test_what_is_not_known_is_called_unknown_and_never_a_number() -> None:
    told = state(reasons=["main: no price for 12 s"])
    told["pools"][0] |= dict.fromkeys(("margin_ratio", "equity", "shock_up"), UNKNOWN)
    told["pools"][0]["positions"][0]["liquidation_price_up"] = UNKNOWN
    position = told["pools"][0]["positions"][0]
    position |= {"liquidation_distance": UNKNOWN, "liquidation_distance_worst": 0.061}
    told["hedges"][0] |= {"hedge_drift": UNKNOWN, "hedge_drift_worst": -0.07}
    told["accounts"][0] |= {"reason": "no price for 12 s", "blind_seconds": 12.0}
    text = "\n".join(shown(News(state=told)))
    assert "NOT IN SIGHT: main: no price for 12 s" in text
    assert "?????????? unknown       unknown      none   unknown" in text
    assert "liquidation unknown  at worst 6.1% away" in text
    assert "drift unknown, at worst -7.0%" in text
    assert "BLIND for 12 s: no price for 12 s" in text


def test_what_the_venue_does_not_tell_of_an_account_is_said_below_it() -> None:
    told = state()
    told["accounts"][0]["unseen"] = ["options: the venue refuses to list them"]
    lines = shown(News(state=told))
    assert "  not seen: options: the venue refuses to list them" in lines


def test_a_picture_that_is_not_live_says_how_old_it_is_before_anything_else() -> None:
    lines = shown(News(state=state(), age=42.0, trouble="no daemon answers"))
    assert lines[0] == "NOT LIVE: all of this is 42 s old: no daemon answers"
    assert lines[1].startswith("hedgewatch desk-1")
    assert shown(News(trouble="refused")) == ["waiting for the daemon: refused"]


@pytest.mark.parametrize(("width", "height"), [(80, 24), (40, 10), (20, 4)])
def test_it_fits_the_window_and_says_what_it_left_out(width: int, height: int) -> None:
    told = state(alerts=state()["alerts"] * 20)
    lines = shown(News(state=told), width, height)
    assert len(lines) == height
    assert max(map(len, lines)) <= width
    assert "more lines below" in lines[-1]
    assert "\u2026" not in "".join(lines)  # what a poor terminal cannot show


def test_a_hundred_positions_are_paged_through_worst_first_below_a_head_that_stays() -> None:
    story = large_book()
    quiet(story, 1.0)
    told: Any = state_of(EngineView(story.engine, {"instance": "large"}), story.now, lambda _: None)
    seen = frame(News(state=told), 80, 24)
    assert seen.lines[1].plain.startswith("POOLS")
    assert seen.lines[2].plain.startswith("desk-09/USDT")
    assert seen.lines[3].plain.startswith("  C19/USDT:USDT  -235 at 100  liquidated above 259.57")
    assert seen.lines[-1].plain.startswith("161 more lines below (1-22 of 183): space, b, arrows")
    read = []
    while True:
        lines = [line.plain for line in seen.lines]
        assert (len(lines), lines[0]) == (24, seen.lines[0].plain)
        read += [line for line in lines[1:-1] if line not in read]
        if seen.top == seen.most:
            break
        seen = frame(News(state=told), 80, 24, top=moved(b" ", seen) or 0)
    assert lines[-1].startswith("the end (162-183 of 183)")
    assert len([line for line in read if "liquidated above" in line]) == 100
    assert {f"hedge-{number:02}" for number in range(20)} <= {line.split()[0] for line in read}


@pytest.mark.parametrize(
    ("pressed", "top"),
    [
        (b"j", 51), (b"\x1b[B", 51), (b"\x1bOA", 49), (b"kk", 48), (b"\x1b[6~", 69), (b"b", 31),
        (b"g", 0), (b"G", 80), (b"\t", 60), (b"\t\t", 70), (b"\t\t\t", 0), (b"GG ", 80),
        (b"\x1b", 50), (b"\x1b[200~x", 50), (b"", 50), (b"jq", None), (b"\x04", None),
    ],
)  # fmt: skip
def test_keys_move_the_window_and_never_out_of_it(pressed: bytes, top: int | None) -> None:
    seen = Window(lines=[], top=50, most=80, page=20, parts=(0, 60, 70, 90))
    assert moved(pressed, seen) == top


def test_a_text_of_the_outside_world_cannot_command_the_terminal() -> None:
    told = state()
    told["alerts"][0]["annotations"]["summary"] = "\x1b[2Jcalm\nall is well"
    told["instance"] = "desk\x1b]0;x\x07"
    text = "".join(shown(News(state=told)))
    assert "\x1b" not in text
    assert "\x07" not in text
    assert "[2Jcalm all is well" in text


@pytest.fixture
async def url() -> AsyncIterator[str]:
    """A daemon that tells its desk each half second."""
    desk = Desk()
    stream = Stream(desk, NOW)
    app = application(desk, busy_daemon(), ANYWHERE, equipment=Equipment(stream=stream))

    async def tick() -> None:
        second = 0
        while True:
            stream.look(NOW + second)
            second += 1
            await asyncio.sleep(0.1)

    async with serve(app, ANYWHERE) as address, asyncio.TaskGroup() as group:
        ticking = group.create_task(tick())
        yield address
        ticking.cancel()


async def test_without_a_terminal_one_picture_is_printed_in_plain_text(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await asyncio.to_thread(main, ["top", "--url", url]) == 0
    said = capsys.readouterr().out
    assert said.startswith("hedgewatch ")
    assert "POOLS" in said
    assert "\x1b" not in said
    assert await asyncio.to_thread(main, ["top", "--json", "--url", url]) == 0
    assert {"now", "pools", "hedges"} <= set(json.loads(capsys.readouterr().out))


@pytest.mark.parametrize("changed", [{"TERM": "dumb"}, {"PYTHONIOENCODING": "latin-1"}])
async def test_a_terminal_that_can_do_little_is_shown_what_it_can(
    url: str, changed: dict[str, str]
) -> None:
    code, seen = await asyncio.to_thread(_seen_at_a_terminal, url, changed)
    assert "POOLS" in seen
    assert "Traceback" not in seen
    assert code == 0


def _seen_at_a_terminal(url: str, changed: dict[str, str]) -> tuple[int, str]:
    """What a run in a window of 30 columns shows until it is left."""
    ours, theirs = pty.openpty()
    program = Path(sys.executable).with_name("hedgewatch")
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "30"} | changed
    with subprocess.Popen(
        [str(program), "top", "--url", url],
        stdin=theirs, stdout=theirs, stderr=theirs, env=environment, start_new_session=True,
    ) as running:  # fmt: skip
        os.close(theirs)
        seen = b""
        try:
            while select.select([ours], [], [], 20.0)[0]:
                seen += os.read(ours, 65536)
                if b"POOLS" in seen:
                    os.write(ours, b"q")
        except OSError:  # the other end is closed
            pass
        os.close(ours)
        return running.wait(10), seen.decode(errors="replace")


async def test_a_small_window_is_moved_with_keys_and_a_larger_one_is_filled(url: str) -> None:
    assert await asyncio.to_thread(_resized, url) == 0


def _resized(url: str) -> int:
    """In 40 columns and 8 lines to the end, then in 80 and 40."""
    ours, theirs = pty.openpty()
    _resize(theirs, 40, 8)
    program = Path(sys.executable).with_name("hedgewatch")
    told = {"COLUMNS", "LINES"}  # workers of the tests have them, of another terminal
    environment = {name: text for name, text in os.environ.items() if name not in told}
    with subprocess.Popen(
        [str(program), "top", "--url", url], stdin=theirs, stdout=theirs, stderr=theirs,
        env=environment | {"TERM": "xterm"}, start_new_session=True,
    ) as running:  # fmt: skip
        os.close(theirs)
        _read_until(ours, b"more lines below")
        os.write(ours, b"G")
        _read_until(ours, b"the end")
        _resize(ours, 80, 40)
        _read_until(ours, b"all is in sight", b"POOLS", b"margin ratio", b"ACCOUNTS")
        os.write(ours, b"q")
        with suppress(OSError):  # the other end is closed
            _read_until(ours, b"what never comes")
        os.close(ours)
        return running.wait(10)


def _resize(terminal: int, columns: int, lines: int) -> None:
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))


def _read_until(terminal: int, *wanted: bytes) -> None:
    seen, until = b"", perf_counter() + PATIENCE
    while not all(each in seen for each in wanted):
        assert perf_counter() < until, seen[-4000:]  # it draws on, whatever it shows
        assert select.select([terminal], [], [], 20.0)[0], seen
        seen += os.read(terminal, 65536)


def test_where_no_daemon_is_it_says_so_and_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["top", "--once", "--url", "http://127.0.0.1:9"]) == 1
    assert "no daemon answers at http://127.0.0.1:9" in capsys.readouterr().err


@pytest.mark.parametrize("ending", [b"q", signal.SIGINT])
async def test_at_a_terminal_it_follows_until_q_and_leaves_the_terminal_as_it_was(
    url: str, ending: bytes | signal.Signals
) -> None:
    assert await asyncio.to_thread(_at_a_terminal, url, ending) == 0


def _at_a_terminal(url: str, ending: bytes | signal.Signals) -> int:
    """The exit code of a run on a pseudo terminal that is left once it has shown something.

    With SIGINT as it is by default: what a script runs in the background inherits it ignored.
    """
    ours, theirs = pty.openpty()
    program = Path(sys.executable).with_name("hedgewatch")
    environment = os.environ | {"TERM": "xterm", "NO_COLOR": "1"}
    with subprocess.Popen(
        ["env", "--default-signal=INT", str(program), "top", "--url", url],
        stdin=theirs, stdout=theirs, stderr=theirs, env=environment, start_new_session=True,
    ) as running:  # fmt: skip
        os.close(theirs)
        seen = b""
        while b"POOLS" not in seen and select.select([ours], [], [], 20.0)[0]:
            seen += os.read(ours, 65536)
        assert b"\x1b[31m" not in seen
        if isinstance(ending, bytes):
            os.write(ours, ending)
        else:
            running.send_signal(ending)
        rest = b""
        try:
            while chunk := os.read(ours, 65536):
                rest += chunk
        except OSError:  # the other end is closed
            pass
        os.close(ours)
        assert b"\x1b[?1049l" in rest
        return running.wait(10)
