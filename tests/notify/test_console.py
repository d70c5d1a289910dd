import fcntl
import io
import os
import pty
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import TextIO

import pytest

from hedgewatch.core.alert_model import AlertState
from hedgewatch.notify.console import Console, ConsoleSettings
from hedgewatch.notify.receiver import DeliveryError
from tests.notify.alerts import NOON, notification, transition

FIRST = "2026-09-21T14:13:20.000Z CRITICAL MarginDanger: main/USDT"


async def test_an_alert_is_one_line_of_what_and_one_of_details() -> None:
    stream = io.StringIO()
    await Console("screen", stream, ConsoleSettings()).deliver(notification())
    first, second, rest = stream.getvalue().split("\n")
    assert first == FIRST
    assert second.startswith("    main/USDT: margin ratio 83.0%, liquidated at 100 % | since ")
    assert rest == ""


async def test_a_terminal_that_knows_no_sign_of_infinity_gets_the_word() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    odd = replace(transition(), annotations={"summary": "Zürich: a move of -∞"})
    await Console("screen", stream, ConsoleSettings()).deliver(notification(odd))
    stream.seek(0)
    said = stream.read()
    assert "    Z?rich: a move of -inf | since " in said
    assert " | margin_ratio 0.83, shock_down -inf, " in said


@contextmanager
def terminal() -> Iterator[tuple[int, TextIO]]:
    reader, writer = pty.openpty()
    with open(reader, "rb", buffering=0) as kept, open(writer, "w") as stream:  # noqa: PTH123
        yield kept.fileno(), stream


@pytest.mark.parametrize(
    ("environment", "settings", "colored"),
    [
        ({}, {}, "colored"),
        ({"NO_COLOR": "1"}, {}, "plain"),
        ({"NO_COLOR": ""}, {}, "colored"),
        ({}, {"color": False}, "plain"),
        ({"NO_COLOR": "1"}, {"color": True}, "colored"),
    ],
)
async def test_a_terminal_gets_colors_unless_somebody_does_not_want_them(
    environment: dict[str, str], settings: dict[str, bool], colored: str
) -> None:
    with terminal() as (reader, stream):
        console = Console("screen", stream, ConsoleSettings(**settings), environment)
        await console.deliver(notification())
        shown = os.read(reader, 4096).decode()
    assert ("\x1b[1;31mCRITICAL MarginDanger: main/USDT\x1b[0m" in shown) == (colored == "colored")
    assert (FIRST in shown) == (colored == "plain")


async def test_what_is_no_terminal_gets_no_colors_and_each_state_has_its_own() -> None:
    stream = io.StringIO()
    settings = ConsoleSettings(color=True)
    for state in (AlertState.FIRING, AlertState.RESOLVED):
        await Console("screen", stream, settings).deliver(notification(transition(state)))
    assert stream.getvalue().count("\x1b[1;31m") == stream.getvalue().count("\x1b[32m") == 1
    plain = io.StringIO()
    await Console("screen", plain, ConsoleSettings()).deliver(notification())
    assert "\x1b" not in plain.getvalue()


@contextmanager
def full_pipe() -> Iterator[tuple[int, TextIO, int]]:
    reader, writer = os.pipe()
    with open(reader, "rb", buffering=0) as kept, open(writer, "w") as stream:  # noqa: PTH123
        size = fcntl.fcntl(writer, fcntl.F_GETPIPE_SZ)
        os.write(writer, b"x" * size)
        yield kept.fileno(), stream, size


async def test_a_reader_that_has_stopped_does_not_stop_the_daemon() -> None:
    with full_pipe() as (reader, stream, size):
        console = Console("screen", stream, ConsoleSettings())
        with pytest.raises(DeliveryError, match="nobody reads") as failure:
            await console.deliver(notification())
        assert failure.value.retryable
        assert os.read(reader, size) == b"x" * size
        await console.deliver(notification())
        assert os.read(reader, size).decode().startswith(FIRST)


async def test_a_console_that_is_gone_is_not_tried_for_a_day() -> None:
    stream = io.StringIO()
    with closing(stream):
        console = Console("screen", stream, ConsoleSettings())
    with pytest.raises(DeliveryError, match="gone") as failure:
        await console.deliver(notification(transition(at=NOON)))
    assert not failure.value.retryable
