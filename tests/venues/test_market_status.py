"""What may be done in a market of Binance, and when it ends."""

import pytest

from hedgewatch.venues.dialects.binance_common import unified_market
from tests.support.recorded import recorded

NEVER = "4133404800000"


def listed(**info: object) -> dict[str, object]:
    return {
        "symbol": "SNT/USDT:USDT",
        "base": "SNT",
        "quote": "USDT",
        "settle": "USDT",
        "precision": {"amount": 1.0, "price": 0.1},
        "info": info,
    }


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("TRADING", "trading"),
        ("PENDING_TRADING", "halted"),
        ("BREAK", "halted"),
        ("HALT", "halted"),
        ("PRE_DELIVERING", "settling"),
        ("DELIVERING", "settling"),
        ("PRE_SETTLE", "settling"),
        ("SETTLING", "settling"),
        ("DELIVERED", "closed"),
        ("CLOSE", "closed"),
        ("A_NEW_WORD", "unknown"),
        (None, "unknown"),
    ],
)
@pytest.mark.parametrize("field", ["status", "contractStatus"])
def test_the_word_of_the_venue_is_understood_wherever_it_stands(
    field: str, word: object, status: str
) -> None:
    assert unified_market("binanceusdm", listed(**{field: word})).status == status


def test_a_market_of_which_nothing_is_said_is_not_taken_for_one_that_trades() -> None:
    unified = {**listed(), "info": None}
    assert unified_market("binanceusdm", unified).status == "unknown"


@pytest.mark.parametrize(
    ("date", "end"),
    [
        (NEVER, None),
        (4133404800000.0, None),
        (None, None),
        (0, None),
        ("1715590800000", 1715590800),
    ],
)
def test_a_perpetual_ends_when_it_is_delisted_and_else_never(
    date: object, end: float | None
) -> None:
    assert unified_market("binanceusdm", listed(deliveryDate=date)).expiry == end


def test_the_recorded_perpetual_that_was_delisted_says_so() -> None:
    market = unified_market("binanceusdm", recorded("binance.markets.json")["SNT/USDT:USDT"])
    assert (market.status, market.expiry) == ("settling", 1715590800.0)
