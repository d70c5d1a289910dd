"""What every receiver promises. A new one gets an entry in `ends.py`, and has to keep it all."""

import asyncio
import io
import traceback
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from hedgewatch.core.alert_model import AlertState, Transition
from hedgewatch.core.model import Scope, Subject
from hedgewatch.notify.console import Console, ConsoleSettings
from hedgewatch.notify.outgoing import Notification
from hedgewatch.notify.receiver import DeliveryError, Receiver
from tests.notify.alerts import Memory, composed, notification, now, running, transition
from tests.notify.ends import (
    ASKING_TO_WAIT,
    CANARY,
    DEAD_ENDS,
    HANGING_ENDS,
    RECEIVERS,
    REFUSING,
    SERVICES,
    WAIT,
    Bench,
    Ends,
    ready,
    working,
)
from tests.support.patience import PATIENCE
from tests.support.servers import Server, mosquitto_server

pytestmark = pytest.mark.live


@pytest.fixture
def bench(tmp_path: Path, start_server: Callable[[Server], Server]) -> Bench:
    folder = tmp_path / "secrets"
    folder.mkdir()
    return Bench(folder, cache(lambda: start_server(mosquitto_server(tmp_path))))


async def failure_of(receiver: Receiver, told: Notification) -> DeliveryError:
    with pytest.raises(DeliveryError) as failure:
        await receiver.deliver(told)
    return failure.value


def saying(summary: str) -> Transition:
    return replace(transition(), annotations={"summary": summary})


@pytest.mark.parametrize("ends", RECEIVERS)
async def test_what_arrives_says_what_happened_and_to_which_subject(
    bench: Bench, ends: Ends
) -> None:
    async with ends(bench) as line, working(line) as receiver:
        await receiver.deliver(notification())
        heard = await line.heard()
    assert receiver.name == "desk"
    assert all(word in heard for word in ("MarginDanger", "main", "USDT", "83.0%"))


@pytest.mark.parametrize("ends", RECEIVERS)
async def test_resolved_does_not_look_like_firing(bench: Bench, ends: Ends) -> None:
    async with ends(bench) as line, working(line) as receiver:
        await receiver.deliver(notification(transition(AlertState.RESOLVED)))
        assert "resolved" in (await line.heard()).lower()


@pytest.mark.parametrize("ends", RECEIVERS)
async def test_hostile_names_and_texts_neither_break_nor_fake_a_message(
    bench: Bench, ends: Ends
) -> None:
    hostile = "x\n\x1b[2J\u202e\ud800<&_*[]+#/\x00" * 40
    subject = Subject(Scope.POOL, (("account", hostile), ("pool", "USDT")))
    async with ends(bench) as line, working(line) as receiver:
        await receiver.deliver(notification(transition(alertname=hostile, subject=subject)))
        heard = await line.heard()
    assert not {"\x1b", "\u202e", "\x00"} & set(heard)


@pytest.mark.parametrize("ends", RECEIVERS + SERVICES)
async def test_markup_is_shown_as_it_stands_and_calls_nobody(bench: Bench, ends: Ends) -> None:
    summary = "<b>bold</b> & _so_ *on* @everyone [x](http://127.0.0.1/) \x1b[2J\u202e\u200bend"
    async with ends(bench) as line, working(line) as receiver:
        await receiver.deliver(notification(saying(summary)))
        heard = await line.heard()
    assert "<b>bold</b> & _so_ *on*" in heard
    assert not {"\x1b", "\u202e", "\u200b"} & set(heard)
    if ends not in DATA:
        assert "\uff20everyone [x] (http" in heard


DATA: list[Ends] = [each for each in RECEIVERS if each.__name__ != "telegram"]
"""What a program reads, or a terminal shows: no text is interpreted there."""


@pytest.mark.parametrize("sign", ["щ", "😀"], ids=["cyrillic", "emoji"])
@pytest.mark.parametrize("ends", RECEIVERS + SERVICES)
async def test_a_text_of_four_thousand_wide_signs_arrives_within_the_bytes_that_may_be(
    bench: Bench, ends: Ends, sign: str
) -> None:
    async with ends(bench) as line, working(line) as receiver:
        await receiver.deliver(notification(saying(sign * 4000)))
        heard = await line.heard()
    assert sign * 100 in heard
    assert "MarginDanger" in heard
    assert len(heard.encode()) <= line.largest


