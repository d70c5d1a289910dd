"""Mark prices and funding rates as the documentation of venues shows them, through the real ccxt.

`documented_prices.json`: a `raw` row, the parser of ccxt that reads it, and what it means: the
price by which contracts are liquidated, the rate of the running interval, and its seconds; null
where the row does not tell it. A rate without its interval says nothing.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from hedgewatch.venues.marks import with_mark
from hedgewatch.venues.polling import Funding, Poller
from tests.venues.stubbed import rows_of, stubbed

DOCUMENTED = json.loads(Path(__file__).with_name("documented_prices.json").read_text())
NOW = 1_700_000_000.0


@pytest.mark.parametrize("case", DOCUMENTED, ids=lambda case: f"{case['venue']} {case['source']}")
def test_a_price_and_a_rate_are_told_as_their_venue_means_them(case: dict[str, Any]) -> None:
    venue, named = case["venue"], case["market"]
    symbol = named["symbol"]
    market = {**rows_of([symbol])[symbol], "info": {}, **named}
    exchange = stubbed(venue, {symbol: market}, {})
    unified = getattr(exchange, case["method"])(case["raw"], exchange.market(symbol))
    funding = Funding(venue)
    funding.list_market(symbol, market["info"])
    row = with_mark(venue, unified)
    funding.learn(symbol, row)
    told = Poller(venue, funding).mark(symbol, row, NOW)
    assert (None if told is None else told.price) == case["mark"]
    rate, seconds = funding.of(symbol, row), funding.interval(symbol)
    assert rate == (None if case["rate"] is None else pytest.approx(case["rate"]))
    assert seconds == case["interval"]
