"""Whose key is used, whose is not, and who is asked again."""

import asyncio
from collections.abc import Sequence
from math import inf
from random import Random
from typing import Any, cast

import ccxt
import pytest
import structlog

from hedgewatch.core.events import Event, KeyRead
from hedgewatch.venues.dialect import Dialect
from hedgewatch.venues.fields import OddReplyError
from hedgewatch.venues.key_check import KeyCheck
from hedgewatch.venues.permissions import (
    KeyRefusedError,
    KeyRights,
    PowerfulKeyError,
    UnverifiedKeyError,
)
from hedgewatch.venues.redaction import Redactor
from hedgewatch.venues.settings import EndpointSettings
from hedgewatch.venues.surroundings import Surroundings
from tests.venues.fences import settings_of

READING = KeyRights(powers=(), expires_at=inf, bound_to_address=True)
AT_ONCE = (0.0, 0.0, 0.0)


class Answers:
    """A venue that says of a key what it is told to, one answer after the other."""

    def __init__(self, *answers: KeyRights | Exception) -> None:
        self._answers = list(answers)

    async def rights(self, exchange: Any) -> KeyRights:
        del exchange
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def left(self) -> int:
        return len(self._answers)


class Checked:
    """A check of a key, and all that it published."""

    def __init__(
        self,
        answers: Answers,
        monkeypatch: pytest.MonkeyPatch,
        *,
        may_stay_unknown: bool = False,
        endpoint: EndpointSettings | None = None,
    ) -> None:
        settings = settings_of("binanceusdm", monkeypatch).model_copy(
            update={"allow_unverified_key": may_stay_unknown, "endpoint": endpoint}
        )
        self.events: list[Event] = []
        self.now = 0.0
        loop = asyncio.get_running_loop()
        around = Surroundings(
            self.events.append, lambda: self.now, lambda _, work: loop.create_task(work), Random(7)
        )
        dialect = cast("Dialect", answers)
        self.check = KeyCheck(settings, dialect, Redactor(), around, pauses=AT_ONCE)


async def test_what_the_venue_says_of_a_key_that_only_reads_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    checked = Checked(Answers(READING), monkeypatch)
    await checked.check.verify(None)
    assert checked.events == [KeyRead(account="main", expires_at=inf, bound_to_address=True)]


@pytest.mark.parametrize("may_stay_unknown", [False, True])
async def test_nobodys_word_makes_a_key_usable_that_the_venue_says_can_trade_or_cannot_read(
    monkeypatch: pytest.MonkeyPatch, *, may_stay_unknown: bool
) -> None:
    blind = KeyRights(powers=(), may_read=False)
    answers = Answers(KeyRights(powers=("Trade", "Withdraw")), blind)
    checked = Checked(answers, monkeypatch, may_stay_unknown=may_stay_unknown)
    with pytest.raises(PowerfulKeyError, match=r"can trade \(Trade, Withdraw\)"):
        await checked.check.verify(None)
    with pytest.raises(KeyRefusedError, match="may not read"):
        await checked.check.verify(None)
    assert checked.events == []


@pytest.mark.parametrize("silence", [OddReplyError("no rights in it"), ccxt.NotSupported("no")])
async def test_a_key_that_cannot_be_verified_is_refused_unless_its_owner_answers_for_it(
    monkeypatch: pytest.MonkeyPatch, silence: Exception
) -> None:
    refused = Checked(Answers(silence), monkeypatch)
    with pytest.raises(UnverifiedKeyError, match="set allow_unverified_key: true") as caught:
        await refused.check.verify(None)
    assert not caught.value.later
    allowed = Checked(Answers(silence), monkeypatch, may_stay_unknown=True)
    await allowed.check.verify(None)
    assert allowed.events == [KeyRead(account="main", verified=False)]


async def test_a_key_that_the_venue_refuses_is_refused_whoever_answers_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = Answers(ccxt.AuthenticationError("-2015"))
    checked = Checked(answers, monkeypatch, may_stay_unknown=True)
    with pytest.raises(ccxt.AuthenticationError):
        await checked.check.verify(None)


DOWN = ccxt.ExchangeNotAvailable("503")


@pytest.mark.parametrize(
    ("answers", "left"), [((DOWN, DOWN, READING), 0), ((DOWN, DOWN, DOWN), 0), ((READING, DOWN), 1)]
)
async def test_a_venue_that_is_down_at_the_daily_look_costs_nobody_his_sight(
    monkeypatch: pytest.MonkeyPatch, answers: Sequence[KeyRights | Exception], left: int
) -> None:
    venue = Answers(*answers)
    await Checked(venue, monkeypatch).check.verify_again(None, lambda: True)
    assert venue.left == left


async def test_a_right_that_appears_while_the_venue_is_asked_again_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    venue = Answers(DOWN, KeyRights(powers=("Withdraw",)))
    with pytest.raises(PowerfulKeyError):
        await Checked(venue, monkeypatch).check.verify_again(None, lambda: True)


async def test_nobody_asks_on_for_an_account_that_is_no_longer_watched_like_this(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    venue = Answers(DOWN)
    await Checked(venue, monkeypatch).check.verify_again(None, lambda: False)
    assert venue.left == 1


async def test_that_a_key_works_from_everywhere_is_said_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loose = KeyRights(powers=(), bound_to_address=False)
    checked = Checked(Answers(loose, loose), monkeypatch)
    with structlog.testing.capture_logs() as said:
        await checked.check.verify(None)
        await checked.check.verify(None)
    assert [line["advice"] for line in said] == [
        "the key works from everywhere: bind it to the address of this machine"
    ]


async def test_on_paper_nobody_is_told_to_bind_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    here = EndpointSettings(rest="http://127.0.0.1:9470", ws="ws://127.0.0.1:9470")
    loose = KeyRights(powers=(), bound_to_address=False)
    checked = Checked(Answers(loose), monkeypatch, endpoint=here)
    with structlog.testing.capture_logs() as said:
        await checked.check.verify(None)
    assert said == []


async def test_of_a_key_that_cannot_be_verified_its_owner_is_reminded_each_day(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    silence = OddReplyError("no rights in it")
    checked = Checked(Answers(*[silence] * 4), monkeypatch, may_stay_unknown=True)
    with structlog.testing.capture_logs() as said:
        for moment in (0.0, 60.0, 86_400.0, 86_500.0):
            checked.now = 1_000.0 + moment
            await checked.check.verify(None)
    assert len(said) == 2
    assert "does not tell what its keys may do" in said[0]["advice"]