@pytest.mark.parametrize("ends", RECEIVERS)
async def test_an_attempt_that_was_cut_off_does_not_spoil_the_next(
    bench: Bench, ends: Ends
) -> None:
    async with ends(bench) as line, working(line) as receiver:
        await receiver.deliver(notification())
        await line.heard()
        async with asyncio.TaskGroup() as group:
            cut_off = transition(alertname="CutOff")
            attempt = group.create_task(receiver.deliver(notification(cut_off)))
            await asyncio.sleep(0)
            attempt.cancel()
        await ready(receiver)
        await receiver.deliver(notification(transition(alertname="Next")))
        heard = await line.heard()
        if "CutOff" in heard and "Next" not in heard:
            heard = await line.heard()
        assert "Next" in heard


@pytest.mark.parametrize("ends", DEAD_ENDS)
async def test_a_dead_end_is_a_delivery_error_within_the_deadline(bench: Bench, ends: Ends) -> None:
    async with ends(bench) as line, working(line) as receiver, asyncio.timeout(PATIENCE):
        error = await failure_of(receiver, notification())
    assert str(error)


@pytest.mark.parametrize("ends", DEAD_ENDS)
async def test_a_dead_end_keeps_no_other_receiver_waiting(bench: Bench, ends: Ends) -> None:
    output = io.StringIO()
    living = Console("living", output, ConsoleSettings())
    async with ends(bench) as line:
        delivering = composed([line.receiver, living], Memory(), attempt=2 * PATIENCE)
        async with running(delivering), asyncio.timeout(PATIENCE):
            delivering.tell(transition())
            number = 1
            while ("living", "sent") not in delivering.results.counted:
                await delivering.results.first(number)
                number += 1
    assert "MarginDanger" in output.getvalue()


@pytest.mark.parametrize("ends", HANGING_ENDS)
async def test_an_end_that_hangs_costs_an_attempt_its_deadline_and_is_tried_again(
    bench: Bench, ends: Ends
) -> None:
    async with ends(bench) as line:
        delivering = composed([line.receiver], Memory(), attempt=0.5)
        async with running(delivering), asyncio.timeout(PATIENCE):
            delivering.tell(transition())
            assert await delivering.results.first(1) == ["retried"]


@pytest.mark.parametrize("ends", ASKING_TO_WAIT)
async def test_an_end_that_asks_for_a_pause_gets_it(bench: Bench, ends: Ends) -> None:
    async with ends(bench) as line, working(line) as receiver:
        line.answer_next("busy")
        error = await failure_of(receiver, notification())
    assert (error.retryable, error.retry_after) == (True, WAIT)


@pytest.mark.parametrize("ends", REFUSING)
async def test_what_is_refused_goes_once_more_as_a_short_plain_text_and_is_then_given_up(
    bench: Bench, ends: Ends
) -> None:
    async with ends(bench) as line:
        for _ in range(3):
            line.answer_next("refused")
        delivering = composed([line.receiver], Memory())
        async with running(delivering):
            await ready(line.receiver)
            delivering.tell(transition(alertname="Unwanted", at=now()))
            assert await delivering.results.first(1) == ["dead"]
            delivering.tell(transition(at=now()))
            assert await delivering.results.first(2) == ["dead", "fallback"]
            heard = await line.heard()
    assert "MarginDanger: main/USDT" in heard
    assert "83.0%" not in heard
    assert heard.isascii()


@pytest.mark.parametrize("ends", RECEIVERS)
async def test_no_secret_is_in_anything_that_a_working_receiver_shows(
    bench: Bench, ends: Ends, capfd: pytest.CaptureFixture[str]
) -> None:
    with capture_logs() as logs:
        async with ends(bench) as line, working(line) as receiver:
            await receiver.deliver(notification())
            heard = await line.heard()
    assert CANARY not in "".join([heard, repr(receiver), repr(line.settings), str(logs)])
    assert CANARY not in line.settings.model_dump_json()
    assert CANARY not in "".join(capfd.readouterr())


@pytest.mark.parametrize("ends", DEAD_ENDS)
async def test_no_secret_is_in_anything_that_a_failing_receiver_shows(
    bench: Bench, ends: Ends, capfd: pytest.CaptureFixture[str]
) -> None:
    with capture_logs() as logs:
        async with ends(bench) as line, working(line) as receiver:
            error = await failure_of(receiver, notification())
    shown = [str(error), repr(error), *traceback.format_exception(error), repr(receiver), str(logs)]
    assert CANARY not in "".join(shown)
    assert CANARY not in "".join(capfd.readouterr())
