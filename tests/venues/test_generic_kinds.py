"""Which kind of account it is: a venue that does not answer has not said no."""

from typing import Any

import ccxt
import pytest

from hedgewatch.venues.dialects.generic_kinds import learn_kind
from hedgewatch.venues.fields import OddReplyError


class Venue:
    """Answers whatever is asked with what a test prepared, or raises it."""

    def __init__(self, answer: object) -> None:
        self.answer = answer
        self.options: dict[str, object] = {}

    def __getattr__(self, name: str) -> Any:
        async def ask() -> object:
            if isinstance(self.answer, Exception):
                raise self.answer
            return self.answer

        return ask


@pytest.mark.parametrize(
    ("answer", "unified"), [({"data": {}}, True), (ccxt.ExchangeError("classic"), False)]
)
async def test_bitget_tells_it_by_having_the_settings_or_not(
    answer: object,
    unified: bool,  # noqa: FBT001 - a column of the table
) -> None:
    venue = Venue(answer)
    await learn_kind("bitget", venue)
    assert venue.options == {"uta": unified}


@pytest.mark.parametrize(("mode", "unified"), [(1, False), ("2", True), (3, False)])
async def test_gate_tells_it_with_the_key(mode: object, unified: bool) -> None:  # noqa: FBT001
    venue = Venue({"key": {"mode": mode}})
    await learn_kind("gate", venue)
    assert venue.options == {"unifiedAccount": unified}


@pytest.mark.parametrize("name", ["bitget", "gate"])
@pytest.mark.parametrize(
    "failure", [ccxt.NetworkError("x"), ccxt.RequestTimeout("x"), ccxt.AuthenticationError("x")]
)
async def test_a_venue_that_does_not_answer_has_not_said_no(name: str, failure: Exception) -> None:
    venue = Venue(failure)
    with pytest.raises(type(failure)):
        await learn_kind(name, venue)
    assert venue.options == {}


async def test_an_answer_without_the_kind_is_odd_and_other_venues_are_not_asked() -> None:
    with pytest.raises(OddReplyError):
        await learn_kind("gate", Venue([]))
    other = Venue(ccxt.NetworkError("x"))
    await learn_kind("woo", other)
    assert other.options == {}
